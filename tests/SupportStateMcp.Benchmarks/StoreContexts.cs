using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Benchmarks;

/// <summary>What a context costs by the length of its conversation, whichever store it is: the ratio to the shortest is what counts.</summary>
internal static class StoreContexts
{
    private const int Calls = 200;
    private const int Batch = 2_000;

    private static readonly int[] s_lengths = [100, 1_000, 10_000, 100_000];
    private static readonly Caller s_agent = new(new Actor(ActorKind.Ai, "bench"), Roles.Agent);

    public static async Task RunAsync(ServiceProvider services, string name)
    {
        var (contexts, counter, workflow) = (services.GetRequiredService<ContextService>(), services.GetRequiredService<ITokenCounter>(), services.GetRequiredService<WorkflowDefinition>());
        foreach (var length in s_lengths)
            await FillAsync(services.GetRequiredService<IConversationStore>(), Id(length), length);

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"## get_context by length of the history, store {name}, 8,000 tokens, {Calls} calls each\n"));
        Console.WriteLine("| messages | shown | p50 ms | p99 ms | of the shortest with a full context |\n|---|---|---|---|---|");
        var full = 0.0;
        // Turn by turn, so that a slow moment of the machine meets all of them.
        var times = s_lengths.ToDictionary(l => l, _ => new List<double>());
        var shown = new Dictionary<int, int>();
        for (var i = -20; i < Calls; i++)
        {
            foreach (var length in s_lengths)
            {
                var started = Stopwatch.GetTimestamp();
                var gathered = (await contexts.GatherAsync(new ContextRequest { Id = Id(length) }, s_agent, default)).Value;
                var view = ContextFitting.Fit(gathered, counter, ContextLimits.DefaultTokens, workflow);
                if (i >= 0)
                    times[length].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                shown[length] = view.Messages!.Count;
            }
        }

        foreach (var length in s_lengths)
        {
            var median = StoreBenchmark.At(times[length], 0.5);
            if (full == 0 && shown[length] < length)
                full = median;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {length} | {shown[length]} | {median:0.00} | {StoreBenchmark.At(times[length], 0.99):0.00} | {(full == 0 ? "" : (median / full).ToString("0.00", CultureInfo.InvariantCulture))} |"));
        }

        Console.WriteLine();
    }

    private static ConversationId Id(int length) => ConversationId.OfTicket(string.Create(CultureInfo.InvariantCulture, $"L-{length}"))!.Value;

    /// <summary>Many messages in a few commits.</summary>
    private static async Task FillAsync(IConversationStore store, ConversationId id, int messages)
    {
        var decider = new ConversationDecider(WorkflowDefinition.Desk, new ApprovalPolicy());
        var now = TimeProvider.System.GetUtcNow();
        Conversation? before = null;
        for (var n = 0; n < messages;)
        {
            var (after, events, added) = (before, new List<ConversationEvent>(), new List<Message>());
            if (after is null)
            {
                Take(new ConversationCommand.Initialize
                {
                    Id = id, Actor = s_agent.Actor, Roles = s_agent.Roles, UserId = id.TicketId, Priority = Priority.Medium, AssignedTo = "bench", Description = "Cannot sign in.",
                });
            }

            for (var i = 0; i < Batch && n < messages; i++)
            {
                n++;
                Take(new ConversationCommand.AddMessage
                {
                    Id = id, Actor = s_agent.Actor, Roles = s_agent.Roles, MessageId = string.Create(CultureInfo.InvariantCulture, $"m-{n}"), Role = MessageRole.User,
                    Content = string.Create(CultureInfo.InvariantCulture, $"{n}: It still tells me that the password is wrong, whatever I try; the mail never came."),
                });
            }

            if (await store.CommitAsync(new Commit { Id = id, Before = before, After = after!, Events = events, Messages = added, IdempotencyRecord = IdempotencyRecord.Of(after!), Now = now }, default)
                is not CommitResult.Committed)
                throw new InvalidOperationException("The store is not empty.");
            before = after;

            void Take(ConversationCommand command)
            {
                var accepted = decider.Decide(after, command, now) as Decision.Accepted ?? throw new InvalidOperationException($"{command.GetType().Name} was refused.");
                after = accepted.After;
                events.AddRange(accepted.Events);
                added.AddRange(accepted.Messages);
            }
        }
    }
}
