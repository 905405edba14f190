using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>The cursor of a customer's messages as callers carry it: opaque, and refused if changed.</summary>
internal static class CustomerHistoryCursorText
{
    public static string? Encode(CustomerHistoryCursor? cursor) => cursor is not { } place ? null : OpaqueToken.Of(
        place.UpdatedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), place.ConversationId, place.Before.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads a cursor; no cursor is the beginning. False where the text is none.</summary>
    public static bool TryDecode(string? text, out CustomerHistoryCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (OpaqueToken.Parts(text, 3) is not [var at, var conversation, var before]
            || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || ConversationId.TryParse(conversation) is not { } id
            || !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > Limits.Number)
            return false;

        cursor = new CustomerHistoryCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id.Value, number);
        return true;
    }
}
