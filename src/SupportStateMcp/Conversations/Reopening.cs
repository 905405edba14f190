using System.Globalization;
using System.Text.RegularExpressions;

namespace SupportStateMcp.Conversations;

/// <summary>What became of the wish to open a case again.</summary>
public enum ReopenOutcome
{
    /// <summary>It was not closed.</summary>
    AlreadyOpen,

    /// <summary>It is open again.</summary>
    Reopened,

    /// <summary>It stays closed, and goes on in a case of its own.</summary>
    FollowUp,
}

/// <summary>What became of the wish to open a case again.</summary>
/// <param name="Outcome">Which of the three.</param>
/// <param name="Case">The case to go on in, with what the last write led to.</param>
/// <param name="Created">True where a follow-up was opened by this call.</param>
public sealed record Reopened(ReopenOutcome Outcome, Outcome Case, bool Created);

/// <summary>
/// Opens a closed case again, or a linked follow-up where the case can no longer be opened. The follow-up's id derives from
/// the ticket, so that a repeat after a failure half way finds it.
/// </summary>
public sealed partial class Reopening(ConversationDesk desk)
{
    public async ValueTask<Result<Reopened>> ReopenAsync(ConversationCommand.Reopen command, CancellationToken cancellationToken)
    {
        var result = await desk.ExecuteAsync(command, cancellationToken);
        if (result.TryGet(out var outcome, out var rejection))
            return new Reopened(outcome.Changed || outcome.Replayed ? ReopenOutcome.Reopened : ReopenOutcome.AlreadyOpen, outcome, Created: false);
        if (rejection.Code != RejectionCodes.ReopenWindowOver || FollowUpOf(command.Id) is not { } next)
            return rejection;

        // Linking first tells whose follow-up it is, and that nobody links another.
        var linked = await desk.ExecuteAsync(
            new ConversationCommand.LinkFollowUp { Id = command.Id, Actor = command.Actor, Roles = command.Roles, FollowUp = next, Reason = command.Reason },
            cancellationToken);
        return linked.TryGet(out var old, out rejection) ? await OpenAsync(command, old.Conversation, next, cancellationToken) : rejection;
    }

    private async ValueTask<Result<Reopened>> OpenAsync(
        ConversationCommand.Reopen command, Conversation old, ConversationId next, CancellationToken cancellationToken)
    {
        var opened = await desk.ExecuteAsync(new ConversationCommand.Initialize
        {
            Id = next,
            Actor = command.Actor,
            Roles = command.Roles,
            UserId = old.UserId,
            Priority = old.Priority,
            AssignedTo = old.AssignedTo,
            Description = command.Reason ?? $"Follow-up of {old.ConversationId}.",
            FollowsUp = command.Id,
        }, cancellationToken);
        if (!opened.TryGet(out var outcome, out var rejection))
            return rejection;

        // A follow-up that is closed by now is opened again itself, or has one of its own.
        return outcome.Conversation.ClosedAt is null
            ? new Reopened(ReopenOutcome.FollowUp, outcome, outcome.Changed)
            : await ReopenAsync(command with { Id = next, ExpectedVersion = null, IdempotencyKey = null }, cancellationToken);
    }

    /// <summary>TKT-1 goes on in TKT-1-f1, that in TKT-1-f2; null where the id has no room left.</summary>
    private static ConversationId? FollowUpOf(ConversationId id)
    {
        var match = FollowUpRegex().Match(id.TicketId);
        var number = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return ConversationId.OfTicket(string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}-f{number + 1}"));
    }

    [GeneratedRegex(@"^(.*?)(?:-f([1-9][0-9]{0,8}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FollowUpRegex();
}
