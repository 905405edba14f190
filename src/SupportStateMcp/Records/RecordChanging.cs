using System.Text.Json.Serialization.Metadata;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Records;

/// <summary>Changes what a record holds, whoever else changes it at the same time.</summary>
internal static class RecordChanging
{
    /// <summary>Reads a record, changes it, and writes it where it still stands at that version; where it does not, all of that again.</summary>
    /// <param name="records">Holds the record.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="id">Its id.</param>
    /// <param name="type">How it is read and written.</param>
    /// <param name="change">What it is to hold, of what it holds, which is null where there is no record; returns null where nothing is to be written.</param>
    /// <param name="by">Who writes, as text.</param>
    /// <param name="now">The time.</param>
    /// <param name="attempts">How often it is tried.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where somebody else was quicker each time.</returns>
    /// <exception cref="RecordDamagedException">It cannot be read.</exception>
    public static async ValueTask<bool> TryChangeAsync<T>(
        this IRecordStore records, string kind, string id, JsonTypeInfo<T> type, Func<T?, T?> change, string by, DateTimeOffset now, int attempts,
        CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            var before = (await records.GetAsync(kind, id, cancellationToken))?.As(type);
            if (change(before?.Value) is not { } after)
                return true;
            var write = new RecordWrite { Kind = kind, Id = id, ExpectedVersion = before?.Version ?? 0, By = by, Now = now, Content = Utf8Json.Write(after, type) };
            if ((await records.WriteAsync([write], cancellationToken))[0] is RecordWriteResult.Written)
                return true;
        }

        return false;
    }
}
