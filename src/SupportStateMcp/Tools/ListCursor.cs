using System.Buffers.Text;
using System.Globalization;
using System.Text;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tools;

/// <summary>The cursor of a listing as callers carry it: opaque, and refused if changed.</summary>
internal static class ListCursor
{
    public static string? Encode(ConversationCursor? cursor) => cursor is not { } place ? null
        : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{place.UpdatedAt.ToUnixTimeMilliseconds()}|{place.ConversationId}")));

    /// <summary>Reads a cursor; no cursor is the beginning. False where the text is none.</summary>
    public static bool TryDecode(string? text, out ConversationCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (!Base64Url.IsValid(text))
            return false;

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || ConversationId.TryParse(parts[1]) is not { } id)
            return false;

        cursor = new ConversationCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), id.Value);
        return true;
    }
}
