using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.OneTask;

namespace SupportStateMcp.Tests.Conversations.Versions;

/// <summary>The way back: what goes, what stays, and who may go it.</summary>
public sealed class RollbackTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new();
    private readonly ConversationVersions _versions;

    public RollbackTests() => _versions = new ConversationVersions(_desk.Reader, _desk.Desk, _desk.Store, _desk.Time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<Conversation> DoAsync(ConversationCommand command) => (await _desk.DoAsync(command)).Value.Conversation;

    private async Task<Conversation> BackAsync(ConversationCommand.Rollback command) => (await _versions.RollbackAsync(command, Stop)).Value.Outcome.Conversation;

    private async Task<Error> RefusedAsync(ConversationCommand.Rollback command)
    {
        var before = Json((await _desk.LoadAsync(Id)).Conversation);
        var error = (await _versions.RollbackAsync(command, Stop)).Error!;
        Assert.Equal(before, Json((await _desk.LoadAsync(Id)).Conversation));
        return error;
    }

    [Fact]
    public async Task Facts_tasks_priority_and_state_go_back_and_messages_and_approvals_stay()
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"order":"A-17"}""") });
        var then = await DoAsync(Name("before"));
        await DoAsync(Update() with { Metadata = Facts("""{"order":null,"wrong":1}"""), Priority = Priority.Urgent, TicketStatus = TicketStatus.Pending });
        await DoAsync(Take(steps: "a"));
        await DoAsync(MoveTo("processing"));
        await DoAsync(Say("Hello?"));
        var before = await DoAsync(TwoOwners.Ask());

        var refused = await RefusedAsync(Rollback("before"));
        Assert.Equal(
            "The workflow does not lead from processing back to gathering_info, so nothing was rolled back. With keep_state: true all but the state goes back; transition_state moves it to awaiting_confirmation or escalated.",
            McpErrorMessages.Of(refused));
        Assert.Equal("invalid_transition", refused.Code);
        var after = await BackAsync(Rollback("before", keepState: true) with { Reason = "wrong order" });

        Assert.Equal("""{"order":"A-17"}""", System.Text.Json.JsonSerializer.Serialize(after.Metadata));
        Assert.Equal((Priority.Medium, "processing", 0), (after.Priority, after.State, after.Tasks.Count));
        // What the customer saw, and what people decide on, is as it is.
        Assert.Equal((TicketStatus.Pending, 1L, 1, before.Epoch), (after.TicketStatus, after.MessageCount, after.Approvals.Count, after.Epoch));
        Assert.Equal("before", Assert.Single(after.Checkpoints).Name);
        var rolledBack = Assert.IsType<ConversationEvent.RolledBack>((await _desk.TrailAsync(Id))[^1]);
        Assert.Equal((before.Version, then.Version, "wrong order"), (rolledBack.From, rolledBack.To, rolledBack.Reason));
    }

    [Fact]
    public async Task A_summary_goes_back_and_the_messages_stay()
    {
        await DoAsync(Open());
        await DoAsync(Say("It does not start.", "m-1"));
        await DoAsync(Say("It still does not.", "m-2"));
        await DoAsync(Summarise(1, "It does not start."));
        await DoAsync(Summarise(2, "It never starts."));

        var once = await BackAsync(Rollback(steps: 1));
        Assert.Equal((1L, "It does not start."), (once.Summary!.Through, once.Summary.Text));
        var twice = await BackAsync(Rollback(steps: 1));
        Assert.Equal((null, 2L), (twice.Summary, twice.MessageCount));
        Assert.Equal("It never starts.", (await BackAsync(Rollback($"{once.Version - 1}"))).Summary!.Text);
        // What was taken back may be said again.
        await BackAsync(Rollback($"{once.Version}"));
        Assert.Equal("Better.", (await DoAsync(Summarise(2, "Better."))).Summary!.Text);

        static ConversationCommand.SaveSummary Summarise(long through, string text) =>
            new() { Id = Id, Actor = Agent, Roles = Roles.Agent, Through = through, Summary = text };
    }

    [Fact]
    public async Task A_state_goes_back_where_the_workflow_leads_there()
    {
        await DoAsync(Open());
        var then = await DoAsync(Update() with { Metadata = Facts("""{"a":1}""") });
        await DoAsync(MoveTo("processing"));
        await DoAsync(MoveTo("awaiting_confirmation"));
        await DoAsync(Update() with { Metadata = Facts("""{"a":2}""") });

        var after = await BackAsync(Rollback($"{then.Version}"));

        Assert.Equal(("gathering_info", "awaiting_confirmation", 1L), (after.State, after.PreviousState, after.Epoch));
        Assert.Equal(["state_transitioned", "rolled_back"], (await _desk.TrailAsync(Id)).TakeLast(2).Select(SupportStateMcp.Views.EventNames.Of));
    }

    [Fact]
    public async Task Steps_count_changes_and_not_messages_and_go_further_back_each_time()
    {
        await DoAsync(Open());
        for (var n = 1; n <= 3; n++)
        {
            await DoAsync(Update() with { Metadata = Facts($$"""{"n":{{n}}}""") });
            await DoAsync(Say("Hello", $"m-{n}"));
        }

        Assert.Equal("2", (await BackAsync(Rollback(steps: 1))).Metadata["n"].GetRawText());
        Assert.Equal("1", (await BackAsync(Rollback(steps: 1))).Metadata["n"].GetRawText());
        await DoAsync(Update() with { Metadata = Facts("""{"n":4}""") });
        Assert.Equal("1", (await BackAsync(Rollback(steps: 1))).Metadata["n"].GetRawText());
        Assert.Empty((await BackAsync(Rollback(steps: 1))).Metadata);
        // Before that there is only the move that opened it.
        Assert.Equal("steps: there is 1 change to take back, and not 2", Rule(await RefusedAsync(Rollback(steps: 2))));
    }

    [Fact]
    public async Task Steps_count_no_change_that_stays_and_one_command_once()
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"n":1}""") });
        _desk.Time.Advance(TimeSpan.FromSeconds(1));
        var taken = await DoAsync(Take(steps: "a"));
        var task = taken.Tasks[0].TaskId;
        _desk.Time.Advance(TimeSpan.FromSeconds(1));
        await DoAsync(Advance(task, TaskTrigger.NeedsInput));
        _desk.Time.Advance(TimeSpan.FromSeconds(1));
        await DoAsync(Say("Here it is."));
        await DoAsync(Update() with { TicketStatus = TicketStatus.Pending });

        // What the customer saw stays, and that the task goes on is not what somebody did.
        var executing = await BackAsync(Rollback(steps: 1));
        Assert.Equal(TaskState.Executing, Assert.Single(executing.Tasks).State);
        var without = await BackAsync(Rollback(steps: 1));
        Assert.Equal((0, "1"), (without.Tasks.Count, without.Metadata["n"].GetRawText()));
        Assert.Empty((await BackAsync(Rollback(steps: 1))).Metadata);
    }

    [Fact]
    public async Task Two_commands_are_two_steps_also_after_the_clock_was_set_back()
    {
        await DoAsync(Open());
        _desk.Time.Advance(TimeSpan.FromHours(-1));
        var taken = await DoAsync(Take());
        await DoAsync(Plan(taken.Tasks[0].TaskId, "a"));

        Assert.Equal(TaskState.Planning, Assert.Single((await BackAsync(Rollback(steps: 1))).Tasks).State);
        Assert.Empty((await BackAsync(Rollback(steps: 1))).Tasks);
    }

    [Fact]
    public async Task Steps_are_counted_over_a_long_trail()
    {
        await DoAsync(Open());
        for (var n = 1; n <= 110; n++)
        {
            await DoAsync(Update() with { Metadata = Facts($$"""{"n":{{n}}}""") });
            await DoAsync(Say("Hello", $"m-{n}"));
            await DoAsync(Say("Again", $"a-{n}"));
        }

        Assert.Equal("10", (await BackAsync(Rollback(steps: 100))).Metadata["n"].GetRawText());
    }

    [Fact]
    public async Task The_owner_and_supervisors_go_back_and_nobody_else()
    {
        await DoAsync(Open());
        var then = await DoAsync(Update() with { Metadata = Facts("""{"a":1}""") });
        await DoAsync(Update() with { Metadata = Facts("""{"a":2}""") });
        var to = $"{then.Version}";

        Assert.Equal("not_owner", (await RefusedAsync(Rollback(to) with { Actor = TwoOwners.Other })).Code);
        Assert.Equal("not_owner", (await RefusedAsync(Rollback(to) with { Actor = TwoOwners.Alice })).Code);
        Assert.Equal("not_authorized", (await RefusedAsync(Rollback(to) with { Roles = Roles.Auditor })).Code);
        Assert.Equal("1", (await BackAsync(Rollback(to) with { Actor = TwoOwners.Sue, Roles = Roles.Supervisor })).Metadata["a"].GetRawText());
        await DoAsync(TwoOwners.Claim(TwoOwners.Alice));
        Assert.Equal("not_owner", (await RefusedAsync(Rollback("3"))).Code);
        Assert.True((await _versions.RollbackAsync(Rollback("3") with { Actor = TwoOwners.Alice }, Stop)).Value.Outcome.Conversation.Owner.Is(TwoOwners.Alice));
    }

    [Fact]
    public async Task Nothing_escalates_hands_back_closes_or_reopens_by_a_rollback()
    {
        await DoAsync(Open());
        var then = await DoAsync(Update() with { Metadata = Facts("""{"a":1}""") });
        await DoAsync(MoveTo("escalated"));
        await DoAsync(Update() with { Metadata = Facts("""{"a":2}""") });

        var sue = Rollback($"{then.Version}") with { Actor = TwoOwners.Sue, Roles = Roles.Supervisor };
        Assert.Equal("invalid_transition", (await RefusedAsync(sue)).Code);
        var kept = await BackAsync(sue with { KeepState = true });
        Assert.Equal(("escalated", "1"), (kept.State, kept.Metadata["a"].GetRawText()));

        await DoAsync(MoveTo("resolved"));
        Assert.Equal("terminal_state", (await RefusedAsync(sue)).Code);
        Assert.Equal("terminal_state", (await RefusedAsync(sue with { KeepState = true })).Code);
    }

    [Fact]
    public async Task A_repeat_goes_back_once_and_a_version_that_is_not_there_is_refused()
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"n":1}""") });
        await DoAsync(Update() with { Metadata = Facts("""{"n":2}""") });
        var command = Rollback(steps: 1) with { IdempotencyKey = "k-1" };

        var first = (await _versions.RollbackAsync(command, Stop)).Value;
        var again = (await _versions.RollbackAsync(command, Stop)).Value;

        Assert.Equal((3L, false), (first.To, first.Outcome.Replayed));
        Assert.Equal((3L, true), (again.To, again.Outcome.Replayed));
        Assert.Equal("idempotency_mismatch", (await RefusedAsync(command with { Steps = 2 })).Code);
        Assert.Equal("version_conflict", (await RefusedAsync(Rollback(steps: 1) with { ExpectedVersion = 2 })).Code);
        Assert.True((await _versions.RollbackAsync(Rollback("5"), Stop)).Value.Outcome.IdempotencyRecord.Unchanged);
        Assert.Equal("to: it is a version from 1 to 5", Rule(await RefusedAsync(Rollback("6"))));
        Assert.Equal("to: it is a version from 1 to 5", Rule(await RefusedAsync(Rollback("99999999999999999999"))));
        Assert.Equal("There is no checkpoint before in this conversation. It has none; checkpoint names the version it is at.", McpErrorMessages.Of(await RefusedAsync(Rollback("before"))));
        Assert.Equal("to: it goes without steps: send one of the two", Rule(await RefusedAsync(Rollback("1", steps: 1))));
        Assert.Equal("not_found", (await _versions.RollbackAsync(Rollback(steps: 1) with { Id = ConversationId.OfTicket("NOWHERE")!.Value }, Stop)).Error!.Code);
    }

    [Fact]
    public async Task Steps_are_counted_again_where_somebody_else_was_quicker()
    {
        await DoAsync(Open());
        for (var n = 1; n <= 3; n++)
            await DoAsync(Update() with { Metadata = Facts($$"""{"n":{{n}}}""") });
        var around = new StoreAround(_desk.Store) { BeforeCommit = n => n == 1 ? _desk.DoAsync(Update() with { Metadata = Facts("""{"n":4}""") }).AsTask() : Task.CompletedTask };
        var versions = new ConversationVersions(new ConversationQueries(around, _desk.Time), _desk.Another(around), around, _desk.Time);

        var after = (await versions.RollbackAsync(Rollback(steps: 1), Stop)).Value.Outcome.Conversation;

        Assert.Equal("3", after.Metadata["n"].GetRawText());
    }

    [Fact]
    public async Task Checkpoints_are_unique_and_the_oldest_of_more_than_twenty_goes()
    {
        await DoAsync(Open());
        var first = (await _desk.DoAsync(Name("c0"))).Value;
        Assert.Equal(first.Conversation.Version, first.Conversation.Checkpoints[0].Version);
        Assert.True((await _desk.DoAsync(Name("c0"))).Value.IdempotencyRecord.Unchanged);
        await DoAsync(Say("Hello"));
        Assert.Equal("name: there is the checkpoint c0 already, which names version 3: choose another name", Rule((await _desk.DoAsync(Name("c0"))).Error!));

        for (var n = 1; n <= Checkpoint.Most; n++)
            await DoAsync(Name($"c{n}"));

        var named = (await _desk.LoadAsync(Id)).Conversation!.Checkpoints;
        Assert.Equal((Checkpoint.Most, "c1"), (named.Count, named[0].Name));
        Assert.Equal("invalid_argument", (await _desk.DoAsync(Name("1st"))).Error!.Code);
    }

    [Fact]
    public async Task What_was_erased_comes_back_by_no_version_name_or_time()
    {
        await DoAsync(Open());
        await DoAsync(Update() with { Metadata = Facts("""{"card":"4111"}""") });
        var named = await DoAsync(Name("maria-meier"));
        _desk.Time.Advance(TimeSpan.FromMinutes(1));
        await DoAsync(Erase());
        Assert.Equal("not_found", (await _versions.GetAsync(Id, new VersionPoint(Version: named.Version), Stop)).Error!.Code);
        _desk.Time.Advance(TimeSpan.FromMinutes(1));
        await DoAsync(Open("user-2"));

        foreach (var point in (VersionPoint[])[new(Version: 2), new(Version: named.Version), new(Version: named.Version + 1), new(Checkpoint: "maria-meier"), new(Time: named.UpdatedAt)])
            Assert.NotNull((await _versions.GetAsync(Id, point, Stop)).Error);
        Assert.Equal("invalid_argument", (await RefusedAsync(Rollback($"{named.Version}"))).Code);
        Assert.Equal("invalid_argument", (await RefusedAsync(Rollback(steps: 5))).Code);
        Assert.DoesNotMatch("4111|maria", Json(await _desk.TrailAsync(Id)));
    }

    [Fact]
    public async Task A_long_trail_is_looked_at_anywhere_again_and_again()
    {
        await DoAsync(Open());
        var then = new Dictionary<long, string>();
        for (var n = 1; n <= Keyframes.Every + 50; n++)
        {
            var after = await DoAsync(Update() with { Metadata = Facts($$"""{"n":{{n}}}""") });
            then[after.Version] = Json(after);
        }

        var random = new Random(20261129);
        for (var look = 0; look < 40; look++)
        {
            var version = random.Next(3, Keyframes.Every + 50);
            Assert.Equal(then[version], Json((await _versions.GetAsync(Id, new VersionPoint(Version: version), Stop)).Value.Then));
        }

        // Another conversation of the ticket has versions of the same numbers.
        await DoAsync(Erase());
        _desk.Time.Advance(TimeSpan.FromMilliseconds(1));
        await DoAsync(Open("user-2"));
        Assert.Equal("invalid_argument", (await _versions.GetAsync(Id, new VersionPoint(Version: Keyframes.Every), Stop)).Error?.Code);
    }

    [Fact]
    public async Task A_time_shows_what_had_run_out_by_then()
    {
        await DoAsync(Open());
        await DoAsync(TwoOwners.Escalate(Agent));
        await DoAsync(TwoOwners.Claim(TwoOwners.Alice));
        var claimed = _desk.Time.GetUtcNow();
        _desk.Time.Advance(TimeSpan.FromHours(1));

        Assert.True((await _versions.GetAsync(Id, new VersionPoint(Time: claimed + TimeSpan.FromMinutes(1)), Stop)).Value.Then.Owner.IsPerson);
        Assert.Equal("queue:support", (await _versions.GetAsync(Id, new VersionPoint(Time: claimed + TwoOwners.Lease), Stop)).Value.Then.Owner.ToString());
        Assert.Equal("invalid_argument", (await _versions.GetAsync(Id, new VersionPoint(Time: claimed.AddYears(1)), Stop)).Error!.Code);
        Assert.Equal("invalid_argument", (await _versions.GetAsync(Id, new VersionPoint(Time: claimed.AddYears(-1)), Stop)).Error!.Code);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private static string Rule(Error error) => error is Errors.InvalidArgument e ? $"{e.Argument}: {e.Rule}" : error.Code;
}
