using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Reads the tokens again when the file they are in has changed, so that one is added or revoked without a restart. It looks at the file instead
/// of being told: also where it is a link that an orchestrator points elsewhere. A file that cannot be used changes nothing.
/// </summary>
internal sealed partial class TokenReload(TokenFile file, AccessTokens tokens, TimeProvider time, ILogger<TokenReload> log) : BackgroundService
{
    /// <summary>How often it looks. A change counts once the file has stayed the same between two looks: whoever writes it is done then.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private ((DateTime At, long Length, string File)? Stamp, string Violations)? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (applied, seen) = (file.FirstStamp, file.FirstStamp);
        using var timer = new PeriodicTimer(s_pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = file.Stamp;
            if (now != applied && now == seen && Apply())
                applied = now;

            seen = now;
        }
    }

    /// <summary>True where the file was read. What cannot be read now may be readable in a moment without a change: it is tried again, and told once.</summary>
    private bool Apply()
    {
        var (read, violations) = Read();
        if (read is null)
        {
            var told = (file.Stamp, string.Join(' ', violations));
            if (told != _told)
                LogRefused(file.Path, told.Item2);
            _told = told;
            return false;
        }

        tokens.Replace(read);
        _told = null;
        LogRead(file.Path, read.Count);
        return true;
    }

    private (IReadOnlyList<AccessToken>? Tokens, IReadOnlyList<string> Violations) Read()
    {
        try
        {
            return file.Read();
        }
        catch (Exception e)
        {
            // A service that ends with an exception stops the server.
            return (null, [$"{e.GetType().Name}: {e.Message}"]);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The tokens of {Path} are read again: there are {Count}.")]
    private partial void LogRead(string path, int count);

    [LoggerMessage(LogLevel.Error, "The tokens of {Path} stay as they are, since the file cannot be used now: {Violations}")]
    private partial void LogRefused(string path, string violations);
}
