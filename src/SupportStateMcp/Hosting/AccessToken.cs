using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>A bearer token as the server knows it: never the token, only its digest, and who shows it.</summary>
/// <param name="Sha256">The SHA-256 of the token's text in UTF-8, 32 bytes.</param>
/// <param name="Caller">Who calls with it, whatever the client calls itself.</param>
/// <param name="Toolsets">The toolsets that it has; null: those of the server.</param>
/// <param name="Expires">From when on it counts no more; null: it does not expire.</param>
public sealed record AccessToken(ReadOnlyMemory<byte> Sha256, Caller Caller, Toolsets? Toolsets = null, DateTimeOffset? Expires = null)
{
    /// <summary>What every token that this program makes begins with, so that scanners for leaked secrets know one.</summary>
    public const string Prefix = "ssm_";

    private const int RandomBytes = 32;

    /// <summary>A new token, of 256 random bits: long enough that a plain digest keeps it secret.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The digest of a token's text.</summary>
    public static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>
    /// The entry of this token; null where it is nobody's. Every entry is compared, each in constant time: how long it takes
    /// tells nothing of what is kept.
    /// </summary>
    public static AccessToken? Find(string token, IReadOnlyList<AccessToken> tokens)
    {
        var digest = Digest(token);
        AccessToken? found = null;
        foreach (var known in tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(known.Sha256.Span, digest))
                found = known;
        }

        return found;
    }
}
