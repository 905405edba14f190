using System.Globalization;

namespace SupportStateMcp.Workflow;

/// <summary>A span of time in words: <c>7 days</c>, <c>1 hour</c>, <c>90 seconds</c>.</summary>
public static class Window
{
    /// <summary>The span in the largest unit that it is a whole number of; what is less than a second is left out.</summary>
    public static string InWords(TimeSpan span)
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
}
