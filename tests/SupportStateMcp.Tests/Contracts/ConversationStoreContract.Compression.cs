using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What is long is kept compressed, and read as it was.</summary>
public abstract partial class ConversationStoreContract
{
    private static readonly string s_long = string.Concat(Enumerable.Range(0, 4_000).Select(n => $"line {n % 97}: Grüße 🙂\n"));

    [Fact]
    public async Task Long_snapshots_and_messages_are_kept_compressed_and_read_as_they_were()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize(metadata: $$"""{"note": "{{new string('é', 5_000)}}"}"""));
        await WriteAsync(store, TestConversations.Message("m-1", s_long));
        var last = await WriteAsync(store, TestConversations.Message("m-2", "short"));

        var raw = (await RawSnapshotAsync())!;
        Assert.Equal('\u0001', raw[0]);
        Assert.InRange(raw.Length, 100, 5_000);
        var read = CreateStore();
        TestConversations.AssertSame(last, await FindAsync(read));
        Assert.Equal([s_long, "short"], (await AllMessagesAsync(read)).Select(m => m.Content));
        Assert.Equal(["cs-TKT-001"], Ids(await ListAsync(read)));
    }

    [Fact]
    public async Task A_step_counts_what_comes_of_a_compressed_message()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        foreach (var id in (string[])["m-1", "m-2", "m-3", "m-4"])
            await WriteAsync(store, TestConversations.Message(id, new string('x', 100_000)));

        // Compressed, all four together take a few hundred bytes.
        Assert.Equal([3L, 4L], (await store.ReadMessagesAsync(Id, long.MaxValue, 100, 250_000, Stop)).Select(m => m.Number));
    }

    [Fact]
    public async Task A_long_part_is_kept_compressed()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        var taken = await WriteAsync(store, new ConversationCommand.CreateTask
        {
            Id = Id, Actor = TestConversations.Agent, Roles = OneConversation.Trusted, Goal = "Restore the login", Steps = [.. Enumerable.Range(1, 50).Select(n => $"Step {n} of the plan that restores the login of the customer")],
        });

        Assert.Equal('\u0001', (await RawPartAsync("tasks"))![0]);
        TestConversations.AssertSame(taken, await FindAsync(CreateStore()));
    }

    [Theory]
    [InlineData("\u0001")]
    [InlineData("\u00010000080")]
    [InlineData("\u000100000800nothing that was compressed")]
    [InlineData("\u0001ffffffffnothing that was compressed")]
    [InlineData("\u0001zzzzzzzznothing that was compressed")]
    public async Task What_looks_compressed_and_is_not_is_damage(string damage)
    {
        var writer = CreateStore();
        await WriteAsync(writer, TestConversations.Initialize());
        await WriteAsync(writer, TestConversations.Message("m-1"));
        await SetRawAsync(Stored.Message, damage);
        await SetRawAsync(Stored.Snapshot, damage);

        var store = CreateStore();
        await Assert.ThrowsAsync<StoreDamagedException>(async () => await FindAsync(store));
        await Assert.ThrowsAsync<StoreDamagedException>(async () => await AllMessagesAsync(store));
        Assert.Empty((await ListAsync(store)).Conversations);
    }
}
