namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// What a process has of one database: the connections that read, the one that writes, and who hears of changes. All stores on
/// the database share them, so that their commits share transactions too.
/// </summary>
public sealed class SqliteConnections : IDisposable
{
    /// <param name="options">Where the database is, and how long to wait for it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Tells the operator what is wrong with the database.</param>
    public SqliteConnections(SqliteStoreOptions options, TimeProvider time, ILogger<SqliteConnections> logger)
        : this(options, time, (ILogger)logger) { }

    internal SqliteConnections(SqliteStoreOptions options, TimeProvider time, ILogger logger)
    {
        Options = options;
        var database = new SqliteDatabase(options, time, logger);
        // What can be read may not be writable: each tells its own faults.
        var reading = new SqliteFaults(database.Path, logger);
        Readers = new SqliteReaders(database, reading, logger);
        Writer = new SqliteWriter(database, options, new SqliteFaults(database.Path, logger), logger);
        Changes = new SqliteChanges(database, Readers, reading, logger);
        Erasures = new SqliteErasures(database, Readers, Writer, options, logger);
    }

    internal SqliteStoreOptions Options { get; }

    /// <summary>The full path of the file, for the operator.</summary>
    internal string Path => Options.Database;

    internal SqliteReaders Readers { get; }

    internal SqliteWriter Writer { get; }

    internal SqliteChanges Changes { get; }

    internal SqliteErasures Erasures { get; }

    /// <summary>Finishes what waits to be written, and closes.</summary>
    public void Dispose()
    {
        Changes.Dispose();
        Writer.Dispose();
        Readers.Dispose();
    }
}
