using System.Text;
using SupportStateMcp.Records;

namespace SupportStateMcp.Tests.Support;

/// <summary>Records for tests of stores, which take any JSON for content.</summary>
internal static class TestRecords
{
    public const string Kind = "customer";

    public static DateTimeOffset At { get; } = new(2026, 11, 21, 9, 0, 0, 123, 456, TimeSpan.Zero);

    public static RecordWrite Write(string id, string content, long? expected = null, string? lookup = null, string kind = Kind) => new()
    {
        Kind = kind,
        Id = id,
        LookupKey = lookup,
        ExpectedVersion = expected,
        By = "human:alice",
        Now = At,
        Content = Encoding.UTF8.GetBytes(content),
    };

    public static string Text(StoredRecord? record) => record is null ? "" : Encoding.UTF8.GetString(record.Content.Span);
}
