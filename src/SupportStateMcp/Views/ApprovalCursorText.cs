using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>The cursor of the pending approvals as callers carry it: opaque, and refused if changed.</summary>
internal static class ApprovalCursorText
{
    public static string? Encode(ApprovalCursor? cursor) => cursor is not { } place ? null
        : OpaqueToken.Of(place.Deadline.UtcTicks.ToString(CultureInfo.InvariantCulture), place.ApprovalId);

    /// <summary>Reads a cursor; no cursor is the beginning. False where the text is none.</summary>
    public static bool TryDecode(string? text, out ApprovalCursor? cursor)
    {
        cursor = null;
        if (text is null)
            return true;
        if (OpaqueToken.Parts(text, 2) is not [var deadline, var approval]
            || !long.TryParse(deadline, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTimeOffset.MaxValue.Ticks
            || Approval.ConversationOf(approval) is null)
            return false;

        cursor = new ApprovalCursor(new DateTimeOffset(ticks, TimeSpan.Zero), approval);
        return true;
    }
}
