using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>Why a memory is gone.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ForgottenBecause>))]
public enum ForgottenBecause
{
    /// <summary>Somebody said so.</summary>
    Asked,

    /// <summary>It was older than memories get.</summary>
    Age,

    /// <summary>Nobody recalled it for too long.</summary>
    Inactivity,

    /// <summary>The customer had more memories than are kept.</summary>
    Number,

    /// <summary>The conversation that it came from was erased.</summary>
    Erasure,
}

/// <summary>One memory that is gone: which, since when, and why. Its text is not in it.</summary>
public sealed record ForgottenMemory
{
    public required string MemoryId { get; init; }

    public required MemoryKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it, as text.</summary>
    public required string By { get; init; }

    public required ForgottenBecause Because { get; init; }

    /// <summary>Why, in the words of the one who did it.</summary>
    public string? Reason { get; init; }
}

/// <summary>What was forgotten of one customer, or of the desk, as it is kept.</summary>
internal sealed record MemoryTrailDocument
{
    public const string RecordKind = "memory_trail";

    /// <summary>How many are kept; the oldest go first.</summary>
    public const int Most = 200;

    public IReadOnlyList<ForgottenMemory> Forgotten { get; init => field = value ?? []; } = [];
}

/// <summary>
/// The trail of what was forgotten. It is written before the memory goes: a process that dies in between leaves an entry, and the same
/// forgetting again adds none.
/// </summary>
internal sealed class MemoryTrail(IRecordStore records)
{
    private const int Attempts = 20;

    /// <summary>What the desk's own trail is kept under; a customer's is kept under a digest of the id.</summary>
    private static string IdOf(string? customerId) => MemoryMarks.ScopeOf(customerId);

    /// <summary>The newest first.</summary>
    public async ValueTask<IReadOnlyList<ForgottenMemory>> ReadAsync(string? customerId, CancellationToken cancellationToken) =>
        (await records.GetAsync(MemoryTrailDocument.RecordKind, IdOf(customerId), cancellationToken))?.As(MemoryJson.Default.MemoryTrailDocument).Value.Forgotten ?? [];

    /// <param name="customerId">Whose memories they were; null for the desk's.</param>
    /// <param name="forgotten">What was forgotten together, at least one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask AddAsync(string? customerId, IReadOnlyList<ForgottenMemory> forgotten, CancellationToken cancellationToken)
    {
        var isDone = await records.TryChangeAsync(
            MemoryTrailDocument.RecordKind, IdOf(customerId), MemoryJson.Default.MemoryTrailDocument, before => With(before?.Forgotten ?? [], forgotten),
            forgotten[^1].By, forgotten[^1].At, Attempts, cancellationToken);
        if (!isDone)
            throw new Conversations.StoreUnavailableException("Too many write the trail of one customer's memories at once.");
    }

    /// <summary>Takes back what was not forgotten after all. An entry of somebody else's about the same memory stays.</summary>
    public async ValueTask RemoveAsync(string? customerId, IReadOnlyList<ForgottenMemory> kept, CancellationToken cancellationToken)
    {
        var isDone = await records.TryChangeAsync(
            MemoryTrailDocument.RecordKind, IdOf(customerId), MemoryJson.Default.MemoryTrailDocument,
            before => before?.Forgotten.Any(kept.Contains) is true ? new MemoryTrailDocument { Forgotten = [.. before.Forgotten.Where(f => !kept.Contains(f))] } : null,
            kept[^1].By, kept[^1].At, Attempts, cancellationToken);
        if (!isDone)
            throw new Conversations.StoreUnavailableException("Too many write the trail of one customer's memories at once.");
    }

    private static MemoryTrailDocument? With(IReadOnlyList<ForgottenMemory> before, IReadOnlyList<ForgottenMemory> forgotten)
    {
        var known = before.Select(f => f.MemoryId).ToHashSet(StringComparer.Ordinal);
        var added = forgotten.Where(f => known.Add(f.MemoryId)).ToList();
        return added.Count == 0 ? null : new MemoryTrailDocument { Forgotten = [.. added.AsEnumerable().Reverse().Concat(before).Take(MemoryTrailDocument.Most)] };
    }
}
