using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SupportStateMcp.Records;

/// <summary>What a record holds, and where it stands.</summary>
/// <param name="Value">What it holds.</param>
/// <param name="Version">The version of the record.</param>
/// <param name="UpdatedAt">When it changed last.</param>
/// <param name="UpdatedBy">Who changed it last, as text.</param>
public sealed record Versioned<T>(T Value, long Version, DateTimeOffset UpdatedAt, string UpdatedBy);

/// <summary>Reads what records hold.</summary>
internal static class VersionedReading
{
    /// <exception cref="RecordDamagedException">It is not what it should be.</exception>
    public static Versioned<T> As<T>(this StoredRecord record, JsonTypeInfo<T> type)
    {
        try
        {
            var value = JsonSerializer.Deserialize(record.Content.Span, type) ?? throw new JsonException();
            return new Versioned<T>(value, record.Version, record.UpdatedAt, record.UpdatedBy);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            // The reader's own words may repeat content.
            throw new RecordDamagedException(record.Kind, record.Id, "its content is not that of such a record.", e);
        }
    }
}
