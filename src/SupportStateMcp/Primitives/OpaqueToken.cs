using System.Buffers.Text;
using System.Text;

namespace SupportStateMcp.Primitives;

/// <summary>
/// What callers carry for us and hand back unchanged: parts that hold no <c>|</c>, in base64url. It hides nothing and proves
/// nothing; it says that there is nothing in it for its bearer.
/// </summary>
public static class OpaqueToken
{
    public static string Of(params ReadOnlySpan<string> parts) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('|', parts)));

    /// <summary>The parts, or null where the text is none of ours or has another number of them.</summary>
    public static string[]? Parts(ReadOnlySpan<char> text, int count) =>
        Base64Url.IsValid(text) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('|') is var parts && parts.Length == count
            ? parts
            : null;
}
