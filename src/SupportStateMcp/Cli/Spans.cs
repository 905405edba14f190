using System.Globalization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary>Times as people say them: <c>12 min</c>, <c>in 3 h</c>.</summary>
internal static class Spans
{
    /// <summary>How long, in one unit, rounded down; hours and days begin at two, so that 119 min are told as such.</summary>
    public static string Of(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => MessageDraft(Math.Max(0, span.TotalSeconds), "s"),
        { TotalHours: < 2 } => MessageDraft(span.TotalMinutes, "min"),
        { TotalDays: < 2 } => MessageDraft(span.TotalHours, "h"),
        _ => MessageDraft(span.TotalDays, "d"),
    };

    public static string Ago(DateTimeOffset at, DateTimeOffset now) => now - at < TimeSpan.FromSeconds(1) ? "just now" : $"{Of(now - at)} ago";

    public static string Ahead(DateTimeOffset at, DateTimeOffset now) => $"in {Of(at - now)}";

    private static string MessageDraft(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(number)} {unit}");
}
