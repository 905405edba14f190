namespace SupportStateMcp.Records;

/// <summary>What a store requires of the writes of one call.</summary>
internal static class RecordWrites
{
    /// <exception cref="ArgumentException">There are too many, or of several kinds, or one id comes twice.</exception>
    public static void Check(IReadOnlyList<RecordWrite> writes)
    {
        if (writes.Count > IRecordStore.MostWrites)
            throw new ArgumentException($"One call writes at most {IRecordStore.MostWrites} records, not {writes.Count}.", nameof(writes));
        if (writes.Select(w => w.Kind).Distinct(StringComparer.Ordinal).Count() > 1)
            throw new ArgumentException("One call writes records of one kind.", nameof(writes));
        if (writes.Select(w => w.Id).Distinct(StringComparer.Ordinal).Count() < writes.Count)
            throw new ArgumentException("One call writes a record once.", nameof(writes));
    }
}
