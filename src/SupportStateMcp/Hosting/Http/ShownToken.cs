using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The one place that says which bearer token a request shows: in the Authorization header (RFC 6750, section 2.1), and nowhere else.
/// </summary>
internal static class ShownToken
{
    private const string Bearer = "Bearer ";

    /// <summary>The token; null where a request shows none, or more than one.</summary>
    public static string? Of(HttpRequest request) =>
        InHeader(request) is { } token && !IsSeveral(token) && !IsInAddress(request) ? token : null;

    /// <summary>Whether a request shows tokens in two ways (RFC 6750, section 2), so that nobody can say whose it is.</summary>
    public static bool IsTwofold(HttpRequest request) =>
        request.Headers.Authorization.Count > 1 || (InHeader(request) is { } token && (IsSeveral(token) || IsInAddress(request)));

    /// <summary>Whether a token has the form of a signed JWT (RFC 7515, section 7.1): three parts.</summary>
    public static bool IsSigned(string token) => token.Count(c => c == '.') == 2;

    private static string? InHeader(HttpRequest request) =>
        request.Headers.Authorization is [{ } only] && only.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && only[Bearer.Length..].Trim() is { Length: > 0 } token ? token : null;

    /// <summary>Several values of one header may come as one, with commas; a token has none (RFC 6750, section 2.1).</summary>
    private static bool IsSeveral(string token) => token.AsSpan().ContainsAny(", \t");

    private static bool IsInAddress(HttpRequest request) => request.Query.ContainsKey("access_token");
}
