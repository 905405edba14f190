using SupportStateMcp.Knowledge;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>The full-text index of the memories; it shares nothing with that of the articles.</summary>
/// <exception cref="Conversations.StoreUnavailableException">From each method, where the index cannot be read or written.</exception>
public interface IMemoryIndex : IRecordIndex<MemoryChange>
{
    /// <summary>The records that fit a query best, the best first, of those that are wanted alone.</summary>
    IReadOnlyList<string> Search(SearchQuery query, int limit, Func<MemoryMarks, bool> isWanted);

    /// <summary>Makes sure that no word is left in the index of what was removed from it, whichever process did that.</summary>
    Task PurgeAsync(CancellationToken cancellationToken);

    /// <summary>All that are wanted, in no order.</summary>
    IReadOnlyList<MemoryMarks> List(Func<MemoryMarks, bool> isWanted);
}

/// <summary>What became of a memory's record.</summary>
/// <param name="RecordId">The record.</param>
/// <param name="Entry">What is to be found of it; null where it is gone.</param>
public sealed record MemoryChange(string RecordId, MemoryEntry? Entry);

/// <summary>A memory as it is to be found.</summary>
/// <param name="Marks">Whose it is, and when it was valid.</param>
/// <param name="Title">Its key and topics, whose words count more.</param>
/// <param name="Texts">Its texts.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record MemoryEntry(MemoryMarks Marks, string Title, IReadOnlyList<string> Texts, DateTimeOffset UpdatedAt);
