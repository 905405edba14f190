using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Benchmarks;

/// <summary>Pages of a full store, whichever store it is.</summary>
internal static class StorePages
{
    private const int Calls = 500;
    private const int Page = 50;

    private static readonly Actor s_agent = new(ActorKind.Ai, "bench");
    private static readonly Actor s_person = new(ActorKind.Human, "alice");

    public static async Task RunAsync(ServiceProvider services, string name, int conversations)
    {
        var store = services.GetRequiredService<IConversationStore>();
        var filling = Stopwatch.StartNew();
        await Parallel.ForAsync(0, conversations, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (n, ct) =>
            await store.CommitAsync(Commit(n), ct));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"## Pages of {Page}, {conversations} conversations, store {name} (filled in {filling.Elapsed.TotalSeconds:0} s), {Calls} calls each\n"));
        Console.WriteLine("| page | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|");

        var middle = new ConversationCursor(DateTimeOffset.FromUnixTimeMilliseconds(s_start.AddMilliseconds(conversations / 2).ToUnixTimeMilliseconds()), "cs-P-0");
        var inQueue = (await store.ListQueueAsync(null, null, Page, default)).Next;
        await TimeAsync("all, first", () => store.ListAsync(new(), null, Page, default));
        await TimeAsync("all, in the middle", () => store.ListAsync(new(), middle, Page, default));
        await TimeAsync("of a user", () => store.ListAsync(new(UserId: "user-17"), null, Page, default));
        await TimeAsync("of an owner", () => store.ListAsync(new(Owner: Owner.Of(s_agent)), null, Page, default));
        await TimeAsync("of an assignee", () => store.ListAsync(new(AssignedTo: "team-3"), null, Page, default));
        await TimeAsync("in a state", () => store.ListAsync(new(State: "gathering_info"), null, Page, default));
        await TimeAsync("in a state, of an assignee, none", () => store.ListAsync(new(State: "processing", AssignedTo: "team-3"), null, Page, default));
        await TimeAsync("all queues, first", () => store.ListQueueAsync(null, null, Page, default));
        await TimeAsync("all queues, second", () => store.ListQueueAsync(null, inQueue, Page, default));
        await TimeAsync("one queue", () => store.ListQueueAsync("billing", null, Page, default));
        await TimeAsync("approvals, all", () => store.ListPendingApprovalsAsync(null, Page, default));
        await TimeAsync("approvals, one queue", () => store.ListPendingApprovalsAsync("support", Page, default));
        await TimeAsync("overdue", () => store.FindOverdueAsync(TimeProvider.System.GetUtcNow(), 100, default));
        Console.WriteLine();
    }

    private static async Task TimeAsync<T>(string what, Func<ValueTask<T>> read)
    {
        for (var i = 0; i < 20; i++)
            await read();
        var times = new List<double>();
        for (var i = 0; i < Calls; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await read();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {StoreBenchmark.At(times, 0.5):0.00} | {StoreBenchmark.At(times, 0.99):0.00} | {times.Max():0.00} |"));
    }

    private static readonly DateTimeOffset s_start = TimeProvider.System.GetUtcNow().AddMinutes(-5);

    /// <summary>Of ten conversations three wait in a queue, one is claimed, and one has an approval to decide.</summary>
    private static Commit Commit(int n)
    {
        var decider = new ConversationDecider(WorkflowDefinition.Desk, new ApprovalPolicy());
        var id = ConversationId.OfTicket($"P-{n}")!.Value;
        List<ConversationCommand> commands =
        [
            new ConversationCommand.Initialize
            {
                Id = id, Actor = s_agent, Roles = Roles.Agent | Roles.Approver, UserId = $"user-{n % 5_000}", Priority = (Priority)(n % 4), AssignedTo = $"team-{n % 20}",
                Description = "The customer cannot sign in any more since the password was reset last week.",
            },
            new ConversationCommand.AddMessage
            {
                Id = id, Actor = s_agent, Roles = Roles.Agent | Roles.Approver, MessageId = "m-1", Role = MessageRole.User,
                Content = "I still cannot sign in; the mail with the new password never came.",
            },
        ];
        if (n % 10 is 0 or 1 or 2 or 3)
        {
            commands.Add(new ConversationCommand.Escalate
            {
                Id = id, Actor = s_agent, Roles = Roles.Agent | Roles.Approver, Queue = n % 10 == 1 ? "billing" : "support", Reason = "locked", Summary = "Reset twice, no mail.",
            });
        }

        if (n % 10 == 3)
            commands.Add(new ConversationCommand.Claim { Id = id, Actor = s_person, Roles = Roles.Agent | Roles.Approver, Lease = TimeSpan.FromHours(1) });
        if (n % 10 == 4)
        {
            commands.Add(new ConversationCommand.RequestApproval
            {
                Id = id, Actor = s_agent, Roles = Roles.Agent | Roles.Approver, Action = "refund", Arguments = System.Text.Json.JsonElement.Parse("""{"amount":612.4}"""),
                Reason = "broken", Amount = 612.4m, ExpiresIn = TimeSpan.FromHours(4),
            });
        }

        var (before, events, messages) = ((Conversation?)null, new List<ConversationEvent>(), new List<Message>());
        var now = s_start.AddMilliseconds(n);
        foreach (var command in commands)
        {
            var accepted = decider.Decide(before, command, now) as Decision.Accepted
                ?? throw new InvalidOperationException($"{command.GetType().Name} was refused.");
            before = Conversation.Fold(before, accepted.Events);
            events.AddRange(accepted.Events);
            messages.AddRange(accepted.Messages);
        }

        return new Commit { Id = id, Before = null, After = before!, Events = events, Messages = messages, IdempotencyRecord = IdempotencyRecord.Of(before!), Now = now };
    }
}
