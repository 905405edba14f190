using System.CommandLine;
using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary><c>claim</c>, <c>release</c>, <c>hand-back</c>: who has a conversation.</summary>
internal static class OwnershipCliCommands
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
        return new CliCommand("claim", "Take a conversation, to answer it.", MoreOfClaim, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var seconds = parsed.GetValue(lease);
            if (CliArguments.RangeViolation("--lease", seconds, Limits.ShortestLease, Limits.LongestLease) is { } violation)
                return violation;

            var command = new ConversationCommand.Claim
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                Lease = TimeSpan.FromSeconds(seconds),
            };
            return await CliWrite.DoAsync(desk, command, c => c.LeaseUntil is { } until
                ? $"{c.Owner} has {c.ConversationId}; answer within {Spans.Of(until - desk.Now + TimeSpan.FromSeconds(0.5))}, until {Instant(until)}."
                : $"{c.Owner} has {c.ConversationId}, and keeps it.", cancellationToken);
        })
        { id, lease };
    }

    private static CliCommand Release()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        return new CliCommand("release", "Put a conversation back into its queue.", MoreOfRelease, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            if (CliArguments.LengthViolation("--reason", parsed.GetValue(reason), Limits.Reason) is { } violation)
                return violation;

            var command = new ConversationCommand.Release
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                Reason = parsed.GetValue(reason),
            };
            return await CliWrite.DoAsync(desk, command, c => $"{c.ConversationId} waits in {c.Owner}.", cancellationToken);
        })
        { id, reason };
    }

    private static CliCommand HandBack()
    {
        var id = CliArguments.Conversation();
        var note = new Argument<string>("NOTE") { Description = "What the AI has to know; - reads it from standard input." };
        return new CliCommand("hand-back", "Give a conversation back to the AI, with a note.", MoreOfHandBack, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var text = await CliArguments.TextAsync("NOTE", parsed.GetRequiredValue(note), cancellationToken);
            if (!text.TryGet(out var said, out malformed))
                return malformed;

            var command = new ConversationCommand.HandBack
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                Note = said,
            };
            return await CliWrite.DoAsync(desk, command, c => $"{c.Owner} has {c.ConversationId} again, in the state {c.State}.", cancellationToken);
        })
        { id, note };
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
