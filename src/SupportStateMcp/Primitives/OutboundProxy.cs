namespace SupportStateMcp.Primitives;

/// <summary>Which addresses are called through the proxy of the environment (<c>http_proxy</c>).</summary>
internal static class OutboundProxy
{
    /// <summary>
    /// False for an address of this machine: a proxy cannot reach it, and .NET sends such a request there all the same where <c>no_proxy</c> does
    /// not name it.
    /// </summary>
    public static bool IsFor(Uri url) => !url.IsLoopback;
}
