using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// What SQLite can do at best with the same bytes: four statements a commit on tables without any index beside their keys,
/// made once and written again and again, no rules, no JSON. What waits shares a transaction, each is on the disk when its
/// caller goes on.
/// </summary>
internal sealed class BareGroupCommits : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly BlockingCollection<TaskCompletionSource> _waiting = [];
    private readonly Thread _thread;
    private readonly int _conversations;
    private readonly long _first;
    private readonly byte[] _snapshot;

    /// <param name="directory">Where the database is, or is made.</param>
    /// <param name="snapshot">As large as what is to be written.</param>
    /// <param name="conversations">How many rows are written again and again.</param>
    /// <param name="process">Tells the rows of one process from those of others.</param>
    public BareGroupCommits(string directory, byte[] snapshot, int conversations, int process = 0)
    {
        (_snapshot, _conversations, _first) = (snapshot, conversations, (long)process * conversations);
        _connection = new SqliteConnection($"Data Source={Path.Combine(directory, "bare.db")};Pooling=False");
        _connection.Open();
        Execute("PRAGMA busy_timeout = 10000");
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("CREATE TABLE IF NOT EXISTS c (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, snapshot BLOB NOT NULL)");
        foreach (var table in (string[])["e", "m", "r"])
            Execute($"CREATE TABLE IF NOT EXISTS {table} (conversation INTEGER NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (conversation, n))");
        for (var n = 0; n < conversations; n++)
            Execute($"INSERT INTO c VALUES ({_first + n}, 'cs-BENCH-{_first + n}', 1, zeroblob({_snapshot.Length}))");
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Commits from a number of callers for a time; returns how long each took, in milliseconds.</summary>
    public async Task<List<double>> LoadAsync(int callers, int seconds)
    {
        var until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetTimestamp() < until)
            {
                var started = Stopwatch.GetTimestamp();
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add(done);
                await done.Task;
                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return own;
        })));
        return [.. times.SelectMany(t => t)];
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread.Join();
        _connection.Dispose();
        _waiting.Dispose();
    }

    private void Run()
    {
        var versions = new long[_conversations];
        Array.Fill(versions, 1);
        var random = new Random(1);
        var (body, record) = (new byte[330], new byte[260]);
        using var begin = Command("BEGIN IMMEDIATE");
        using var commit = Command("COMMIT");
        using var update = Command("UPDATE c SET version = $a, snapshot = $b WHERE id = $c AND version = $d", 4);
        using var e = Command("INSERT INTO e VALUES ($a, $b, $c)", 3);
        using var m = Command("INSERT INTO m VALUES ($a, $b, $c)", 3);
        using var r = Command("INSERT INTO r VALUES ($a, $b, $c)", 3);
        var together = new List<TaskCompletionSource>();
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            together.Clear();
            together.Add(first);
            while (_waiting.TryTake(out var next))
                together.Add(next);
            begin.ExecuteNonQuery();
            foreach (var _ in together)
            {
                var n = random.Next(_conversations);
                var (key, version) = (_first + n, ++versions[n]);
                Run(update, version, _snapshot, $"cs-BENCH-{key}", version - 1);
                Run(e, key, version, body);
                Run(m, key, version, body);
                Run(r, key, version, record);
            }

            commit.ExecuteNonQuery();
            foreach (var done in together)
                done.SetResult();
        }
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        if (command.ExecuteNonQuery() != 1)
            throw new InvalidOperationException($"{command.CommandText} changed nothing.");
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, int parameters = 0)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in "abcd"[..parameters])
            command.Parameters.Add(new SqliteParameter($"${name}", null));
        return command;
    }
}
