using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>What became of the wish to open a conversation again.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ReopenOutcome>))]
public enum ReopenOutcome
{
    /// <summary>It was not closed.</summary>
    AlreadyOpen,

    /// <summary>It is open again.</summary>
    Reopened,

    /// <summary>It stays closed, and goes on in a conversation of its own.</summary>
    FollowUp,
}

/// <summary>What became of the wish to open a conversation again.</summary>
/// <param name="Outcome">Which of the three.</param>
/// <param name="Conversation">The conversation to go on in, with what the last write led to.</param>
/// <param name="Created">True where a follow-up was opened by this call.</param>
public sealed record Reopened(ReopenOutcome Outcome, Outcome Conversation, bool Created);

/// <summary>
/// Opens a closed conversation again, or a linked follow-up where the conversation can no longer be opened. The follow-up's id derives from
/// the ticket, so that a repeat after a failure half way finds it; an id of another conversation is passed over. What the customer
/// wrote to the closed conversation comes along.
/// </summary>
public sealed partial class Reopening(ConversationCommandHandler commands, IConversationStore store)
{
    /// <summary>How many ids are tried for a follow-up.</summary>
    private const int MostCandidates = 100;

    public async ValueTask<Result<Reopened>> ReopenAsync(ConversationCommand.Reopen command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (result.TryGet(out var outcome, out var error))
            return new Reopened(outcome.Changed || outcome.Replayed ? ReopenOutcome.Reopened : ReopenOutcome.AlreadyOpen, outcome, Created: false);
        if (error.Code != ErrorCodes.ReopenWindowOver)
            return error;

        var standing = await commands.ExecuteAsync(new ConversationCommand.ExpireOverdue { Id = command.Id, Actor = Conversation.Clock }, cancellationToken);
        return standing.TryGet(out var closed, out error) ? await FollowUpAsync(command, closed.Conversation, cancellationToken) : error;
    }

    private async ValueTask<Result<Reopened>> FollowUpAsync(ConversationCommand.Reopen command, Conversation old, CancellationToken cancellationToken)
    {
        Error? taken = null;
        foreach (var next in Candidates(command.Id, old))
        {
            // Opening comes first: it tells whose conversation this is, so that no link leads to somebody else's.
            var opened = await commands.ExecuteAsync(Open(command, old, next), cancellationToken);
            if (!opened.TryGet(out var outcome, out var error))
            {
                if (error.Code != ErrorCodes.TicketConflict)
                    return error;
                taken = error;
                continue;
            }

            // None begins before what it follows: one that is older than the conversation goes on from an earlier one of the ticket.
            if (outcome.Conversation.FollowsUp == old.ConversationId && outcome.Conversation.CreatedAt >= old.CreatedAt)
                return await LinkAsync(command, old, outcome, next, cancellationToken);
        }

        return taken ?? Error.TicketOfAnotherUser(command.Id);
    }

    private async ValueTask<Result<Reopened>> LinkAsync(
        ConversationCommand.Reopen command, Conversation old, Outcome followUp, ConversationId next, CancellationToken cancellationToken)
    {
        var linked = await commands.ExecuteAsync(
            new ConversationCommand.LinkFollowUp { Id = command.Id, Actor = command.Actor, Roles = command.Roles, FollowUp = next, Reason = command.Reason },
            cancellationToken);
        if (!linked.TryGet(out _, out var error))
            return error;

        // A follow-up that is closed by now is opened again itself, or has one of its own.
        var taken = await TakeAlongAsync(command, old, followUp, next, cancellationToken);
        if (!taken.TryGet(out var standing, out error))
            return error;
        return standing.Conversation.ClosedAt is null
            ? new Reopened(ReopenOutcome.FollowUp, standing, followUp.Changed)
            : await ReopenAsync(command with { Id = next, ExpectedVersion = null, IdempotencyKey = null }, cancellationToken);
    }

    /// <summary>Adds what the customer wrote since the conversation was closed, the newest of it, under the same ids: a repeat adds nothing.</summary>
    private async ValueTask<Result<Outcome>> TakeAlongAsync(
        ConversationCommand.Reopen command, Conversation old, Outcome followUp, ConversationId next, CancellationToken cancellationToken)
    {
        if (old.LateFrom is not { } from)
            return followUp;
        IReadOnlyList<Message> messages;
        try
        {
            messages = await store.ReadMessagesAsync(command.Id, long.MaxValue, Conversation.MaxUnanswered, cancellationToken);
        }
        catch (StoreException e)
        {
            return e.ToError();
        }

        var current = followUp;
        foreach (var message in messages.Where(m => m is { Role: MessageRole.User, Automated: false } && m.Number >= from))
        {
            var added = await commands.ExecuteAsync(new ConversationCommand.AddMessage
            {
                Id = next,
                Actor = command.Actor,
                Roles = command.Roles,
                MessageId = message.MessageId,
                Role = MessageRole.User,
                Content = message.Content,
                Metadata = message.Metadata,
            }, cancellationToken);
            // An id that the follow-up has for other words is not this message any more.
            if (added.TryGet(out var outcome, out var error))
                current = outcome.Changed ? outcome : current;
            else if (error.Code != ErrorCodes.IdempotencyMismatch)
                return error;
        }

        return current;
    }

    private static ConversationCommand.Initialize Open(ConversationCommand.Reopen command, Conversation old, ConversationId next) => new()
    {
        Id = next,
        Actor = command.Actor,
        Roles = command.Roles,
        UserId = old.UserId,
        Priority = old.Priority,
        // A follow-up begins with an AI, even where a person closed the conversation.
        AssignedTo = (command.Actor.Kind == ActorKind.Ai ? command.Actor : old.Agent).Id,
        Description = command.Reason ?? $"Follow-up of {old.ConversationId}.",
        FollowsUp = command.Id,
        NotBefore = old.CreatedAt,
    };

    /// <summary>The follow-up there is; then TKT-1 goes on in TKT-1-f1, that in TKT-1-f2. An id without room for that is cut.</summary>
    private static IEnumerable<ConversationId> Candidates(ConversationId id, Conversation old)
    {
        if (ConversationId.TryParse(old.FollowUp) is { } linked)
            yield return linked;

        var match = FollowUpRegex().Match(id.TicketId);
        var stem = match.Groups[1].Value;
        var number = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        for (var i = 1; i <= MostCandidates; i++)
        {
            var end = string.Create(CultureInfo.InvariantCulture, $"-f{number + i}");
            yield return ConversationId.OfTicket(stem[..Math.Min(stem.Length, ConversationId.MaxTicketLength - end.Length)] + end)!.Value;
        }
    }

    [GeneratedRegex(@"^(.+?)(?:-f([1-9][0-9]{0,8}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FollowUpRegex();
}
