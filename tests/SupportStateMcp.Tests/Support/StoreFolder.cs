using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Storage.FullText;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Tests.Support;

/// <summary>A folder for one test, and the SQLite stores on it.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("support-state-").FullName;
    private readonly string? _path;
    private readonly List<IDisposable> _made = [];

    private readonly TimeProvider? _clock;

    /// <param name="path">A folder of somebody else's; null for one of its own.</param>
    public StoreFolder(string? path = null) => _path = path;

    /// <summary>A folder of its own, whose stores go by another clock than <see cref="Time"/>.</summary>
    public StoreFolder(TimeProvider clock) => _clock = clock;

    public FakeTime Time { get; } = new();

    /// <summary>Does not exist until a store makes it.</summary>
    public string Path => _path ?? System.IO.Path.Combine(_parent, "data");

    public SqliteStoreOptions Options => new(Path, TimeSpan.FromDays(1), TimeSpan.FromSeconds(10));

    public SqliteConversationStore CreateStore(
        TimeSpan? timeToLive = null, StoredSchema? schema = null, TimeSpan? lockTimeout = null, ILogger<SqliteConversationStore>? logger = null)
    {
        logger ??= NullLogger<SqliteConversationStore>.Instance;
        var connections = Connections(new SqliteStoreOptions(Path, timeToLive ?? Options.TimeToLive, lockTimeout ?? Options.LockTimeout), logger);
        var store = new SqliteConversationStore(connections, schema ?? StoredSchema.Current, _clock ?? Time, logger);
        lock (_made)
            _made.Add(store);
        return store;
    }

    /// <summary>A store of records with connections of its own, as another process would have them.</summary>
    public SqliteRecordStore CreateRecordStore(TimeSpan? lockTimeout = null, ILogger? logger = null) =>
        new(Connections(Options with { LockTimeout = lockTimeout ?? Options.LockTimeout }, logger ?? NullLogger.Instance));

    /// <summary>A knowledge base with connections of its own, as another process would have them.</summary>
    public KnowledgeBase CreateKnowledge(IEmbedder? embedder = null)
    {
        var connections = Connections(Options, NullLogger.Instance);
        var made = new KnowledgeBase(new SqliteRecordStore(connections), new SqliteFullText(connections), Time, embedder);
        lock (_made)
            _made.Add(made);
        return made;
    }

    /// <summary>Both stores of one process.</summary>
    public (SqliteConversationStore Conversations, SqliteRecordStore Records) CreateBoth()
    {
        var connections = Connections(Options, NullLogger.Instance);
        var store = new SqliteConversationStore(connections, StoredSchema.Current, _clock ?? Time, NullLogger<SqliteConversationStore>.Instance);
        lock (_made)
            _made.Add(store);
        return (store, new SqliteRecordStore(connections));
    }

    /// <summary>Writes a command on top of what a store holds, and returns the conversation after it.</summary>
    public async Task<Conversation> WriteAsync(IConversationStore store, ConversationCommand command)
    {
        var before = (await store.LoadAsync(command.Id, null, TestContext.Current.CancellationToken)).Conversation;
        var commit = TestConversations.Commit(before, command, Time.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, TestContext.Current.CancellationToken));
        return commit.After;
    }

    /// <summary>Closes all stores; the last one leaves the database file alone.</summary>
    public void Close()
    {
        // The last made first: stores before their connections.
        foreach (var made in Enumerable.Reverse(_made))
            made.Dispose();
        _made.Clear();
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
    /// All bytes of all files of the folder. Another process reads them: closing a database file in this one would let go of
    /// the locks that SQLite holds on it.
    /// </summary>
    public async Task<string> BytesAsync()
    {
        using var cat = Process.Start(new ProcessStartInfo("cat", Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.Latin1,
        })!;
        var bytes = await cat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await cat.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, cat.ExitCode);
        return bytes;
    }

    /// <summary>True where a file of the folder holds the text.</summary>
    public async Task<bool> HoldsAsync(string text) => (await BytesAsync()).Contains(text, StringComparison.Ordinal);

    public void Dispose()
    {
        Close();
        Directory.Delete(_parent, recursive: true);
    }

    private SqliteConnections Connections(SqliteStoreOptions options, ILogger logger)
    {
        var connections = new SqliteConnections(options, _clock ?? Time, logger);
        lock (_made)
            _made.Add(connections);
        return connections;
    }
}
