using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>Keeps the index of the memories at the end of their changes.</summary>
public sealed partial class MemoryIndexing(IRecordStore records, IMemoryIndex index, ILogger<MemoryIndexing> logger)
    : RecordIndexing<MemoryChange>(records, index, MemoryDocument.RecordKind)
{
    protected override MemoryChange ChangeOf(string id, StoredRecord? record) => new(id, record is null ? null : EntryOf(record));

    protected override void LogUnreadable(string id, Exception exception) => LogUnreadableMemory(id, exception);

    protected override void LogBehind(Exception exception) => LogMemoriesBehind(exception);

    private static MemoryEntry? EntryOf(StoredRecord record)
    {
        var document = MemoryDocument.Read(record);
        if (document.Texts.Count == 0)
            return null;
        var key = document.Kind == MemoryKind.Episode ? null : document.Key;
        return new MemoryEntry(
            MemoryMarks.Of(record.Id, document),
            string.Join(' ', document.Texts[^1].Topics.Prepend(key).OfType<string>()),
            [.. document.Texts.Select(t => t.Text)],
            record.UpdatedAt);
    }

    [LoggerMessage(LogLevel.Error, "The memory {RecordId} cannot be read, and is not found.")]
    private partial void LogUnreadableMemory(string recordId, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The index of memories could not follow; the next recall tries again.")]
    private partial void LogMemoriesBehind(Exception exception);
}
