using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    private static readonly string[] s_roles = ["triage", "expert", "notification"];

    [Fact]
    public async Task A_step_that_a_worker_may_take_is_listed_for_its_role_alone_until_it_is_taken()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, OneRun.Report());

        foreach (var each in (IConversationStore[])[store, other])
        {
            Assert.Equal(["cs-TKT-001"], await ReadyAsync(each, "triage"));
            Assert.Equal(["cs-TKT-001"], await ReadyAsync(each, s_roles));
            Assert.Empty(await ReadyAsync(each, "expert", "notification"));
        }

        var taken = await WriteAsync(other, OneRun.Lease());
        Assert.Empty(await ReadyAsync(other, s_roles));
        var triaged = await WriteAsync(other, OneRun.Complete(taken, OneRun.Triaged));
        Assert.Equal("expert_analysis", triaged.Run!.Stage);
        Assert.Equal(["cs-TKT-001"], await ReadyAsync(other, "expert"));
        Assert.Empty(await ReadyAsync(other, "triage"));
    }

    [Fact]
    public async Task The_longest_ready_comes_first_and_no_more_than_asked_for()
    {
        var store = CreateStore();
        for (var i = 5; i >= 1; i--)
            await WriteAsync(store, OneRun.Report() with { Id = TestConversations.Id($"t-{i}") }, Now - TimeSpan.FromMinutes(i));

        Assert.Equal(["cs-t-5", "cs-t-4", "cs-t-3"], (await store.ListReadyStepsAsync(s_roles, 3, verified: false, Stop)).Steps.Select(s => s.Id.Value));
    }

    [Fact]
    public async Task A_step_that_waits_for_another_try_is_counted_and_not_listed()
    {
        var store = CreateStore();
        await WriteAsync(store, OneRun.Report());
        var taken = await WriteAsync(store, OneRun.Lease());
        await WriteAsync(store, OneRun.Fail(taken));

        var ready = await store.ListReadyStepsAsync(s_roles, 10, verified: false, Stop);

        Assert.Empty(ready.Steps);
        Assert.Equal(1, ready.Later);
    }

    [Fact]
    public async Task A_step_of_a_conversation_that_a_person_has_is_not_listed()
    {
        var store = CreateStore();
        await WriteAsync(store, OneRun.Report());
        await WriteAsync(store, TwoOwners.Claim(TwoOwners.Alice));
        Assert.Empty(await ReadyAsync(store, s_roles));

        await WriteAsync(store, TwoOwners.HandBack(TwoOwners.Alice));
        Assert.Equal(["cs-TKT-001"], await ReadyAsync(CreateStore(), s_roles));
    }

    [Fact]
    public async Task A_step_that_is_handed_back_at_once_is_listed()
    {
        var store = CreateStore();
        await WriteAsync(store, OneRun.Report());
        await WriteAsync(store, TwoOwners.Claim(TwoOwners.Alice));
        await WriteAsync(store, TwoOwners.HandBack(TwoOwners.Alice));

        Assert.Equal(["cs-TKT-001"], await ReadyAsync(store, s_roles));
        Assert.Equal(["cs-TKT-001"], await ReadyAsync(CreateStore(), s_roles));
        Assert.Equal(["cs-TKT-001"], await ReadyAsync(store, s_roles));
    }

    [Fact]
    public async Task What_a_commit_that_was_too_late_wanted_hides_no_step()
    {
        var (store, other) = (CreateStore(), CreateStore());
        for (var i = 5; i >= 1; i--)
        {
            var id = TestConversations.Id($"t-{i}");
            var at = Now - TimeSpan.FromMinutes(i);
            await WriteAsync(store, OneRun.Report() with { Id = id }, at);
            var taken = await WriteAsync(store, OneRun.Lease() with { Id = id }, at);
            var late = TestConversations.Commit(taken, OneRun.Complete(taken, OneRun.Triaged) with { Id = id }, at);
            foreach (var message in (string[])["m-1", "m-2", "m-3", "m-4"])
                await WriteAsync(other, TestConversations.Message(message, id: id), at);
            Assert.IsType<CommitResult.Conflict>(await store.CommitAsync(late, Stop));
        }

        await WriteAsync(store, OneRun.Report());
        await WriteAsync(store, OneRun.Complete(await WriteAsync(store, OneRun.Lease()), OneRun.Triaged));

        Assert.Equal(["cs-TKT-001"], (await store.ListReadyStepsAsync(s_roles, 3, verified: true, Stop)).Steps.Select(s => s.Id.Value));
        // They are gone from then on.
        Assert.Equal(["cs-TKT-001"], (await other.ListReadyStepsAsync(s_roles, 3, verified: false, Stop)).Steps.Select(s => s.Id.Value));
    }

    [Fact]
    public async Task A_run_and_its_analysis_are_read_as_they_were_written()
    {
        var (store, other) = (CreateStore(), CreateStore());
        await WriteAsync(store, OneRun.Report());
        var current = await WriteAsync(store, OneRun.Complete(await WriteAsync(store, OneRun.Lease()), OneRun.Triaged));
        current = await WriteAsync(store, OneRun.Lease());
        current = await WriteAsync(store, OneRun.Research(current, "one", "two", "three"));
        current = await WriteAsync(store, OneRun.Complete(current, OneRun.Analysis()));

        var read = await FindAsync(other);

        TestConversations.AssertSame(current, read);
        Assert.Equal(OneRun.Solution, read!.Analysis!.Solution);
        Assert.Equal(3, read.Run!.Step("expert_analysis")!.Research.Count);

        await WriteAsync(other, TestConversations.Erase());
        Assert.Null((await FindAsync(CreateStore()))!.Run);
    }

    [Fact]
    public async Task A_lease_that_runs_out_is_found_with_what_is_overdue()
    {
        var store = CreateStore();
        await WriteAsync(store, OneRun.Report());
        await WriteAsync(store, OneRun.Lease());

        Assert.Empty(await store.FindOverdueAsync(Now, 10, Stop));
        Assert.Equal(["cs-TKT-001"], (await store.FindOverdueAsync(Now.AddMinutes(6), 10, Stop)).Select(id => id.Value));
    }

    private static async Task<IEnumerable<string>> ReadyAsync(IConversationStore store, params string[] roles) =>
        (await store.ListReadyStepsAsync(roles, 10, verified: false, Stop)).Steps.Select(s => s.Id.Value);
}
