using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>Where an index lies.</summary>
internal abstract class FullTextDatabase
{
    /// <summary>True where other processes use it too.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Reads; all that is read is of one moment.</summary>
    public abstract T Read<T>(Func<SqliteSession, T> read);

    /// <summary>Writes in one transaction.</summary>
    public abstract Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken);
}
