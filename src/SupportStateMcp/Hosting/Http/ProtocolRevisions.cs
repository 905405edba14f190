namespace SupportStateMcp.Hosting.Http;

/// <summary>The protocol revisions that the endpoint serves.</summary>
internal static class ProtocolRevisions
{
    /// <summary>The revision without sessions: each request carries its version and the client's capabilities in <c>_meta</c>.</summary>
    public const string Stateless = "2026-07-28";

    /// <summary>What a request without a version header speaks (Streamable HTTP, "Protocol Version Header").</summary>
    public const string WhereNoneIsSaid = "2025-03-26";

    /// <summary>The revisions of the initialize handshake.</summary>
    public static readonly string[] Handshake = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

    public static bool IsKnown(string version) => version == Stateless || Handshake.Contains(version);
}
