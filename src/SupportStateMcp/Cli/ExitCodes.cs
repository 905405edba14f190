namespace SupportStateMcp.Cli;

/// <summary>How a command ends; stable API.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The rules refused it; nothing was changed.</summary>
    public const int Refused = 1;

    /// <summary>The store does not answer (sysexits.h, EX_UNAVAILABLE).</summary>
    public const int StoreUnavailable = 69;

    /// <summary>The answer could not be written to the output; what the command does is done (sysexits.h, EX_IOERR).</summary>
    public const int OutputLost = 74;
}
