using System.Diagnostics;

namespace SupportStateMcp.Primitives;

/// <summary>What is measured of calls, whichever face took them.</summary>
internal static class CallTelemetry
{
    /// <summary>Counts a call.</summary>
    /// <param name="face"><c>mcp</c> or <c>rest</c>.</param>
    /// <param name="call">The tool or route.</param>
    /// <param name="code">The code of the refusal; <c>ok</c> where there is none.</param>
    /// <param name="took">From the request to the answer.</param>
    public static void Called(string face, string call, string code, TimeSpan took)
    {
        var (faceLabel, callLabel) = (new KeyValuePair<string, object?>("face", face), new KeyValuePair<string, object?>("call", call));
        Telemetry.Calls.Add(1, faceLabel, callLabel, new("code", code));
        Telemetry.CallDuration.Record(took.TotalSeconds, faceLabel, callLabel);
    }

    /// <summary>Measures a search until what it returns is disposed.</summary>
    /// <param name="kind"><c>articles</c> or <c>memories</c>.</param>
    public static SearchTimer Searching(string kind) => new(kind, Stopwatch.GetTimestamp());

    /// <summary>A search under way.</summary>
    internal readonly struct SearchTimer(string kind, long started) : IDisposable
    {
        public void Dispose() =>
            Telemetry.SearchDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
    }
}
