using System.Globalization;

namespace SupportStateMcp.Primitives;

/// <summary>Spans and points of time as a person reads them at a glance.</summary>
public static class DurationText
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3_650);

    /// <summary>
    /// How long, in one unit, rounded down: <c>59 s</c>, <c>12 min</c>, <c>3 h</c>, <c>2 d</c>. Hours and days begin at two, so
    /// that 119 minutes are told as such. Nothing is shorter than <c>0 s</c>.
    /// </summary>
    public static string Of(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => Text(Math.Max(0, span.TotalSeconds), "s"),
        { TotalHours: < 2 } => Text(span.TotalMinutes, "min"),
        { TotalDays: < 2 } => Text(span.TotalHours, "h"),
        _ => Text(span.TotalDays, "d"),
    };

    /// <summary>For example <c>12 min ago</c>.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => now - at < TimeSpan.FromSeconds(1) ? "just now" : $"{Of(now - at)} ago";

    /// <summary>For example <c>in 3 h</c>.</summary>
    public static string Ahead(DateTimeOffset at, DateTimeOffset now) => $"in {Of(at - now)}";

    /// <summary>A configured span in words, exactly, in the largest unit that it is a whole number of: <c>7 days</c>, <c>90 minutes</c>.</summary>
    public static string Exactly(TimeSpan span)
    {
        var seconds = span.Ticks / TimeSpan.TicksPerSecond;
        var (count, unit) = seconds switch
        {
            0 => (0, "second"),
            _ when seconds % 86_400 == 0 => (seconds / 86_400, "day"),
            _ when seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
            _ when seconds % 60 == 0 => (seconds / 60, "minute"),
            _ => (seconds, "second"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}");
    }

    /// <summary>A point in time to the minute, for example <c>2026-11-21 09:05Z</c>.</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads a span as it is typed, <c>90d</c>, <c>12h</c>, <c>30m</c> or <c>45s</c>: more than nothing, at most 3,650 days; null where it is none.</summary>
    public static TimeSpan? TryParse(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return null;
        var unit = char.ToLowerInvariant(text[^1]) switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        return unit * (double)count is { Ticks: > 0 } span && span <= s_longest ? span : null;
    }

    private static string Text(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(number)} {unit}");
}
