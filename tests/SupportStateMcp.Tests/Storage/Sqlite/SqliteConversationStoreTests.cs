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

    protected override TimeSpan ShortTimeToLive => TimeSpan.FromHours(1);

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
