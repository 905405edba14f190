using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteConversationStoreTests : ConversationStoreContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override TimeProvider Time => _folder.Time;

    protected override IConversationStore CreateStore(TimeSpan timeToLive, StoredSchema schema) => _folder.CreateStore(timeToLive, schema);

    protected override Task<string?> RawPartAsync(string name)
    {
        using var connection = _folder.OpenRaw();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT CAST(part AS TEXT) FROM parts WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return Task.FromResult(command.ExecuteScalar() as string);
    }

    protected override Task SetRawPartAsync(string name, string part)
    {
        Assert.Equal(1, _folder.Raw($"UPDATE parts SET part = CAST('{part.Replace("'", "''", StringComparison.Ordinal)}' AS BLOB) WHERE name = '{name}'"));
        return Task.CompletedTask;
    }

    protected override Task<string?> RawSnapshotAsync()
    {
        using var connection = _folder.OpenRaw();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT CAST(snapshot AS TEXT) FROM conversations WHERE id = 'cs-TKT-001'";
        return Task.FromResult(command.ExecuteScalar() as string);
    }

    protected override Task RemoveRawAsync(Stored what, int number)
    {
        Assert.Equal(1, _folder.Raw(what == Stored.Message ? $"DELETE FROM messages WHERE number = {number}" : $"DELETE FROM events WHERE version = {number}"));
        return Task.CompletedTask;
    }

    protected override Task SetRawAsync(Stored what, string text)
    {
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        const string OfIt = "conversation = (SELECT key FROM conversations WHERE id = 'cs-TKT-001')";
        Assert.NotEqual(0, _folder.Raw(what switch
        {
            Stored.Snapshot => $"UPDATE conversations SET snapshot = CAST('{quoted}' AS BLOB) WHERE id = 'cs-TKT-001'",
            Stored.Schema => $"UPDATE conversations SET schema = {text} WHERE id = 'cs-TKT-001'",
            Stored.Message => $"UPDATE messages SET message = CAST('{quoted}' AS BLOB) WHERE {OfIt}",
            Stored.Event => $"UPDATE events SET event = CAST('{quoted}' AS BLOB) WHERE {OfIt}",
            _ => $"UPDATE idempotency_records SET record = CAST('{quoted}' AS BLOB) WHERE {OfIt}",
        }));
        return Task.CompletedTask;
    }

    protected override Task ExpireAsync(TimeSpan elapsed)
    {
        _folder.Time.Advance(elapsed);
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();
}

public sealed class SqliteConversationLocksTests : ConversationLocksContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override IConversationLocks CreateLocks() => new SqliteConversationLocks(_folder.Options, TimeProvider.System);

    public void Dispose() => _folder.Dispose();
}
