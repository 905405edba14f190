using Microsoft.Data.Sqlite;
using SQLitePCL;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Turns what goes wrong with the database into a store that is not available, with a reason an operator can act on. Each
/// reason is logged once, until another takes its place or the store works again.
/// </summary>
/// <param name="path">The database.</param>
/// <param name="logger">Tells the operator.</param>
internal sealed class SqliteFaults(string path, ILogger logger)
{
    // On a full disk SQLite cannot enlarge its shared index either.
    private const int CannotEnlargeIndex = raw.SQLITE_IOERR | (19 << 8);

    private string? _reason;

    /// <summary>The store is not available; null where the exception is no fault of the database or its disk.</summary>
    public StoreUnavailableException? Unavailable(Exception exception)
    {
        // Where there is no database, only who asked for it has to know.
        if (exception is StoreUnavailableException { Passes: false } told && !File.Exists(path))
            return told;
        if (exception is StoreUnavailableException known)
            return Log(known.Message, known);
        return Reason(exception) is { } reason ? Log(reason, new StoreUnavailableException(reason, exception, Passes(exception))) : null;
    }

    /// <summary>Notes that the store works.</summary>
    public void Works()
    {
        if (Volatile.Read(ref _reason) is not null && Interlocked.Exchange(ref _reason, null) is not null)
            logger.WorksAgain(path);
    }

    /// <summary>False for what an operator has to change: rights, what stands in the place of the folder, a file that is damaged.</summary>
    private static bool Passes(Exception exception) => exception is not (
        UnauthorizedAccessException
        or FolderIsFileException
        or SqliteException { SqliteErrorCode: raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB });

    private StoreUnavailableException Log(string reason, StoreUnavailableException exception)
    {
        if (Interlocked.Exchange(ref _reason, reason) != reason)
            logger.NotAvailable(reason, exception.InnerException);
        return exception;
    }

    private string? Reason(Exception exception) => exception switch
    {
        SqliteException { SqliteExtendedErrorCode: CannotEnlargeIndex } => DiskFull(),
        SqliteException e => e.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => DiskFull(),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL =>
                $"Another process keeps {path} busy. If it stays so, look for a program that has the file open.",
            raw.SQLITE_READONLY =>
                $"{path} cannot be written: the file, its folder or its disk is read-only. Give this server's user the right to write there.",
            raw.SQLITE_CANTOPEN or raw.SQLITE_PERM =>
                $"{path} cannot be opened or made: look at the rights on its folder, and whether its disk is missing or read-only.",
            raw.SQLITE_IOERR =>
                $"The disk of {path} reports an error (SQLite code {e.SqliteExtendedErrorCode}): look at the disk, and whether it became read-only.",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
                $"{path} is damaged, or is no database of this server. Stop what uses it, put a backup in its place or move it away, and start again.",
            raw.SQLITE_NOMEM => $"There is not enough memory to work on {path}.",
            _ => null,
        },
        // ENOSPC, and its name on Windows.
        IOException { HResult: 28 or unchecked((int)0x80070070) } => DiskFull(),
        IOException or UnauthorizedAccessException => $"{path} cannot be used: {exception.Message}",
        _ => null,
    };

    private string DiskFull() => $"The disk of {path} is full. Make room: the server goes on by itself. Nothing that was acknowledged is lost.";
}
