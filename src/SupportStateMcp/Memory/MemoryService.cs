using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>The memories of a customer, and what was forgotten of them.</summary>
/// <param name="Memories">The newest first; at most <see cref="MemoryLimits.Listed"/>.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Forgotten">The newest first.</param>
public sealed record MemoryList(IReadOnlyList<MemoryItem> Memories, int Total, IReadOnlyList<ForgottenMemory> Forgotten);

/// <summary>What was forgotten of a customer.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="Memories">How many memories there were, also those that were no longer valid.</param>
/// <param name="Profile">True where there was a profile.</param>
public sealed record ForgottenCustomer(string CustomerId, int Memories, bool Profile);

/// <summary>The one way to remember, recall and forget.</summary>
public sealed class MemoryService : IMemory
{
    private readonly IRecordStore _records;
    private readonly IConversationStore _conversations;
    private readonly MemoryIndexing _indexing;
    private readonly IMemoryIndex _index;
    private readonly ISessionStore _sessions;
    private readonly MemoryParts _parts;
    private readonly CustomerProfiles _profiles;
    private readonly TimeProvider _time;

    /// <param name="records">Holds the memories.</param>
    /// <param name="conversations">Says whose a conversation is.</param>
    /// <param name="indexing">Keeps the index at the end of the changes.</param>
    /// <param name="index">The index.</param>
    /// <param name="sessions">Holds what is shared for a short time.</param>
    /// <param name="parts">What writes and removes records.</param>
    /// <param name="time">The clock.</param>
    public MemoryService(
        IRecordStore records, IConversationStore conversations, MemoryIndexing indexing, IMemoryIndex index, ISessionStore sessions, MemoryParts parts, TimeProvider time)
    {
        (_records, _conversations, _indexing, _index) = (records, conversations, indexing, index);
        (_sessions, _parts, _time) = (sessions, parts, time);
        _profiles = new CustomerProfiles(records, time);
    }

    /// <summary>Remembers a text.</summary>
    public async ValueTask<Result<Remembered>> RememberAsync(Remember command, CancellationToken cancellationToken)
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        return await StoreException.GuardAsync<Remembered>(async () =>
        {
            if (!(await ScopeAsync(command.CustomerId, command.Conversation, cancellationToken)).TryGet(out var scope, out var error))
                return error;
            var draft = new MemoryDraft
            {
                CustomerId = command.Kind == MemoryKind.Solution ? null : scope.CustomerId,
                Kind = command.Kind,
                Text = command.Text.Trim(),
                Key = command.Key?.Trim(),
                Topics = [.. command.Topics.Select(t => t.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal)],
                Confidence = command.Confidence,
                Source = command.Source?.Trim(),
                ConversationId = command.Conversation?.Value,
                Life = scope.Life,
                By = command.Actor.ToString(),
            };
            if (!(await _parts.Records.RememberAsync(draft, cancellationToken)).TryGet(out var remembered, out error))
                return error;

            // A conversation that was erased meanwhile takes along what came from it.
            if (command.Conversation is { } id && await IsErasedAsync(id, scope.Life!, cancellationToken))
            {
                await _parts.Forgetting.ForgetConversationAsync(id.Value, scope.Life!, Conversation.Clock.ToString(), cancellationToken);
                return Error.NotFound(id);
            }

            if (!remembered.Replayed)
            {
                await _indexing.CatchUpAsync(cancellationToken);
                await _parts.Forgetting.TrimAsync(draft.CustomerId, MemoryDocument.RecordOf(remembered.Memory.MemoryId), cancellationToken);
            }

            return remembered;
        });
    }

    /// <inheritdoc/>
    public async ValueTask<Result<Recalled>> RecallAsync(
        Caller caller, string customerId, string? query, IReadOnlyCollection<MemoryKind> kinds, int k, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        if (!caller.Has(RoleNames.Any))
            return Error.NotAuthorized([Requirement.Role(RoleNames.Any)]);
        if ((Bounds.Text("customer_id", customerId, Limits.UserId, 1) ?? Bounds.Text("query", query, MemoryLimits.Query)
            ?? Bounds.Range("k", k, 1, MemoryLimits.Recalled)) is { } violation)
        {
            return violation;
        }

        return await StoreException.GuardAsync<Recalled>(async () =>
        {
            using var timer = CallTelemetry.Searching("memories");
            await _indexing.CatchUpAsync(cancellationToken);
            var scope = MemoryMarks.ScopeOf(customerId);
            bool IsWanted(MemoryMarks m) => (m.Scope == scope || m.IsDesk) && (kinds.Count == 0 || kinds.Contains(m.Kind)) && m.IsValidAt(asOf);
            // Some of what the index finds may be gone by now.
            var desks = kinds.Count > 0 && kinds.All(n => n == MemoryKind.Solution) ? k : k / MemoryLimits.SolutionShare;
            var (ids, mode) = await FindAsync(query, IsWanted, k + MemoryLimits.Recalled, desks, cancellationToken);
            var found = new List<MemoryItem>(k);
            foreach (var some in ids.Chunk(k).TakeWhile(_ => found.Count < k))
            {
                var records = await Task.WhenAll(some.Select(id => _parts.Records.FindReadableAsync(id, cancellationToken).AsTask()));
                for (var i = 0; i < some.Length && found.Count < k; i++)
                {
                    // The record decides, not the index.
                    if (records[i] is not ({ } document, _)
                        || document.CustomerId != (document.Kind == MemoryKind.Solution ? null : customerId)
                        || (kinds.Count > 0 && !kinds.Contains(document.Kind))
                        || document.ValidAt(asOf) is not { } text)
                    {
                        continue;
                    }

                    found.Add(document.Item(some[i], text));
                    _parts.Forgetting.NoteUse(some[i], document.UsedAt);
                }
            }

            return new Recalled(found, mode);
        });
    }

    /// <summary>The same for the customer by id or by a conversation of theirs.</summary>
    public async ValueTask<Result<Recalled>> RecallAsync(
        Caller caller, string? customerId, ConversationId? conversation, string? query, IReadOnlyCollection<MemoryKind> kinds, int k, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        if (MemoryCommand.ScopeViolation(customerId, conversation) is { } violation)
            return violation;
        var scope = await StoreException.GuardAsync(() => ScopeAsync(customerId, conversation, cancellationToken));
        return scope.TryGet(out var found, out var error)
            ? await RecallAsync(caller, found.CustomerId, query, kinds, k, asOf, cancellationToken)
            : error;
    }

    /// <summary>Forgets one memory.</summary>
    /// <returns>What is gone.</returns>
    public async ValueTask<Result<ForgottenMemory>> ForgetAsync(Forget command, CancellationToken cancellationToken)
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        return await StoreException.GuardAsync<ForgottenMemory>(async () =>
        {
            if (MemoryDocument.RecordOf(command.MemoryId) is not { } recordId)
                return Error.NoSuchMemory(command.MemoryId);
            var forgotten = await _parts.Records.ForgetAsync(
                recordId, (_, t) => MemoryDocument.IdOf(recordId, t) == command.MemoryId, ForgottenBecause.Asked, command.Actor.ToString(), command.Reason, cancellationToken);
            if (forgotten is not [var gone])
                return Error.NoSuchMemory(command.MemoryId);
            await _parts.Forgetting.DoneAsync(forgotten, cancellationToken);
            // From the index too, before anybody is told that it is gone.
            await _indexing.CatchUpAsync(cancellationToken);
            return gone;
        });
    }

    /// <summary>Forgets all memories of a customer, and the profile. Where the store fails in between, some are gone: the same again forgets the rest.</summary>
    public async ValueTask<Result<ForgottenCustomer>> ForgetAsync(ForgetCustomer command, CancellationToken cancellationToken)
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        return await StoreException.GuardAsync<ForgottenCustomer>(async () =>
        {
            await _indexing.CatchUpAsync(cancellationToken);
            var (scope, memories) = (MemoryMarks.ScopeOf(command.CustomerId), 0);
            foreach (var marks in _index.List(m => m.Scope == scope))
            {
                memories += await _parts.Forgetting.ForgetOrRemoveAsync(
                    marks,
                    () => _parts.Records.ForgetAsync(
                        marks.RecordId, (d, _) => d.CustomerId == command.CustomerId, ForgottenBecause.Asked, command.Actor.ToString(), command.Reason, cancellationToken),
                    command.Actor.ToString(), cancellationToken);
            }

            var profile = await _records.DeleteAsync(ProfileDocument.RecordKind, command.CustomerId, cancellationToken);
            await _indexing.CatchUpAsync(cancellationToken);
            return new ForgottenCustomer(command.CustomerId, memories, profile);
        });
    }

    /// <summary>All memories of a customer, without the desk's; and what was forgotten.</summary>
    /// <param name="customerId">The customer; null for the desk's solutions.</param>
    /// <param name="kinds">Only of these kinds; none means all.</param>
    /// <param name="all">True for those too that are no longer valid.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<MemoryList>> ListAsync(string? customerId, IReadOnlyCollection<MemoryKind> kinds, bool all, CancellationToken cancellationToken)
    {
        if (Bounds.Text("customer_id", customerId, Limits.UserId, 1) is { } violation)
            return violation;
        return await StoreException.GuardAsync<MemoryList>(async () =>
        {
            await _indexing.CatchUpAsync(cancellationToken);
            var scope = MemoryMarks.ScopeOf(customerId);
            var marks = _index.List(m => m.Scope == scope && (kinds.Count == 0 || kinds.Contains(m.Kind)) && (all || m.IsValid));
            var items = new List<MemoryItem>();
            foreach (var id in marks.OrderByDescending(m => m.NewestAt).ThenBy(m => m.RecordId, StringComparer.Ordinal).Select(m => m.RecordId))
            {
                if (items.Count >= MemoryLimits.Listed)
                    break;
                if (await _parts.Records.FindReadableAsync(id, cancellationToken) is ({ } document, _) && document.CustomerId == customerId)
                    items.AddRange(document.Texts.Where(t => all || t.InvalidAt is null).Reverse().Select(t => document.Item(id, t)));
            }

            return new MemoryList([.. items.Take(MemoryLimits.Listed)], all ? marks.Sum(m => m.Texts) : marks.Count, await _parts.Trail.ReadAsync(customerId, cancellationToken));
        });
    }

    /// <inheritdoc/>
    public ValueTask<Result<CustomerProfile>> ProfileAsync(string customerId, CancellationToken cancellationToken) => StoreException.GuardAsync<CustomerProfile>(async () =>
        Bounds.Text("customer_id", customerId, Limits.UserId, 1) is { } violation ? violation : await _profiles.FindAsync(customerId, cancellationToken));

    /// <summary>Changes a profile.</summary>
    public async ValueTask<Result<UpdatedProfile>> UpdateAsync(UpdateProfile command, CancellationToken cancellationToken) =>
        Refusal(command) is { } refusal ? refusal : await StoreException.GuardAsync(() => _profiles.UpdateAsync(command, cancellationToken));

    /// <summary>Sets a value of a conversation's session, or removes one.</summary>
    /// <returns>What is shared in the conversation then.</returns>
    public async ValueTask<Result<SessionValues>> SetAsync(SetSession command, CancellationToken cancellationToken)
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        return await StoreException.GuardAsync<SessionValues>(async () =>
        {
            if (!(await ScopeAsync(null, command.Conversation, cancellationToken)).TryGet(out var scope, out var error))
                return error;
            var set = new SessionSet(SessionWrite.Done);
            var shared = command.Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given
                ? new SessionValue(command.Key, given, _time.GetUtcNow() + TimeSpan.FromSeconds(command.TimeToLive), command.Actor.ToString())
                : null;
            if (shared is null)
            {
                await _sessions.RemoveAsync(command.Conversation, scope.Life!, command.Key, cancellationToken);
            }
            else
            {
                set = await WriteAsync(shared, over: null);
            }

            while (true)
            {
                // A conversation that was erased in between takes along what was shared in it.
                if (await IsErasedAsync(command.Conversation, scope.Life!, cancellationToken))
                {
                    await _sessions.ClearAsync(command.Conversation, scope.Life!, cancellationToken);
                    return Error.NotFound(command.Conversation);
                }

                if (set.Write != SessionWrite.Over)
                    break;
                // It was the ticket's conversation after that: the later one was opened by a clock ahead, and is gone. What one shares that is opened from now on stays.
                set = await WriteAsync(shared!, set.Later);
            }

            if (set.Write == SessionWrite.Full)
                return Error.SessionFull(MemoryLimits.SessionValues, MemoryLimits.SessionTotalBytes);
            return new SessionValues(await _sessions.ReadAsync(command.Conversation, scope.Life!, cancellationToken));

            ValueTask<SessionSet> WriteAsync(SessionValue value, string? over) => _sessions.SetAsync(
                command.Conversation, scope.Life!, value, MemoryLimits.SessionValues, MemoryLimits.SessionTotalBytes, over, cancellationToken);
        });
    }

    /// <inheritdoc/>
    public ValueTask<Result<SessionValues>> SessionAsync(ConversationId conversationId, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<SessionValues>(async () =>
            (await ScopeAsync(null, conversationId, cancellationToken)).TryGet(out var scope, out var error)
                ? new SessionValues(await _sessions.ReadAsync(conversationId, scope.Life!, cancellationToken))
                : error);

    private async ValueTask<(IReadOnlyList<string> Ids, SearchMode Mode)> FindAsync(
        string? query, Func<MemoryMarks, bool> isWanted, int limit, int desks, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(query))
        {
            var newest = _index.List(isWanted).OrderByDescending(m => m.NewestAt).ThenBy(m => m.RecordId, StringComparer.Ordinal);
            return ([.. newest.Where(m => !m.IsDesk || desks-- > 0).Take(limit).Select(m => m.RecordId)], SearchMode.Keyword);
        }

        var byWords = _index.Search(SearchQuery.Of(query), limit, isWanted);
        var byMeaning = _parts.Vectors is { } vectors ? await vectors.NearestAsync(query, _index.List(isWanted), limit, cancellationToken) : null;
        return byMeaning is null
            ? (byWords, SearchMode.Keyword)
            : ([.. RankFusion.Of(byWords, byMeaning).Take(limit).Select(r => r.Id)], SearchMode.Hybrid);
    }

    /// <summary>True where it was erased, also where its ticket was opened again since. One that expired leaves what came from it.</summary>
    private async ValueTask<bool> IsErasedAsync(ConversationId id, string life, CancellationToken cancellationToken) =>
        (await _conversations.LoadAsync(id, null, cancellationToken)).Conversation is { } found && (found.ErasedAt is not null || found.Life != life);

    /// <summary>Whose memory is meant, and which life the conversation has.</summary>
    private async ValueTask<Result<MemoryOwner>> ScopeAsync(string? customerId, ConversationId? conversation, CancellationToken cancellationToken)
    {
        if (conversation is not { } id)
            return new MemoryOwner(customerId!, null);
        if ((await _conversations.LoadAsync(id, null, cancellationToken)).Conversation is not { ErasedAt: null } found)
            return Error.NotFound(id);
        return customerId is null || customerId == found.UserId
            ? new MemoryOwner(found.UserId, found.Life)
            : Error.InvalidArgument("customer_id", $"it is that of the conversation {id}; leave one of the two out", SentValue.Quoted(customerId));
    }

    private static Error? Refusal(MemoryCommand command) => Error.Unauthorized(command.GetType(), command.Actor, command.Roles) ?? command.Violation();

    /// <param name="CustomerId">The customer.</param>
    /// <param name="Life">Which conversation of its ticket; null where no conversation was named.</param>
    private sealed record MemoryOwner(string CustomerId, string? Life);
}
