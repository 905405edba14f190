using System.Buffers.Text;
using System.Globalization;
using System.Text;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tools;

/// <summary>The cursor of a queue as callers carry it: opaque, and refused if changed.</summary>
internal static class QueueCursorText
{
    public static string? Encode(QueueCursor? cursor) => cursor is not { } place ? null
        : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Names.Of(place.Priority)}|{place.Since.UtcTicks}|{place.ConversationId}")));

    /// <summary>Reads a cursor; no cursor is the beginning. False where the text is none.</summary>
    public static bool TryDecode(string? text, out QueueCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (!Base64Url.IsValid(text))
            return false;

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|');
        if (parts.Length != 3
            || Names.Parse<Priority>(parts[0]) is not { } priority
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.Ticks
            || ConversationId.TryParse(parts[2]) is not { } id)
            return false;

        cursor = new QueueCursor(priority, new DateTimeOffset(ticks, TimeSpan.Zero), id.Value);
        return true;
    }
}
