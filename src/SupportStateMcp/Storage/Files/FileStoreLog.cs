namespace SupportStateMcp.Storage.Files;

internal static partial class FileStoreLog
{
    [LoggerMessage(1, LogLevel.Warning, "Cut a torn write of {Bytes} bytes off {Path}; it was never confirmed to its caller")]
    public static partial void CutTornWrite(this ILogger logger, string path, long bytes);

    [LoggerMessage(2, LogLevel.Error, "{Path} cannot be read and is left out")]
    public static partial void LeftOut(this ILogger logger, string path, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "{Path} holds content that was erased, and cannot be rewritten now; a later write or sweep tries again")]
    public static partial void ErasureUnfinished(this ILogger logger, string path, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Swept {Count} expired conversations")]
    public static partial void Swept(this ILogger logger, int count);

    [LoggerMessage(5, LogLevel.Warning, "Changes in {Directory} may have been missed; everybody who watches is told to look again")]
    public static partial void MissedChanges(this ILogger logger, string directory, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Whoever watches {Id} failed on a change")]
    public static partial void WatcherFailed(this ILogger logger, string id, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The files in {Directory} cannot be read or written; the caller is told to try again")]
    public static partial void NotAvailable(this ILogger logger, string directory, Exception exception);
}
