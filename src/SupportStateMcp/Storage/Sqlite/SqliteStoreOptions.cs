namespace SupportStateMcp.Storage.Sqlite;

/// <summary>Where and how long the embedded store keeps conversations.</summary>
/// <param name="Directory">The folder of the database; created, for its owner only, where it does not exist.</param>
/// <param name="TimeToLive">How long a conversation lives after its last change.</param>
/// <param name="LockTimeout">How long a write waits for another process that writes, before the store counts as unavailable.</param>
public sealed record SqliteStoreOptions(string Directory, TimeSpan TimeToLive, TimeSpan LockTimeout)
{
    /// <summary>
    /// True for who only works on a store that is there: a database is not made, and where there is none the store is not
    /// available. An empty one made by mistake would say that nobody waits.
    /// </summary>
    public bool MustExist { get; init; }

    /// <summary>The name of the one file; beside it, SQLite keeps <c>-wal</c> and <c>-shm</c> while it is in use.</summary>
    public const string FileName = "supportstate.db";

    /// <summary>The full path of the database, so that a later change of the working directory moves nothing.</summary>
    public string Database { get; } = Path.Combine(Path.GetFullPath(Directory), FileName);
}
