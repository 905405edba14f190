using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>An erasure whose content cannot be removed from the file at once.</summary>
public sealed class UnfinishedErasureTests
{
    [Fact]
    public async Task It_says_that_traces_are_left()
    {
        await using var process = ServerProcess.Stdio();
        await using var client = await ConnectedServer.ConnectAsync(process, "tests");
        await ConnectedServer.CallAsync(client, "initialize_conversation", """{"user_id":"u","ticket_id":"ERASE"}""");
        using var folder = new StoreFolder(process.Directory);
        using var reader = folder.OpenRaw();
        using var reading = reader.BeginTransaction(deferred: true);
        using var command = reader.CreateCommand();
        (command.Transaction, command.CommandText) = (reading, "SELECT id FROM conversations");
        using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await rows.ReadAsync(TestContext.Current.CancellationToken));

        var erased = ConnectedServer.Structured(await ConnectedServer.CallAsync(client, "delete_conversation", """{"conversation_id":"cs-ERASE"}"""));

        Assert.Contains("traces of it are still in the store's file", (string?)erased["erased"]!["remaining"], StringComparison.Ordinal);
    }
}
