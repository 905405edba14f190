using SupportStateMcp.Conversations;

namespace SupportStateMcp.Records;

/// <summary>
/// What this process knows of the records of a kind, as far as it is wanted: read once from the beginning, then what changed since. The feed of
/// changes also names each record that was removed, however long ago, so that who read it from the beginning each time would read more and more.
/// </summary>
/// <param name="records">Holds the records.</param>
/// <param name="kind">The kind.</param>
/// <param name="read">What is kept of a record; null where it is not wanted.</param>
internal sealed class FollowedRecords<T>(IRecordStore records, string kind, Func<StoredRecord, T?> read)
    where T : class
{
    private const int PageSize = 500;

    private readonly KeyedQueue _turns = new();
    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
    private string? _position;

    /// <summary>What there is now, in no order.</summary>
    /// <exception cref="StoreException">The store cannot be read; the next call goes on where this one stopped.</exception>
    public async ValueTask<IReadOnlyList<T>> ReadAsync(CancellationToken cancellationToken)
    {
        using var turn = await _turns.EnterAsync(kind, cancellationToken);
        RecordChanges page;
        do
        {
            page = await records.ReadChangesAsync(kind, _position, PageSize, cancellationToken);
            if (page.StartedAnew)
                _known.Clear();
            foreach (var change in page.Changes)
            {
                if (change.Record is { } record && read(record) is { } wanted)
                    _known[change.Id] = wanted;
                else
                    _known.Remove(change.Id);
            }

            _position = page.Position;
        }
        while (page.More);

        return [.. _known.Values];
    }
}
