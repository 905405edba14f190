using SupportStateMcp.Records;

namespace SupportStateMcp.Tests.Support;

/// <summary>Records with something happening just before one is removed: here a neighbour can be quicker.</summary>
internal sealed class RecordsAround(IRecordStore inner) : IRecordStore
{
    public required Func<Task> BeforeDelete { get; init; }

    public ValueTask<StoredRecord?> GetAsync(string kind, string id, CancellationToken cancellationToken) => inner.GetAsync(kind, id, cancellationToken);

    public ValueTask<StoredRecord?> FindAsync(string kind, string lookupKey, CancellationToken cancellationToken) => inner.FindAsync(kind, lookupKey, cancellationToken);

    public ValueTask<IReadOnlyList<RecordWriteResult>> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken) =>
        inner.WriteAsync(writes, cancellationToken);

    public async ValueTask<bool> DeleteAsync(string kind, string id, CancellationToken cancellationToken)
    {
        await BeforeDelete();
        return await inner.DeleteAsync(kind, id, cancellationToken);
    }

    public async ValueTask<bool> DeleteVersionAsync(string kind, string id, long version, CancellationToken cancellationToken)
    {
        await BeforeDelete();
        return await inner.DeleteVersionAsync(kind, id, version, cancellationToken);
    }

    public ValueTask<long> CountAsync(string kind, CancellationToken cancellationToken) => inner.CountAsync(kind, cancellationToken);

    public ValueTask<RecordChanges> ReadChangesAsync(string kind, string? position, int limit, CancellationToken cancellationToken) =>
        inner.ReadChangesAsync(kind, position, limit, cancellationToken);

    public ValueTask<IAsyncDisposable> SubscribeAsync(string kind, Action changed, CancellationToken cancellationToken) => inner.SubscribeAsync(kind, changed, cancellationToken);
}
