namespace SupportStateMcp.Storage.Sqlite;

internal static partial class SqliteStoreLog
{
    [LoggerMessage(1, LogLevel.Error, "{Reason}")]
    public static partial void NotAvailable(this ILogger logger, string reason, Exception? exception);

    [LoggerMessage(2, LogLevel.Information, "{Path} works again")]
    public static partial void WorksAgain(this ILogger logger, string path);

    [LoggerMessage(3, LogLevel.Error, "{Log} is damaged at byte {At}: SQLite cannot use the {Commits} commits behind it. All but the last of them were acknowledged. A copy is kept as {Copy}; look at the disk, and restore a backup if you need them.")]
    public static partial void LogDamaged(this ILogger logger, string log, long at, int commits, string copy);

    [LoggerMessage(4, LogLevel.Warning, "{Path} was moved or deleted while it was in use; it is opened again")]
    public static partial void Moved(this ILogger logger, string path);

    [LoggerMessage(5, LogLevel.Warning, "What was erased may still stand in {Path}-wal, because somebody reads; the next sweep tries again")]
    public static partial void ErasureUnfinished(this ILogger logger, string path);

    [LoggerMessage(8, LogLevel.Warning, "{Path} is too large to be rewritten after an erasure: fragments may be left in unused parts of it; run VACUUM on it with sqlite3 at a quiet time")]
    public static partial void TooLargeToRewrite(this ILogger logger, string path);

    [LoggerMessage(9, LogLevel.Warning, "Other users could read {Path}; it belongs to its owner alone now")]
    public static partial void Tightened(this ILogger logger, string path);

    [LoggerMessage(6, LogLevel.Information, "Removed {Count} expired conversations")]
    public static partial void Swept(this ILogger logger, int count);

    [LoggerMessage(7, LogLevel.Error, "A subscriber to {Name} failed on a change")]
    public static partial void WatcherFailed(this ILogger logger, string name, Exception exception);
}
