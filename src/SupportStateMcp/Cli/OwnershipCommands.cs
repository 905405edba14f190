using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>claim</c>, <c>release</c>, <c>hand-back</c>, <c>assign</c>: who has a conversation.</summary>
internal static class OwnershipCommands
{
    private const string MoreOfClaim = """
        Nobody else answers the customer meanwhile, neither AI nor person. Without an answer before the lease ends, the
        conversation goes back to its queue, and keeps its place there; with one, it stays yours. Again: a lease that ends later.

        Examples:
          SupportStateMcp claim cs-TKT-001
          SupportStateMcp claim cs-TKT-001 --lease 3600
        """;

    private const string MoreOfRelease = """
        It goes back to the queue it came from, for another person, and keeps its place there.

        Example:
          SupportStateMcp release cs-TKT-001 --reason "end of my shift"
        """;

    private const string MoreOfHandBack = """
        The note is for the AI, which goes on from it; the customer does not see it.

        Examples:
          SupportStateMcp hand-back cs-TKT-001 "Identity checked by phone; please go on with the new address."
          SupportStateMcp hand-back cs-TKT-001 - < note.txt
        """;

    private const string MoreOfAssign = """
        TO is a person (human:bob), a queue (queue:billing) or an AI (ai:claude). A person answers within the lease, or the
        conversation goes to its queue. What a person has, only they or a supervisor give away. The note is for the new owner;
        the customer does not see it.

        Examples:
          SupportStateMcp assign cs-TKT-001 human:bob
          SupportStateMcp assign cs-TKT-001 queue:billing "The amount is disputed."
        """;

    public static IEnumerable<CliCommand> Create() => [Claim(), Release(), HandBack(), Assign()];

    private static CliCommand Claim()
    {
        var id = CliArguments.Conversation();
        var lease = Lease("you answer");
        return new CliCommand("claim", "Take a conversation, to answer it.", MoreOfClaim, typeof(ConversationCommand.Claim), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;

            var command = new ConversationCommand.Claim
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                Lease = TimeSpan.FromSeconds(parsed.GetValue(lease)),
            };
            return await ExecuteAsync(context, command, v => v.LeaseUntil is { } until
                ? $"{v.Owner} has {v.ConversationId}; answer within {DurationText.Of(until - context.Now + TimeSpan.FromSeconds(0.5))}, until {Clock(context, until)}."
                : $"{v.Owner} has {v.ConversationId}, and keeps it.", cancellationToken);
        })
        { id, lease };
    }

    private static CliCommand Release()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        return new CliCommand("release", "Put a conversation back into its queue.", MoreOfRelease, typeof(ConversationCommand.Release), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;

            var command = new ConversationCommand.Release
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                Reason = parsed.GetValue(reason),
            };
            return await ExecuteAsync(context, command, v => $"{v.ConversationId} waits in {v.Owner}.", cancellationToken);
        })
        { id, reason };
    }

    private static CliCommand HandBack()
    {
        var id = CliArguments.Conversation();
        var note = new Argument<string>("NOTE") { Description = $"What the AI has to know, {Limits.Summary} characters at most; - reads it from standard input." };
        return new CliCommand("hand-back", "Give a conversation back to the AI, with a note.", MoreOfHandBack, typeof(ConversationCommand.HandBack), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var text = await CliArguments.TextAsync(context.Console, "NOTE", parsed.GetRequiredValue(note), Limits.Summary, cancellationToken);
            if (!text.TryGet(out var said, out malformed))
                return malformed;

            var command = new ConversationCommand.HandBack
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                Note = said,
            };
            return await ExecuteAsync(context, command, v => $"{v.Owner} has {v.ConversationId} again, in the state {v.State}.", cancellationToken);
        })
        { id, note };
    }

    private static CliCommand Assign()
    {
        var id = CliArguments.Conversation();
        var to = new Argument<string>("TO") { Description = "Who gets it: human:ID, queue:NAME or ai:ID." };
        var note = new Argument<string?>("NOTE")
        {
            Description = $"What they have to know, {Limits.Summary} characters at most; - reads it from standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var lease = Lease("a person answers");
        return new CliCommand("assign", "Give a conversation to a person, a queue or an AI.", MoreOfAssign, typeof(ConversationCommand.Assign), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            string? said = null;
            if (parsed.GetValue(note) is { } given
                && !(await CliArguments.TextAsync(context.Console, "NOTE", given, Limits.Summary, cancellationToken)).TryGet(out said, out malformed))
                return malformed;

            var command = new ConversationCommand.Assign
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                To = parsed.GetRequiredValue(to),
                Note = said,
                Lease = TimeSpan.FromSeconds(parsed.GetValue(lease)),
            };
            return await ExecuteAsync(context, command, v => v switch
            {
                { LeaseUntil: { } until } => $"{v.Owner} has {v.ConversationId}, to answer until {Clock(context, until)}.",
                { Owner: { } owner } when owner.StartsWith("queue:", StringComparison.Ordinal) => $"{v.ConversationId} waits in {owner}.",
                _ => $"{v.Owner} has {v.ConversationId}, in the state {v.State}.",
            }, cancellationToken);
        })
        { id, to, note, lease };
    }

    private static Option<int> Lease(string who) => new("--lease")
    {
        Description = $"Within how many seconds {who}, {Limits.ShortestLease} to {Limits.LongestLease}.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => Limits.DefaultLease,
    };

    private static ValueTask<Result<CommandOutput>> ExecuteAsync(
        CliContext context, ConversationCommand command, Func<OwnershipView, string> sentence, CancellationToken cancellationToken) =>
        context.ExecuteAsync(command, o => new OwnershipView(command.Id, o, context.Workflow), sentence, cancellationToken);

    private static string Clock(CliContext context, DateTimeOffset at) => LocalTime.Clock(at, context.Console.TimeZone);
}
