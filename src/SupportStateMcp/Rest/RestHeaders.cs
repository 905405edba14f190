using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Rest;

/// <summary>
/// The headers that every write takes: <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header) and <c>If-Match</c>
/// (RFC 9110, section 13.1.1), whose tag is a version.
/// </summary>
internal static partial class RestHeaders
{
    public const string IdempotencyKey = "Idempotency-Key";
    public const string IfMatch = "If-Match";

    /// <summary>Says in an answer that it was given before.</summary>
    public const string Replayed = "Idempotent-Replayed";

    /// <summary>The <c>ETag</c> of a version.</summary>
    public static string TagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The key, which may stand in quotes or not; null where none was sent.</summary>
    public static string? ReadKey(IHeaderDictionary headers, List<Errors.InvalidArgument> faults)
    {
        var sent = headers[IdempotencyKey];
        if (sent.Count == 0)
            return null;
        var key = sent is [{ } only] ? Quoted().Match(only) is { Success: true } match ? Escaped().Replace(match.Groups[1].Value, "$1") : only : "";
        if (sent.Count == 1 && key.Length is > 0 and <= Limits.Key)
            return key;
        faults.Add(Fault(IdempotencyKey, $"it must be one key of 1 to {Limits.Key} characters", sent));
        return null;
    }

    /// <summary>The version that is expected; null where any is, which <c>*</c> says too.</summary>
    public static long? ReadVersion(IHeaderDictionary headers, List<Errors.InvalidArgument> faults)
    {
        var sent = headers.IfMatch;
        if (sent.Count == 0 || sent == "*")
            return null;
        // A weak tag never matches here (RFC 9110, section 13.1.1).
        if (sent is [{ } only] && Tag().Match(only.Trim()) is { Success: true } match
            && long.TryParse(match.Groups["version"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version <= Limits.Number)
            return version;
        faults.Add(Fault(IfMatch, "it must be the ETag of one answer, for example \"7\", or *", sent));
        return null;
    }

    private static Errors.InvalidArgument Fault(string header, string rule, StringValues sent) =>
        new(header, rule) { Sent = sent is [{ Length: > 0 } only] ? SentValue.Quoted(only) : null };

    [GeneratedRegex("""^"((?:[^"\\]|\\["\\])*)"\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex("""\\(["\\])""", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    [GeneratedRegex("""^(?:"(?<version>[0-9]+)"|(?<version>[0-9]+))\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
