using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.OneTask;

namespace SupportStateMcp.Tests.Conversations.Versions;

/// <summary>What-if copies: what they have, what they take, and that nobody is reached by them.</summary>
public sealed class ForkingTests : IAsyncDisposable
{
    private static readonly ConversationId s_copy = ConversationId.OfTicket("TKT-001-w1")!.Value;

    private readonly TestCommandHandler _desk = new();
    private readonly Forking _forking;

    public ForkingTests() =>
        _forking = new Forking(new ConversationVersions(_desk.Reader, _desk.Desk, _desk.Store, _desk.Time), _desk.Desk, _desk.Store);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ConversationCommand.AnnounceFork Copy(string? point = null) =>
        new() { Id = Id, Actor = Agent, Roles = Trusted, Fork = Id, Of = 0, Point = point };

    private async Task<Conversation> DoAsync(ConversationCommand command) => (await _desk.DoAsync(command)).Value.Conversation;

    private async Task<Conversation> CopyAsync(string? point = null) => (await _forking.ForkAsync(Copy(point), Stop)).Value.Copy.Conversation;

    private async Task<string?> CodeAsync(ConversationCommand command) => (await _desk.DoAsync(command with { Id = s_copy })).Error?.Code;

    [Fact]
    public async Task A_copy_has_facts_tasks_and_state_and_neither_messages_nor_approvals()
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"order":"A-17"}""") });
        await DoAsync(Take(steps: "a"));
        await DoAsync(MoveTo("processing"));
        await DoAsync(Name("before"));
        await DoAsync(Say("Hello"));
        var asked = await DoAsync(TwoOwners.Ask());
        await DoAsync(Update() with { Metadata = Facts("""{"order":"A-71"}""") });

        var copy = await CopyAsync("before");

        Assert.Equal(("cs-TKT-001-w1", "processing", "user-1"), (copy.ConversationId, copy.State, copy.UserId));
        Assert.Equal(("A-17", "a"), (copy.Metadata["order"].GetString(), copy.Tasks[0].CurrentStep));
        Assert.Equal((0L, 0, 1L), (copy.MessageCount, copy.Approvals.Count, copy.Version));
        Assert.Equal(new ForkOrigin("cs-TKT-001", asked.Life, 8), copy.ForkOf);
        var origin = (await _desk.LoadAsync(Id)).Conversation!;
        Assert.Equal(["cs-TKT-001-w1"], origin.Forks);
        Assert.Equal("A-71", origin.Metadata["order"].GetString());
        TrailChecks.TellsTheWholeStory(await _desk.TrailAsync(s_copy), (await _desk.LoadAsync(s_copy)).Conversation!);
        TrailChecks.TellsTheWholeStory(await _desk.TrailAsync(Id), origin);
    }

    [Fact]
    public async Task Nothing_in_a_copy_reaches_a_customer_or_a_colleague()
    {
        await DoAsync(Open());
        await DoAsync(MoveTo("processing"));
        await CopyAsync();

        foreach (var command in (ConversationCommand[])
            [
                Say("Hello"), TwoOwners.Tell(Agent), TwoOwners.Begin(Agent), TwoOwners.Ask(), TwoOwners.Escalate(Agent), TwoOwners.Claim(TwoOwners.Alice),
                TwoOwners.Assign(Agent, "human:bob"), TwoOwners.Reopen(Agent), MoveTo("escalated"), Open(), Copy() with { Fork = Id },
                new ConversationCommand.OpenTicket { Id = s_copy, Actor = Agent, Roles = Trusted, CustomerId = "user-1", Description = "d" },
            ])
            Assert.Equal("what_if_copy", await CodeAsync(command));

        Assert.Null(await CodeAsync(Update() with { Metadata = Facts("""{"tried":1}""") }));
        Assert.Null(await CodeAsync(MoveTo("awaiting_confirmation")));
        Assert.Null(await CodeAsync(Take(steps: "a")));
        Assert.Null(await CodeAsync(Name("here")));
        Assert.Null(await CodeAsync(TwoOwners.Tell(Agent) with { Visibility = Visibility.Internal }));
        Assert.Equal(["cs-TKT-001"], (await _desk.Store.ListAsync(new ConversationFilter(UserId: "user-1"), null, 10, Stop)).Conversations.Select(c => c.ConversationId));
        Assert.Equal("processing", (await _desk.LoadAsync(Id)).Conversation!.State);
    }

    [Fact]
    public async Task A_conversation_is_erased_with_its_copies_and_nothing_else_is()
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"card":"4111"}""") });
        await CopyAsync();
        await CopyAsync();
        // The second copy is gone, and its id is that of somebody else's conversation by now.
        var second = ConversationId.OfTicket("TKT-001-w2")!.Value;
        await DoAsync(Erase() with { Id = second });
        await DoAsync(Open("user-2") with { Id = second });
        Assert.Equal("what_if_copy", (await _desk.DoAsync(Erase())).Error!.Code);

        var erased = await _forking.EraseAsync(Erase(), Stop);

        Assert.NotNull(erased.Value.Conversation.ErasedAt);
        Assert.NotNull((await _desk.LoadAsync(s_copy)).Conversation!.ErasedAt);
        Assert.Null((await _desk.LoadAsync(second)).Conversation!.ErasedAt);
        Assert.DoesNotContain("4111", Json(await _desk.TrailAsync(s_copy)) + Json(await _desk.TrailAsync(Id)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_erase_a_conversation_does_not_erase_its_copies_either()
    {
        await DoAsync(Open());
        await CopyAsync();
        await DoAsync(TwoOwners.Claim(TwoOwners.Alice));

        Assert.Equal("not_owner", (await _forking.EraseAsync(Erase(), Stop)).Error!.Code);

        Assert.Null((await _desk.LoadAsync(s_copy)).Conversation!.ErasedAt);
    }

    [Fact]
    public async Task A_repeat_finds_its_copy_and_one_whose_process_was_killed_is_opened_by_it()
    {
        await DoAsync(Open());
        var command = Copy() with { IdempotencyKey = "k-1" };
        var first = (await _forking.ForkAsync(command, Stop)).Value;
        var again = (await _forking.ForkAsync(command, Stop)).Value;
        Assert.Equal((first.Copy.Conversation.ConversationId, true), (again.Copy.Conversation.ConversationId, again.Copy.Replayed));

        // As a process leaves it that dies between the two.
        await DoAsync(Copy() with { Fork = ConversationId.OfTicket("TKT-001-w2")!.Value, Of = 3, IdempotencyKey = "k-2" });
        var opened = (await _forking.ForkAsync(Copy() with { IdempotencyKey = "k-2" }, Stop)).Value;

        Assert.Equal("cs-TKT-001-w2", opened.Copy.Conversation.ConversationId);
        Assert.Equal(["cs-TKT-001-w1", "cs-TKT-001-w2"], (await _desk.LoadAsync(Id)).Conversation!.Forks);
    }

    [Fact]
    public async Task A_repeat_finds_its_copy_also_where_the_checkpoint_has_no_name_any_more()
    {
        await DoAsync(Open());
        await DoAsync(Name("c0"));
        var command = Copy("c0") with { IdempotencyKey = "k-1" };
        var first = (await _forking.ForkAsync(command, Stop)).Value.Copy;
        for (var n = 1; n <= Checkpoint.Most; n++)
            await DoAsync(Name($"c{n}"));

        var again = (await _forking.ForkAsync(command, Stop)).Value;

        Assert.Equal((first.Conversation.ConversationId, true, "cs-TKT-001"), (again.Copy.Conversation.ConversationId, again.Copy.Replayed, again.Origin.ConversationId));
        Assert.Equal("idempotency_mismatch", (await _forking.ForkAsync(command with { Reason = "other" }, Stop)).Error?.Code);
        Assert.Equal("not_found", (await _forking.ForkAsync(command with { IdempotencyKey = "k-2" }, Stop)).Error?.Code);
        Assert.Equal("not_found", (await _forking.ForkAsync(command with { IdempotencyKey = null }, Stop)).Error?.Code);
        Assert.Single((await _desk.LoadAsync(Id)).Conversation!.Forks);
        await DoAsync(Erase() with { Id = s_copy });
        Assert.Equal("not_found", (await _forking.ForkAsync(command, Stop)).Error?.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_repeat_brings_back_no_copy_that_was_erased(int hours)
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"card":"4111"}""") });
        var command = Copy() with { IdempotencyKey = "k-1" };
        await DoAsync(command with { Fork = s_copy, Of = 3 });
        // The clock may have been ahead until then.
        _desk.Time.Advance(TimeSpan.FromHours(hours));
        Assert.True((await _forking.ForkAsync(command, Stop)).Value.Copy.Changed);
        await DoAsync(Erase() with { Id = s_copy });

        var repeated = await _forking.ForkAsync(command, Stop);

        Assert.Equal("not_found", repeated.Error?.Code);
        Assert.NotNull((await _desk.LoadAsync(s_copy)).Conversation!.ErasedAt);
        Assert.DoesNotContain("4111", Json(await _desk.TrailAsync(s_copy)), StringComparison.Ordinal);
        Assert.Equal("cs-TKT-001-w2", (await CopyAsync()).ConversationId);
    }

    [Fact]
    public async Task The_next_conversation_of_a_ticket_has_copies_under_the_names_of_those_that_were_erased()
    {
        await DoAsync(Open());
        await CopyAsync();
        Assert.Null((await _forking.EraseAsync(Erase(), Stop)).Error);
        _desk.Time.Advance(TimeSpan.FromMinutes(1));
        await DoAsync(Open("user-2"));

        Assert.Equal(("cs-TKT-001-w1", "user-2"), await CopyAsync() is var copy ? (copy.ConversationId, copy.UserId) : default);
    }

    [Fact]
    public async Task Two_that_copy_at_once_get_a_copy_each_and_a_repeat_finds_its_own()
    {
        await DoAsync(Open());
        // The other one has announced its copy after this one saw that the name is free, and before it announced its own.
        var quicker = new StoreAround(_desk.Store) { BeforeCommit = n => n == 1 ? DoAsync(Copy() with { Fork = s_copy, Of = 2 }) : Task.CompletedTask };
        var commands = _desk.Another(quicker);
        var forking = new Forking(new ConversationVersions(new ConversationQueries(quicker, _desk.Time), commands, quicker, _desk.Time), commands, quicker);
        var command = Copy() with { IdempotencyKey = "k-1" };

        var second = (await forking.ForkAsync(command, Stop)).Value.Copy.Conversation;
        var first = (await _desk.DoAsync(new ConversationCommand.OpenFork
        {
            Id = s_copy, Actor = Agent, Roles = Trusted, Then = (await _desk.LoadAsync(Id)).Conversation!, AnnouncedAt = _desk.Time.GetUtcNow(),
        })).Value;
        var again = (await forking.ForkAsync(command, Stop)).Value.Copy;

        Assert.Equal(("cs-TKT-001-w2", true), (second.ConversationId, first.Changed));
        Assert.Equal(("cs-TKT-001-w2", true), (again.Conversation.ConversationId, again.Replayed));
        Assert.Equal(["cs-TKT-001-w1", "cs-TKT-001-w2"], (await _desk.LoadAsync(Id)).Conversation!.Forks);
        Assert.Null((await _forking.EraseAsync(Erase(), Stop)).Error);
        Assert.NotNull((await _desk.LoadAsync(ConversationId.OfTicket("TKT-001-w2")!.Value)).Conversation!.ErasedAt);
    }

    [Fact]
    public async Task A_repeat_is_never_given_the_copy_of_another_conversation()
    {
        // So long that the names of their copies are cut to the same.
        var (one, other) = (ConversationId.OfTicket(new string('T', 99) + "1")!.Value, ConversationId.OfTicket(new string('T', 99) + "2")!.Value);
        await DoAsync(Open() with { Id = one });
        await DoAsync(Open("user-2") with { Id = other });
        var name = ConversationId.OfTicket(new string('T', 97) + "-w1")!.Value;
        // As a process leaves it that dies before it opens its copy.
        await DoAsync(Copy() with { Id = one, Fork = name, Of = 2, IdempotencyKey = "k-1" });
        var taken = (await _forking.ForkAsync(Copy() with { Id = other }, Stop)).Value.Copy.Conversation;

        var repeated = await _forking.ForkAsync(Copy() with { Id = one, IdempotencyKey = "k-1" }, Stop);

        Assert.Equal((name.Value, "user-2"), (taken.ConversationId, taken.UserId));
        Assert.Equal("ticket_conflict", repeated.Error?.Code);
        Assert.Single((await _desk.LoadAsync(one)).Conversation!.Forks);
        Assert.Equal($"{name.TicketId[..^1]}2", (await _forking.ForkAsync(Copy() with { Id = one }, Stop)).Value.Copy.Conversation.TicketId);
    }

    [Fact]
    public async Task An_id_that_is_taken_is_passed_over_and_twenty_copies_are_the_most()
    {
        await DoAsync(Open());
        await DoAsync(Open("user-2") with { Id = s_copy });

        Assert.Equal("cs-TKT-001-w2", (await CopyAsync()).ConversationId);
        for (var n = 2; n <= Conversation.MaxForks; n++)
            await CopyAsync();

        Assert.Equal("limit_reached", (await _forking.ForkAsync(Copy(), Stop)).Error!.Code);
        Assert.Equal("user-2", (await _desk.LoadAsync(s_copy)).Conversation!.UserId);
    }

    [Fact]
    public async Task A_copy_is_not_made_of_what_is_not_there()
    {
        Assert.Equal("not_found", (await _forking.ForkAsync(Copy(), Stop)).Error!.Code);
        await DoAsync(Open());
        Assert.Equal("invalid_argument", (await _forking.ForkAsync(Copy("99"), Stop)).Error!.Code);
        Assert.Equal("not_found", (await _forking.ForkAsync(Copy("nowhere"), Stop)).Error!.Code);
        Assert.Empty((await _desk.LoadAsync(Id)).Conversation!.Forks);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();
}
