using System.Globalization;

namespace SupportStateMcp.Conversations;

/// <summary>A what-if copy.</summary>
/// <param name="Copy">What opening it led to.</param>
/// <param name="Origin">What it is a copy of.</param>
public sealed record Forked(Outcome Copy, ForkOrigin Origin);

/// <summary>
/// Makes what-if copies of conversations, and erases them with their conversation. A copy is announced in the conversation before it is opened: a
/// process that is killed between the two leaves a name that leads nowhere, and never a copy that nobody knows of. Where the conversation is erased
/// between the two, the copy is erased by who opened it; of a process that is killed before it has done so, the copy stays until it expires.
/// </summary>
public sealed class Forking(ConversationVersions versions, ConversationCommandHandler commands, IConversationStore store)
{
    /// <summary>How many ids are tried for a copy, and how often an erasure meets a new one.</summary>
    private const int Attempts = 40;

    /// <summary>Opens a what-if copy of a conversation as it is, or as it was.</summary>
    /// <param name="command">Who asks, of which conversation, under which key; <see cref="ConversationCommand.AnnounceFork.Fork"/> and <see cref="ConversationCommand.AnnounceFork.Of"/> are found here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<Forked>> ForkAsync(ConversationCommand.AnnounceFork command, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<Forked>(async () =>
        {
            if (command.Violation() is { } violation)
                return violation;
            var found = await versions.GetAsync(command.Id, command.Point, cancellationToken);
            if (!found.TryGet(out var past, out var error))
                return command.IdempotencyKey is null ? error : await RepeatAsync(command, error, cancellationToken);

            for (var n = past.Now.Forks.Count + 1; n <= Attempts; n++)
            {
                var id = IdOf(command.Id, n);
                if ((await store.LoadAsync(id, null, cancellationToken)).Conversation is { ErasedAt: null })
                    continue;
                var announced = await commands.ExecuteAsync(command with { Fork = id, Of = past.Then.Version }, cancellationToken);
                if (!announced.TryGet(out var outcome, out error))
                {
                    if (error.Code != ErrorCodes.TicketConflict)
                        return error;
                    continue;
                }

                if (outcome is { Replayed: true, IdempotencyRecord.Fork: { } first })
                {
                    id = ConversationId.TryParse(first)!.Value;
                    // It is there, unless it was erased, or the process that announced it was killed before it opened it.
                    if (await FindAsync(id, past.Now, cancellationToken) is { } there)
                        return there;
                }

                var opened = await commands.ExecuteAsync(
                    new ConversationCommand.OpenFork { Id = id, Actor = command.Actor, Roles = command.Roles, Then = past.Then, AnnouncedAt = outcome.IdempotencyRecord.UpdatedAt },
                    cancellationToken);
                if (opened.TryGet(out var copy, out error))
                    return await KeepAsync(command, copy, past.Then, cancellationToken);
                // A key that is bound to a name which something else has leads to no other one.
                if (error.Code != ErrorCodes.TicketConflict || (outcome.Replayed && await FindAsync(id, past.Now, cancellationToken) is null))
                    return error;
            }

            return Error.TooManyForks(Conversation.MaxForks);
        });

    /// <summary>Erases a conversation and the what-if copies of it, the copies first.</summary>
    public ValueTask<Result<Outcome>> EraseAsync(ConversationCommand.Erase command, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<Outcome>(async () =>
        {
            for (var attempt = 1; ; attempt++)
            {
                var result = await commands.ExecuteAsync(command, cancellationToken);
                if (result.Error is not Errors.ForksLeft left || attempt == Attempts)
                    return result;
                foreach (var fork in left.Forks)
                {
                    if (await EraseForkAsync(command, ConversationId.TryParse(fork)!.Value, cancellationToken) is { } error)
                        return error;
                }

                command = command with { ErasedForks = [.. command.ErasedForks, .. left.Forks] };
            }
        });

    /// <summary>The copy that was made under the key when the point was still there; else why there is no such point.</summary>
    private async ValueTask<Result<Forked>> RepeatAsync(ConversationCommand.AnnounceFork command, Error missing, CancellationToken cancellationToken)
    {
        var announced = await commands.ExecuteAsync(command with { NoTarget = missing }, cancellationToken);
        if (!announced.TryGet(out var outcome, out var error))
            return error;
        return ConversationId.TryParse(outcome.IdempotencyRecord.Fork) is { } fork && await FindAsync(fork, outcome.Conversation, cancellationToken) is { } there ? there : missing;
    }

    private async ValueTask<Error?> EraseForkAsync(ConversationCommand.Erase command, ConversationId fork, CancellationToken cancellationToken)
    {
        // One that has expired may have left its id to another conversation.
        if ((await store.LoadAsync(fork, null, cancellationToken)).Conversation is not { ErasedAt: null, ForkOf: { } origin } || origin.ConversationId != command.Id.Value)
            return null;
        var erased = await commands.ExecuteAsync(
            new ConversationCommand.Erase { Id = fork, Actor = command.Actor, Roles = command.Roles, Reason = command.Reason, WithOrigin = true }, cancellationToken);
        return erased.Error is { Code: not ErrorCodes.NotFound } error ? error : null;
    }

    /// <summary>The copy, where its conversation is still there: one that was erased meanwhile takes the copy along.</summary>
    private async ValueTask<Result<Forked>> KeepAsync(
        ConversationCommand.AnnounceFork command, Outcome copy, Conversation then, CancellationToken cancellationToken)
    {
        if ((await store.LoadAsync(command.Id, null, cancellationToken)).Conversation is { ErasedAt: null } now && now.Life == then.Life)
            return new Forked(copy, copy.Conversation.ForkOf!);
        var erased = await commands.ExecuteAsync(
            new ConversationCommand.Erase { Id = ConversationId.TryParse(copy.Conversation.ConversationId)!.Value, Actor = command.Actor, Roles = command.Roles, WithOrigin = true },
            cancellationToken);
        return erased.Error is { Code: not ErrorCodes.NotFound } error ? error : Error.NotFound(command.Id);
    }

    /// <summary>The copy of this conversation that has this id; null where it is not there, or is a copy of another one: ids that were cut can meet.</summary>
    private async ValueTask<Forked?> FindAsync(ConversationId fork, Conversation of, CancellationToken cancellationToken) =>
        await store.LoadAsync(fork, null, cancellationToken) is { Conversation: { ErasedAt: null, ForkOf: { } origin } copy } loaded
        && origin.ConversationId == of.ConversationId && origin.Life == of.Life
            ? new Forked(new Outcome(IdempotencyRecord.Of(copy), copy, loaded.ExpiresAt, Changed: false, Replayed: true), origin)
            : null;

    /// <summary>TKT-1 is copied to TKT-1-w1. An id without room for that is cut.</summary>
    private static ConversationId IdOf(ConversationId id, int n)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"-w{n}");
        return ConversationId.OfTicket(id.TicketId[..Math.Min(id.TicketId.Length, ConversationId.MaxTicketLength - end.Length)] + end)!.Value;
    }
}
