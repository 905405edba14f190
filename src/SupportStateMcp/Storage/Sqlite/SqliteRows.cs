using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>Snapshots as they lie in rows: the core in a row of <c>conversations</c>, the parts beside it.</summary>
internal static class SqliteRows
{
    /// <summary>The columns that <see cref="Snapshot"/> reads, of table <c>conversations</c>.</summary>
    public static readonly string Snapshots = string.Concat(
        ["conversations.id, conversations.schema, conversations.snapshot", .. SnapshotCodec.PartNames.Select(n =>
            $", (SELECT part FROM parts WHERE conversation = conversations.key AND name = '{n}')")]);

    private const int FirstPart = 3;

    /// <summary>How many columns <see cref="Snapshots"/> has.</summary>
    public static readonly int SnapshotColumns = FirstPart + SnapshotCodec.PartNames.Count;

    /// <summary>The snapshot of a row that begins with <see cref="Snapshots"/>.</summary>
    /// <exception cref="StoreDamagedException">It is damaged, or newer code wrote it.</exception>
    public static Conversation Snapshot(this StoredReader reader, SqliteDataReader row)
    {
        var parts = new byte[]?[SnapshotCodec.PartNames.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = row.IsDBNull(FirstPart + i) ? null : row.GetFieldValue<byte[]>(FirstPart + i);
        return reader.Snapshot(Id(row), () => checked((int)row.GetInt64(1)), row.GetFieldValue<byte[]>(2), parts);
    }

    /// <summary>The same for listings: one that is damaged hides no other.</summary>
    public static Conversation? SnapshotOrNull(this StoredReader reader, SqliteDataReader row)
    {
        try
        {
            return reader.Snapshot(row);
        }
        catch (StoreDamagedException)
        {
            // The reader has logged it.
            return null;
        }
    }

    /// <summary>How much of a row a snapshot takes, in bytes: its core, and its parts.</summary>
    public static (int Core, int Parts) SnapshotBytes(SqliteDataReader row) => (
        LengthOf(row, 2),
        Enumerable.Range(FirstPart, SnapshotCodec.PartNames.Count).Sum(i => row.IsDBNull(i) ? 0 : LengthOf(row, i)));

    private static int LengthOf(SqliteDataReader row, int column)
    {
        Span<byte> beginning = stackalloc byte[StoredBytes.Beginning];
        using var stored = row.GetStream(column);
        return StoredBytes.LengthOf(beginning[..stored.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false)], (int)stored.Length);
    }

    /// <summary>A time, as columns keep it.</summary>
    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static ConversationId Id(SqliteDataReader row) => ConversationId.TryParse(row.GetString(0))
        ?? throw new InvalidOperationException($"{row.GetString(0)} is no conversation's id.");
}
