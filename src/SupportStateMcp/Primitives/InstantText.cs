using System.Globalization;
using System.Text.RegularExpressions;

namespace SupportStateMcp.Primitives;

/// <summary>A point in time as callers write it: ISO 8601 with its zone, since without one it may be several.</summary>
public static partial class InstantText
{
    private static readonly string[] s_formats = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads for example <c>2026-11-25T09:00:00Z</c> or <c>2026-11-25 10:00+01:00</c>; null where the text is not of that form.</summary>
    public static DateTimeOffset? TryParse(string text) =>
        Zone().IsMatch(text)
        && DateTimeOffset.TryParseExact(Blank().Replace(text, "T"), s_formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? at.ToUniversalTime()
            : null;

    [GeneratedRegex(@"(?:Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Zone();

    [GeneratedRegex(@"(?<=^[0-9-]{10}) (?=[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();
}
