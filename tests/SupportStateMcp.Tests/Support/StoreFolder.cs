using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Tests.Support;

/// <summary>A folder for one test, and the SQLite stores on it.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("support-state-").FullName;
    private readonly string? _path;
    private readonly List<SqliteConversationStore> _stores = [];

    /// <param name="path">A folder of somebody else's; null for one of its own.</param>
    public StoreFolder(string? path = null) => _path = path;

    public FakeTime Time { get; } = new();

    /// <summary>Does not exist until a store makes it.</summary>
    public string Path => _path ?? System.IO.Path.Combine(_parent, "data");

    public SqliteStoreOptions Options => new(Path, TimeSpan.FromDays(1), TimeSpan.FromSeconds(10));

    public SqliteConversationStore CreateStore(
        TimeSpan? timeToLive = null, StoredSchema? schema = null, TimeSpan? lockTimeout = null, ILogger<SqliteConversationStore>? logger = null)
    {
        var options = new SqliteStoreOptions(Path, timeToLive ?? Options.TimeToLive, lockTimeout ?? Options.LockTimeout);
        var store = new SqliteConversationStore(options, schema ?? StoredSchema.Current, Time, logger ?? NullLogger<SqliteConversationStore>.Instance);
        lock (_stores)
            _stores.Add(store);
        return store;
    }

    /// <summary>Closes all stores; the last one leaves the database file alone.</summary>
    public void Close()
    {
        _stores.ForEach(s => s.Dispose());
        _stores.Clear();
    }

    /// <summary>The database, as somebody with the sqlite3 program sees it.</summary>
    public SqliteConnection OpenRaw()
    {
        var connection = new SqliteConnection($"Data Source={Options.Database};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>Runs SQL on the database, behind the back of the stores.</summary>
    public int Raw(string sql)
    {
        using var connection = OpenRaw();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    /// <summary>
    /// True where a file of the folder holds the text. Another process reads: closing a database file in this one would let go
    /// of the locks that SQLite holds on it.
    /// </summary>
    public bool Holds(string text)
    {
        using var grep = Process.Start("grep", ["-r", "-q", "-a", "-F", text, Path]);
        grep.WaitForExit();
        return grep.ExitCode == 0;
    }

    public void Dispose()
    {
        Close();
        Directory.Delete(_parent, recursive: true);
    }
}
