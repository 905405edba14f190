using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.OneTask;

namespace SupportStateMcp.Tests.Conversations.Versions;

/// <summary>Whatever was done to a conversation, every version of it can be looked at again, and gone back to.</summary>
public class VersionPropertyTests
{
    /// <summary>What is done next; the numbers pick with what.</summary>
    private sealed record Step(int Kind, int What);

    private static readonly string[] s_facts = ["""{"a":1}""", """{"a":null,"b":{"c":[1,2]}}""", """{"b":null,"ä":"ö"}""", """{"a":1.0}"""];

    private static readonly Gen<Step> s_step = from kind in Gen.Choose(0, 11) from what in Gen.Choose(0, 1_000) select new Step(kind, what);

    [Fact]
    public async Task A_fold_at_every_version_is_what_was_there_then()
    {
        await using var desk = new TestCommandHandler();
        var versions = new ConversationVersions(desk.Reader, desk.Desk, desk.Store, desk.Time);
        var histories = 0;

        Prop.ForAll(s_step.ListOf().ToArbitrary(), steps => LookBackAsync($"H{++histories}", steps).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithStartSize(10).WithEndSize(60).WithReplay(20261129, 1).WithQuietOnSuccess(true));
        Assert.True(histories >= 60);

        async Task LookBackAsync(string ticket, IEnumerable<Step> steps)
        {
            var id = ConversationId.OfTicket(ticket)!.Value;
            var then = new List<(Conversation Conversation, DateTimeOffset At)>();
            await DoAsync(Open() with { Id = id });
            foreach (var step in steps)
                await DoAsync(CommandOf(step, id, then[^1].Conversation, erases: true));

            var now = then[^1].Conversation;
            foreach (var (conversation, at) in then)
            {
                var found = await versions.GetAsync(id, new VersionPoint(Version: conversation.Version), default);
                if (now.ErasedAt is not null)
                    Assert.Equal("not_found", found.Error?.Code);
                else if (conversation.Life != now.Life)
                    // Of an earlier conversation of the ticket nothing comes back.
                    Assert.Equal("invalid_argument", found.Error?.Code);
                else
                {
                    Assert.Equal(Json(conversation), Json(found.Value.Then));
                    Assert.Equal(Json(conversation), Json((await versions.GetAsync(id, new VersionPoint(Time: at), default)).Value.Then));
                }
            }

            async Task DoAsync(ConversationCommand command)
            {
                desk.Time.Advance(TimeSpan.FromSeconds(1));
                _ = command is ConversationCommand.Rollback rollback
                    ? (await versions.RollbackAsync(rollback, default)).Error
                    : (await desk.DoAsync(command)).Error;
                var after = (await desk.LoadAsync(id)).Conversation!;
                if (then.Count == 0 || after.Version != then[^1].Conversation.Version)
                    then.Add((after, desk.Time.GetUtcNow()));
            }
        }
    }

    [Fact]
    public async Task Back_and_forward_again_is_where_one_was()
    {
        await using var desk = new TestCommandHandler();
        var versions = new ConversationVersions(desk.Reader, desk.Desk, desk.Store, desk.Time);
        var histories = 0;

        Prop.ForAll(s_step.ListOf().ToArbitrary(), Gen.Choose(0, 1_000).ToArbitrary(), (steps, what) => BackAndForwardAsync($"R{++histories}", steps, what).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithStartSize(10).WithEndSize(60).WithReplay(20261129, 1).WithQuietOnSuccess(true));
        Assert.True(histories >= 60);

        async Task BackAndForwardAsync(string ticket, IEnumerable<Step> steps, int what)
        {
            var id = ConversationId.OfTicket(ticket)!.Value;
            await desk.DoAsync(Open() with { Id = id });
            foreach (var step in steps)
            {
                var current = (await desk.LoadAsync(id)).Conversation!;
                _ = CommandOf(step, id, current, erases: false) is ConversationCommand.Rollback rollback
                    ? (await versions.RollbackAsync(rollback, default)).Error
                    : (await desk.DoAsync(CommandOf(step, id, current, erases: false))).Error;
            }

            var before = (await desk.LoadAsync(id)).Conversation!;
            var back = 1 + (what % before.Version);
            var then = (await versions.GetAsync(id, new VersionPoint(Version: back), default)).Value.Then;
            if (before.ClosedAt is not null)
            {
                Assert.Equal("terminal_state", (await versions.RollbackAsync(Rollback($"{back}", keepState: true) with { Id = id, Actor = TwoOwners.Sue, Roles = Roles.Supervisor }, default)).Error?.Code);
                return;
            }

            var gone = (await versions.RollbackAsync(Rollback($"{back}", keepState: true) with { Id = id, Actor = TwoOwners.Sue, Roles = Roles.Supervisor }, default)).Value;
            Assert.Equal(Undone(then), Undone(gone.Outcome.Conversation));
            Assert.Equal(Kept(before), Kept(gone.Outcome.Conversation));
            Assert.Equal(before.State, gone.Outcome.Conversation.State);

            var forward = (await versions.RollbackAsync(Rollback($"{before.Version}", keepState: true) with { Id = id, Actor = TwoOwners.Sue, Roles = Roles.Supervisor }, default)).Value;
            Assert.Equal(Undone(before), Undone(forward.Outcome.Conversation));
            Assert.Equal(Kept(before), Kept(forward.Outcome.Conversation));
            TrailChecks.TellsTheWholeStory(await desk.TrailAsync(id), (await desk.LoadAsync(id)).Conversation!);
        }
    }

    /// <summary>What a rollback takes back.</summary>
    private static string Undone(Conversation c) =>
        $"{c.Priority} {JsonSerializer.Serialize(c.Metadata)} {JsonSerializer.Serialize(c.Tasks, ConversationJson.Readable.IReadOnlyListConversationTask)} {c.Summary}";

    /// <summary>What it never touches.</summary>
    private static string Kept(Conversation c) => Json(c with { Version = 0, UpdatedAt = default, Metadata = Conversation.EmptyMetadata, Priority = default, Tasks = [], Summary = null });

    private static ConversationCommand CommandOf(Step step, ConversationId id, Conversation now, bool erases)
    {
        var task = now.Tasks.Count == 0 ? null : now.Tasks[step.What % now.Tasks.Count].TaskId;
        ConversationCommand command = step.Kind switch
        {
            0 or 1 => Say("Hello", step.What.ToString(CultureInfo.InvariantCulture)),
            2 => MoveTo(WorkflowDefinition.Default.States[step.What % WorkflowDefinition.Default.States.Count]),
            3 or 4 => Update() with { Metadata = Facts(s_facts[step.What % s_facts.Length]), Priority = step.What % 5 == 0 ? Priority.High : null },
            5 or 6 => Take($"Goal {step.What}", step.What % 3 == 0 ? [] : ["a", "b"]),
            7 or 8 when task is not null => Advance(task, (TaskTrigger)(step.What % 6)),
            8 => new ConversationCommand.SaveSummary { Id = id, Actor = Agent, Roles = Roles.Agent, Through = (now.Summary?.Through ?? 0) + 1, Summary = $"So far {step.What}." },
            9 => Name($"c{step.What % 7}"),
            10 => Rollback(steps: 1 + (step.What % 3), keepState: step.What % 2 == 0),
            11 when erases => step.What % 4 == 0 && now.ErasedAt is null ? Erase() : Open(),
            _ => TwoOwners.Ask(),
        };
        return command with { Id = id };
    }
}
