using System.Globalization;
using Npgsql;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Postgres;

/// <summary>
/// The archive in PostgreSQL, for servers that keep their conversations in Redis: one table, one row for each conversation (<c>archive.sql</c>).
/// The table is made where it is missing.
/// </summary>
public sealed class PostgresArchive : IArchiveTable, IAsyncDisposable
{
    /// <summary>How long the mark of an erasure stays. Whatever was on its way to the archive when the conversation was erased has come or failed by then.</summary>
    public static readonly TimeSpan MarkAge = TimeSpan.FromDays(7);

    private const string Keep = """
        INSERT INTO archived_conversations AS kept (prefix, id, life, version, archived_at, document) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (prefix, id, life) DO UPDATE SET version = excluded.version, archived_at = excluded.archived_at, document = excluded.document
        WHERE kept.document IS NOT NULL AND kept.version < excluded.version
        """;

    private const string Find = "SELECT document FROM archived_conversations WHERE prefix = $1 AND id = $2 AND document IS NOT NULL ORDER BY life DESC LIMIT 1";

    private const string Erase = """
        INSERT INTO archived_conversations AS kept (prefix, id, life, version, archived_at, document) VALUES ($1, $2, $3, 0, $4, NULL)
        ON CONFLICT (prefix, id, life) DO UPDATE SET archived_at = excluded.archived_at, document = NULL
        """;

    private const string Sweep = "DELETE FROM archived_conversations WHERE prefix = $1 AND document IS NULL AND archived_at < $2";

    // A row that is not there is locked by nobody: this only needs the rights.
    private const string Check = "UPDATE archived_conversations SET version = version WHERE prefix = $1 AND id = ''";

    private const string IsThere = "SELECT to_regclass('archived_conversations') IS NOT NULL";

    /// <summary>Servers that start at once make the table one after the other. Any number that is ours.</summary>
    private const long MakingLock = 0x5375_7053_7461_7465;

    private static readonly string s_create = EmbeddedText.Read(typeof(PostgresArchive), "archive.sql");

    private readonly NpgsqlDataSource _source;
    private readonly PostgresOptions _options;
    private readonly ArchiveCodec _codec;
    private readonly TimeProvider _time;
    private readonly PostgresFaultLog _faults;
    private volatile bool _isThere;

    /// <param name="options">Where it is.</param>
    /// <param name="schema">What to write, and how to read what is older.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Tells the operator what cannot be read, and why the archive does not serve.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read; the message says why, without repeating it.</exception>
    public PostgresArchive(PostgresOptions options, StoredSchema schema, TimeProvider time, ILogger<PostgresArchive> logger)
    {
        (_options, _time) = (options, time);
        var (parsed, violation) = PostgresConnectionString.Parse(options.ConnectionString);
        if (parsed is null)
            throw new ArgumentException(violation, nameof(options));
        // The slim one has what this needs, and no reflection; TLS alone is left out of it unless it is asked for.
        var builder = new NpgsqlSlimDataSourceBuilder(parsed.ConnectionString);
        builder.EnableTransportSecurity();
        _source = builder.Build();
        _codec = new ArchiveCodec(new StoredReader(schema, "PostgreSQL", logger));
        _faults = new PostgresFaultLog(logger);
    }

    public async ValueTask KeepAsync(ArchivedConversation conversation, CancellationToken cancellationToken)
    {
        var (snapshot, document) = (conversation.Conversation, _codec.Write(conversation));
        await ExecuteAsync(
            Keep, cancellationToken, _options.KeyPrefix, snapshot.ConversationId, snapshot.Life, snapshot.Version, _time.GetUtcNow().ToUniversalTime(), document);
    }

    public async ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken)
    {
        var document = await CallAsync(
            async (connection, ct) =>
            {
                await using var command = Command(connection, Find, _options.KeyPrefix, id.Value);
                await using var row = await command.ExecuteReaderAsync(ct);
                return await row.ReadAsync(ct) ? row.GetFieldValue<byte[]>(0) : null;
            },
            cancellationToken);
        return document is null ? null : _codec.Read(id, document);
    }

    public async ValueTask EraseAsync(ConversationId id, string life, CancellationToken cancellationToken) =>
        await ExecuteAsync(Erase, cancellationToken, _options.KeyPrefix, id.Value, life, _time.GetUtcNow().ToUniversalTime());

    public ValueTask<int> SweepAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(Sweep, cancellationToken, _options.KeyPrefix, (_time.GetUtcNow() - MarkAge).ToUniversalTime());

    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await ExecuteAsync(Check, cancellationToken, _options.KeyPrefix);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values) => CallAsync(
        async (connection, ct) =>
        {
            await using var command = Command(connection, sql, values);
            return await command.ExecuteNonQueryAsync(ct);
        },
        cancellationToken);

    /// <summary>Does something on a connection of the pool, in bounded time. It is done a second time where the server had closed the connection before.</summary>
    private async ValueTask<T> CallAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            try
            {
                using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                ends.CancelAfter(_options.CallTimeout);
                var answer = await OnceAsync(call, ends.Token).WaitAsync(_options.CallTimeout * 1.5, cancellationToken);
                _faults.Answered();
                return answer;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && PostgresFault.Of(e) is { } fault)
            {
                if (fault.WasConnection && !isSecond)
                    continue;
                _isThere = false;
                _faults.Failed(fault);
                throw new StoreUnavailableException(fault.Sentence, e, fault.Passes);
            }
        }
    }

    private async Task<T> OnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        if (!_isThere)
        {
            await MakeAsync(connection, cancellationToken);
            _isThere = true;
        }

        return await call(connection, cancellationToken);
    }

    /// <summary>Makes the table where it is missing. A user that may not make tables is enough where somebody else has made it.</summary>
    private static async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var command = Command(connection, IsThere))
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = Command(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({MakingLock})")))
            await command.ExecuteNonQueryAsync(cancellationToken);
        await using (var command = Command(connection, s_create))
            await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // A constant of this file, or a file of this folder.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(value switch
            {
                string text => new NpgsqlParameter<string> { TypedValue = text },
                long number => new NpgsqlParameter<long> { TypedValue = number },
                DateTimeOffset at => new NpgsqlParameter<DateTimeOffset> { TypedValue = at },
                byte[] bytes => new NpgsqlParameter<byte[]> { TypedValue = bytes },
                _ => throw new ArgumentException($"No column holds {value.GetType().Name}.", nameof(values)),
            });
        }

        return command;
    }
}
