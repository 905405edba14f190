namespace SupportStateMcp.Records;

/// <summary>
/// Where records are kept: what outlives a conversation (customers, systems, articles). A record is a JSON document with an id
/// within its kind and a version. Both implementations pass the same contract tests. Every method throws
/// <see cref="Conversations.StoreUnavailableException"/> where the store does not answer within a bounded time; those that read one
/// record throw <see cref="RecordDamagedException"/> where what is stored of it cannot be read. A page of changes leaves such a record out.
/// Nothing expires.
/// </summary>
public interface IRecordStore
{
    /// <summary>The record with this id; null where there is none.</summary>
    ValueTask<StoredRecord?> GetAsync(string kind, string id, CancellationToken cancellationToken);

    /// <summary>Of the records that have this lookup key now (<see cref="RecordWrite.LookupKey"/>), the one that was changed last; null where there is none.</summary>
    ValueTask<StoredRecord?> FindAsync(string kind, string lookupKey, CancellationToken cancellationToken);

    /// <summary>
    /// Writes records, each for itself: one that conflicts does not keep the others from being written. A record whose content and
    /// lookup key are the same already is left as it is, and counts as written at its present version, whatever version was expected: so a
    /// call whose answer was lost can be repeated.
    /// </summary>
    /// <param name="writes">At most <see cref="MostWrites"/>, of one kind, no id twice.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<RecordWriteResult>> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken);

    /// <summary>Removes a record; false where there is none. Its removal is told as a change, for which its id and version stay; a record that is made again under the id has a later version.</summary>
    ValueTask<bool> DeleteAsync(string kind, string id, CancellationToken cancellationToken);

    /// <summary>Removes a record where it stands at this version; false where it stands at another, or there is none. Nothing that was written meanwhile is lost.</summary>
    ValueTask<bool> DeleteVersionAsync(string kind, string id, long version, CancellationToken cancellationToken);

    /// <summary>How many records of a kind there are.</summary>
    ValueTask<long> CountAsync(string kind, CancellationToken cancellationToken);

    /// <summary>
    /// The records of a kind that changed after a position, in an order in which none is passed over; one that changed more than once may
    /// come once. Read until <see cref="RecordChanges.More"/> is false, then again after each call of a subscription.
    /// </summary>
    /// <param name="kind">The kind.</param>
    /// <param name="position">What an earlier page returned; null from the beginning, which gives every record there is.</param>
    /// <param name="limit">How many at most; there are fewer where they are long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<RecordChanges> ReadChangesAsync(string kind, string? position, int limit, CancellationToken cancellationToken);

    /// <summary>Calls back each time a record of the kind changes, whichever process changed it, until disposed. May call once too often, never once too few while the store is reachable.</summary>
    ValueTask<IAsyncDisposable> SubscribeAsync(string kind, Action changed, CancellationToken cancellationToken);

    /// <summary>How many records one call writes at most.</summary>
    public const int MostWrites = 500;
}

/// <summary>A record as the store holds it.</summary>
public sealed record StoredRecord
{
    public required string Kind { get; init; }

    public required string Id { get; init; }

    /// <summary>1 for the first content, one more with each change and with a removal: no two contents have the same.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who wrote this version, as text.</summary>
    public required string UpdatedBy { get; init; }

    /// <summary>UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }
}

/// <summary>What to write of one record.</summary>
public sealed record RecordWrite
{
    public required string Kind { get; init; }

    public required string Id { get; init; }

    /// <summary>Another name the record is found by, for example an e-mail address in lower case; null for none. The last record written under a key has it.</summary>
    public string? LookupKey { get; init; }

    /// <summary>Write only where the record stands at this version, 0: only where there is none; null: in any case.</summary>
    public long? ExpectedVersion { get; init; }

    public required string By { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>True where something is to be gone that the record held before: as of a removal, not a byte of it is left in a file of the store.</summary>
    public bool Erases { get; init; }
}

/// <summary>What became of a write.</summary>
public abstract record RecordWriteResult
{
    private RecordWriteResult() { }

    /// <summary>The record has this content at this version.</summary>
    /// <param name="Version">Its version now.</param>
    /// <param name="Changed">False where it had this content before.</param>
    public sealed record Written(long Version, bool Changed) : RecordWriteResult;

    /// <summary>The record stands at another version; nothing was written.</summary>
    /// <param name="Actual">Its version; 0 where there is none.</param>
    public sealed record Conflict(long Actual) : RecordWriteResult;
}

/// <summary>A page of changes.</summary>
/// <param name="Changes">The records that changed, with their present content; <see cref="RecordChange.Record"/> is null where one was removed.</param>
/// <param name="Position">Where the next page starts.</param>
/// <param name="More">True where there are more already.</param>
public sealed record RecordChanges(IReadOnlyList<RecordChange> Changes, string Position, bool More)
{
    /// <summary>
    /// True where the store cannot go on from the position, since its data was replaced or set back meanwhile (a backup, a failover). This page
    /// is the first from the beginning; who holds records from before drops them, because removals may have been missed.
    /// </summary>
    public bool StartedAnew { get; init; }
}

/// <summary>One changed record.</summary>
public sealed record RecordChange(string Id, StoredRecord? Record);
