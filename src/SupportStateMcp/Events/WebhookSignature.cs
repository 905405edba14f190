using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SupportStateMcp.Events;

/// <summary>Signs what is posted, as Standard Webhooks describes it (https://www.standardwebhooks.com, "Signature scheme": symmetric).</summary>
public static class WebhookSignature
{
    /// <summary>What a secret begins with in a configuration.</summary>
    public const string SecretPrefix = "whsec_";

    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    /// <summary>Reads a secret: <c>whsec_</c> and 24 to 64 bytes in base64; null where it is none.</summary>
    public static byte[]? ParseSecret(string text)
    {
        if (!text.StartsWith(SecretPrefix, StringComparison.Ordinal))
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text[SecretPrefix.Length..], bytes, out var length) && length is >= LeastBytes and <= MostBytes ? bytes[..length] : null;
    }

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, with a space between them.</summary>
    /// <param name="secrets">The secrets.</param>
    /// <param name="id">The value of <c>webhook-id</c>.</param>
    /// <param name="at">The time of the attempt; <c>webhook-timestamp</c> holds it in whole seconds.</param>
    /// <param name="body">What is posted.</param>
    public static string Of(IReadOnlyList<byte[]> secrets, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.")), .. body];
        return string.Join(' ', secrets.Select(s => "v1," + Convert.ToBase64String(HMACSHA256.HashData(s, signed))));
    }
}
