using System.Buffers.Text;
using System.Text.Json;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting.Http;

/// <summary>The two readable parts of a signed token, read as strictly as everything from outside: a name that is there twice could be read in two ways.</summary>
internal static class TokenParts
{
    /// <summary>The header (RFC 7515, section 4); null where it cannot be read.</summary>
    public static JsonElement? Header(string token) => Part(token, 0);

    /// <summary>The claims (RFC 7519, section 4); null where they cannot be read.</summary>
    public static JsonElement? Claims(string token) => Part(token, 1);

    /// <summary>A claim that is a text; null where it is none, or empty.</summary>
    public static string? Text(this JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static JsonElement? Part(string token, int index)
    {
        var encoded = token.Split('.')[index];
        return Base64Url.IsValid(encoded)
            && StrictJson.Read(Base64Url.DecodeFromChars(encoded), "The token", out var value) is null
            && value.ValueKind == JsonValueKind.Object ? value : null;
    }
}
