using System.Security.Cryptography;
using System.Text;
using ModelContextProtocol;

namespace SupportStateMcp.ConformanceHost;

/// <summary>State that travels through the client between two rounds: it comes back as it went, or it is refused.</summary>
internal static class SignedState
{
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);

    public static string Sign(string state) => $"{state}.{Signature(state)}";

    /// <summary>The state of the last round; null in the first.</summary>
    /// <exception cref="McpProtocolException">Somebody changed it on its way.</exception>
    public static string? Open(string? signed)
    {
        if (signed is null)
            return null;

        var dot = signed.LastIndexOf('.');
        var state = dot < 0 ? "" : signed[..dot];
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(state)), Encoding.UTF8.GetBytes(signed))
            ? state
            : throw new McpProtocolException("The requestState is not the one this server gave.", McpErrorCode.InvalidParams);
    }

    private static string Signature(string state) => Convert.ToHexString(HMACSHA256.HashData(s_key, Encoding.UTF8.GetBytes(state)));
}
