using System.Globalization;
using Microsoft.Data.Sqlite;
using SupportStateMcp.Records;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Records in the embedded database. Each change takes the next number of a sequence within its transaction, and one
/// transaction at a time writes: who sees a number has seen all before it.
/// </summary>
/// <param name="connections">The database that holds the records; stays its owner's to dispose.</param>
public sealed class SqliteRecordStore(SqliteConnections connections) : IRecordStore
{
    /// <summary>How much content one page of changes holds, in bytes; the first record is there whatever its size.</summary>
    private const long PageBytes = 4 << 20;

    private const string Columns = "id, version, updated_at, updated_by, content, sequence";

    private readonly SqliteReaders _readers = connections.Readers;
    private readonly SqliteWriter _writer = connections.Writer;
    private readonly SqliteChanges _changes = connections.Changes;

    public ValueTask<StoredRecord?> GetAsync(string kind, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session =>
        {
            using var found = session.Query($"SELECT {Columns} FROM records WHERE kind = $kind AND id = $id AND content IS NOT NULL", kind, id);
            return found.Read() ? Record(kind, found) : null;
        }));
    }

    public ValueTask<StoredRecord?> FindAsync(string kind, string lookupKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session =>
        {
            using var found = session.Query(
                $"SELECT {Columns} FROM records WHERE kind = $kind AND lookup_digest = $lookup_digest ORDER BY sequence DESC LIMIT 1",
                kind, SqliteCommit.Digest(lookupKey));
            return found.Read() ? Record(kind, found) : null;
        }));
    }

    public async ValueTask<IReadOnlyList<RecordWriteResult>> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken)
    {
        RecordWrites.Check(writes);
        if (writes.Count == 0)
            return [];
        var ready = writes.Select(w => new SqliteRecordWrite(w)).ToList();
        var (results, stamp) = await _writer.WriteAsync(
            session => (ready.ConvertAll(w => w.Write(session)), StampOf(session, writes[0].Kind)), cancellationToken);
        if (results.Any(r => r is RecordWriteResult.Written { Changed: true }))
            _changes.Notify(Watched(writes[0].Kind), stamp);
        if (writes.Zip(results).Any(w => w is { First.Erases: true, Second: RecordWriteResult.Written { Changed: true } }))
            await connections.Erasures.CutLogAsync();
        return results;
    }

    public ValueTask<bool> DeleteAsync(string kind, string id, CancellationToken cancellationToken) => DeleteAsync(kind, id, null, cancellationToken);

    public ValueTask<bool> DeleteVersionAsync(string kind, string id, long version, CancellationToken cancellationToken) => DeleteAsync(kind, id, version, cancellationToken);

    private async ValueTask<bool> DeleteAsync(string kind, string id, long? expected, CancellationToken cancellationToken)
    {
        var (removed, stamp) = await _writer.WriteAsync(
            session => (SqliteRecordWrite.Delete(session, kind, id, expected), StampOf(session, kind)), cancellationToken);
        if (!removed)
            return false;
        _changes.Notify(Watched(kind), stamp);
        // What the log still holds of it is cut now or, where somebody reads, by the next sweep.
        await connections.Erasures.CutLogAsync();
        return true;
    }

    public ValueTask<long> CountAsync(string kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session =>
            session.Number("SELECT count(*) FROM records WHERE kind = $kind AND content IS NOT NULL", kind)!.Value));
    }

    public ValueTask<RecordChanges> ReadChangesAsync(string kind, string? position, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_readers.Read(session =>
        {
            var (last, life) = StampOf(session, kind);
            // A number above the last one is of a newer copy of the file, which an older one has replaced.
            var isKnown = TryParse(position, out var after, out var of) && of == life && after <= last;
            if (!isKnown)
                after = 0;
            var (changes, more, left) = (new List<RecordChange>(), false, PageBytes);
            using var found = session.Query($"SELECT {Columns} FROM records WHERE kind = $kind AND sequence > $after ORDER BY sequence LIMIT $limit", kind, after, (long)limit + 1);
            while (!more && found.Read())
            {
                var record = found.IsDBNull(4) ? null : Record(kind, found);
                left -= record?.Content.Length ?? 0;
                if (changes.Count == limit || (left < 0 && changes.Count > 0))
                {
                    more = true;
                }
                else
                {
                    changes.Add(new RecordChange(found.GetString(0), record));
                    after = found.GetInt64(5);
                }
            }

            return new RecordChanges(changes, string.Create(CultureInfo.InvariantCulture, $"{life}.{after}"), more)
            {
                StartedAnew = position is not null && !isKnown,
            };
        }));
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(string kind, Action changed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_changes.Add(Watched(kind), session => StampOf(session, kind), changed));
    }

    /// <summary>What the records of a kind are called among all that is watched: no conversation's id has a colon.</summary>
    private static string Watched(string kind) => "records:" + kind;

    private static SqliteStamp StampOf(SqliteSession session, string kind) => new(
        session.Number("SELECT max(sequence) FROM records WHERE kind = $kind", kind) ?? 0, session.Mark("record_life"));

    /// <summary>A row of <see cref="Columns"/> with content.</summary>
    private static StoredRecord Record(string kind, SqliteDataReader row) => new()
    {
        Kind = kind,
        Id = row.GetString(0),
        Version = row.GetInt64(1),
        UpdatedAt = SqliteRows.Time(row.GetInt64(2)),
        UpdatedBy = row.GetString(3),
        Content = row.GetFieldValue<byte[]>(4),
    };

    private static bool TryParse(string? position, out long sequence, out long life)
    {
        (sequence, life) = (0, 0);
        return position?.Split('.') is [var of, var at]
            && long.TryParse(of, NumberStyles.None, CultureInfo.InvariantCulture, out life)
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out sequence);
    }
}
