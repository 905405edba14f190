using System.Globalization;

namespace SupportStateMcp.Briefs;

/// <summary>Times as a person reads them at a glance.</summary>
internal static class Moment
{
    /// <summary>For example <c>2026-11-21 09:05Z</c>.</summary>
    public static string Of(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    /// <summary>For example <c>12 min</c>, <c>3 h 5 min</c> or <c>2 d 4 h</c>.</summary>
    public static string Since(DateTimeOffset start, DateTimeOffset now)
    {
        var span = now > start ? now - start : TimeSpan.Zero;
        return span.TotalHours < 1 ? $"{span.Minutes} min"
            : span.TotalDays < 1 ? $"{span.Hours} h {span.Minutes} min"
            : $"{span.Days} d {span.Hours} h";
    }
}
