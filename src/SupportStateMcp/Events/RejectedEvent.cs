using System.Text;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>An event that can never be taken, as it is kept for an operator.</summary>
internal sealed record RejectedEvent
{
    /// <summary>
    /// How much of an event is kept, in bytes. Written as JSON it is at most six times as much, which a server takes whose longest message is the usual
    /// one of a million bytes: one that it refused would stop all behind it.
    /// </summary>
    private const int Most = 100_000;

    private const int LongestReason = 4_000;

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Where it stood in the log.</summary>
    public required string Place { get; init; }

    /// <summary>The event, or the beginning of it.</summary>
    public required string Event { get; init; }

    /// <summary>How many bytes the event has, where not all of it is kept.</summary>
    public int? EventBytes { get; init; }

    /// <summary>What is kept, as JSON, UTF-8.</summary>
    public static byte[] Json(BusEvent e, string reason) => Utf8Json.Write(
        new RejectedEvent
        {
            Reason = ShortText.Of(reason, LongestReason),
            Place = e.Place,
            Event = Encoding.UTF8.GetString(Beginning(e.Json.Span)),
            EventBytes = e.Json.Length > Most ? e.Json.Length : null,
        },
        EventsJson.Default.RejectedEvent);

    /// <summary>Up to the end of a character.</summary>
    private static ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> text)
    {
        if (text.Length <= Most)
            return text;
        var end = Most;
        while (end > Most - 4 && (text[end] & 0xC0) == 0x80)
            end--;
        return text[..end];
    }
}
