using System.Globalization;

namespace SupportStateMcp.Cli;

/// <summary>Times as a person reads them: in their own time zone, which is named only where it is UTC.</summary>
internal static class LocalTime
{
    /// <summary>For example <c>2026-11-25 10:05:02</c>.</summary>
    public static string Second(DateTimeOffset at, TimeZoneInfo zone) => Text(at, zone, "yyyy-MM-dd HH:mm:ss");

    /// <summary>For example <c>10:05:02</c>.</summary>
    public static string Clock(DateTimeOffset at, TimeZoneInfo zone) => Text(at, zone, "HH:mm:ss");

    private static string Text(DateTimeOffset at, TimeZoneInfo zone, string format) =>
        TimeZoneInfo.ConvertTime(at, zone).ToString(format, CultureInfo.InvariantCulture) + (zone.HasSameRules(TimeZoneInfo.Utc) ? " UTC" : "");
}
