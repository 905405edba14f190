using System.CommandLine;
using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>claim</c>, <c>release</c>, <c>hand-back</c>: who has a conversation.</summary>
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

    public static IEnumerable<CliCommand> Create() => [Claim(), Release(), HandBack()];

    private static CliCommand Claim()
    {
        var id = CliArguments.Conversation();
        var lease = new Option<int>("--lease")
        {
            Description = $"Within how many seconds you answer, {Limits.ShortestLease} to {Limits.LongestLease}.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => Limits.DefaultLease,
        };
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
                ? $"{v.Owner} has {v.ConversationId}; answer within {DurationText.Of(until - context.Now + TimeSpan.FromSeconds(0.5))}, until {Clock(until)}."
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

    private static ValueTask<Result<CommandOutput>> ExecuteAsync(
        CliContext context, ConversationCommand command, Func<OwnershipView, string> sentence, CancellationToken cancellationToken) =>
        context.ExecuteAsync(command, o => new OwnershipView(command.Id, o, context.Workflow), sentence, cancellationToken);

    private static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
