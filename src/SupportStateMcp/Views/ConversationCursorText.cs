using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>The cursor of a listing as callers carry it: opaque, and refused if changed.</summary>
internal static class ConversationCursorText
{
    public static string? Encode(ConversationCursor? cursor) => cursor is not { } place ? null
        : OpaqueToken.Of(place.UpdatedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), place.ConversationId);

    /// <summary>Reads a cursor; no cursor is the beginning. False where the text is none.</summary>
    public static bool TryDecode(string? text, out ConversationCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (OpaqueToken.Parts(text, 2) is not [var at, var conversation]
            || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || ConversationId.TryParse(conversation) is not { } id)
            return false;

        cursor = new ConversationCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id.Value);
        return true;
    }
}
