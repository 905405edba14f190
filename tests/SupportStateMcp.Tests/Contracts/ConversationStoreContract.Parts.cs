using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>Larger pieces of a snapshot lie beside it.</summary>
public abstract partial class ConversationStoreContract
{
    private static readonly StoredSchema s_renames = new(2, new Upcaster(1, Part: (name, part) =>
    {
        Assert.Equal("approvals", name);
        foreach (var approval in part.AsArray())
            approval!["action"] = "repay";
    }));

    /// <summary>A part of the snapshot of this test's conversation as it is stored; null where there is none.</summary>
    protected abstract Task<string?> RawPartAsync(string name);

    /// <summary>Changes it behind the back of the stores.</summary>
    protected abstract Task SetRawPartAsync(string name, string part);

    [Fact]
    public async Task A_change_of_something_else_does_not_write_a_part_again()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        Assert.Null(await RawPartAsync("approvals"));
        var asked = await WriteAsync(store, TwoOwners.Ask());
        var stored = (await RawPartAsync("approvals"))!;
        Assert.StartsWith("2 [{\"approval_id\":", stored, StringComparison.Ordinal);
        await SetRawPartAsync("approvals", stored + " ");

        var told = await WriteAsync(store, TestConversations.Message("m-1"));
        Assert.Equal(stored + " ", await RawPartAsync("approvals"));
        TestConversations.AssertSame(told, await FindAsync(CreateStore()));

        var decided = await WriteAsync(store, TwoOwners.Decide(asked.Approvals[0].ApprovalId, TwoOwners.Alice));
        Assert.Contains("\"status\":\"granted\"", (await RawPartAsync("approvals"))!.TrimEnd(' '), StringComparison.Ordinal);
        TestConversations.AssertSame(decided, await FindAsync(CreateStore()));
    }

    [Fact]
    public async Task A_conflict_returns_the_parts_as_well()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var asked = await WriteAsync(store, TwoOwners.Ask());

        var late = await store.CommitAsync(TestConversations.Commit(opened, TestConversations.Message("m-1"), Now), Stop);

        TestConversations.AssertSame(asked, Assert.IsType<CommitResult.Conflict>(late).Current.Conversation);
    }

    [Fact]
    public async Task An_erasure_removes_the_parts()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TwoOwners.Ask());

        await WriteAsync(store, TestConversations.Erase());
        Assert.Null(await RawPartAsync("approvals"));

        var again = await WriteAsync(store, TestConversations.Initialize());
        Assert.Empty(again.Approvals);
        TestConversations.AssertSame(again, await FindAsync(CreateStore()));
    }

    [Fact]
    public async Task A_part_is_read_under_the_schema_it_was_written_under_however_new_the_core_is()
    {
        var old = CreateStore(Day, new StoredSchema(1));
        await WriteAsync(old, TestConversations.Initialize());
        await WriteAsync(old, TwoOwners.Ask());

        var store = CreateStore(Day, s_renames);
        await WriteAsync(store, TestConversations.Message("m-1"));

        Assert.StartsWith("1 ", await RawPartAsync("approvals"), StringComparison.Ordinal);
        var read = (await FindAsync(CreateStore(Day, s_renames)))!;
        Assert.Equal("repay", Assert.Single(read.Approvals).Action);
        Assert.Equal("repay", Assert.Single((await store.ListPendingApprovalsAsync(null, 10, Stop)).Approvals).Approval.Action);

        await WriteAsync(store, TwoOwners.Decide(read.Approvals[0].ApprovalId, TwoOwners.Alice, yes: false));
        Assert.StartsWith("2 ", await RawPartAsync("approvals"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("1 {}")]
    [InlineData("1 [{}]")]
    [InlineData("3 []")]
    [InlineData("\u0001")]
    [InlineData("\u000100000800x")]
    [InlineData("\u0001ffffffffx")]
    public async Task A_part_that_cannot_be_read_is_not_taken_for_none(string damaged)
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TwoOwners.Ask());
        await SetRawPartAsync("approvals", damaged);

        await Assert.ThrowsAnyAsync<Exception>(async () => await FindAsync(CreateStore()));
    }
}
