using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>The cursor of a queue as callers carry it: opaque, and refused if changed.</summary>
internal static class QueueCursorText
{
    public static string? Encode(QueueCursor? cursor) => cursor is not { } place ? null
        : OpaqueToken.Of(SnakeCaseEnum.Of(place.Priority), place.Since.UtcTicks.ToString(CultureInfo.InvariantCulture), place.ConversationId);

    /// <summary>Reads a cursor; no cursor is the beginning. False where the text is none.</summary>
    public static bool TryDecode(string? text, out QueueCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (OpaqueToken.Parts(text, 3) is not [var urgency, var since, var conversation]
            || SnakeCaseEnum.Parse<Priority>(urgency) is not { } priority
            || !long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.Ticks
            || ConversationId.TryParse(conversation) is not { } id)
            return false;

        cursor = new QueueCursor(priority, new DateTimeOffset(ticks, TimeSpan.Zero), id.Value);
        return true;
    }
}
