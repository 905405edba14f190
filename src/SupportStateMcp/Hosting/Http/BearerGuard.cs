using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Knows callers by the bearer token they show (RFC 6750, section 2.1: in the Authorization header, and nowhere else).
/// Without configured tokens it asks for none.
/// </summary>
internal sealed class BearerGuard(IReadOnlyList<AccessToken> tokens)
{
    private const string Scheme = "Bearer ";

    /// <summary>Whether the request may go on.</summary>
    /// <param name="request">A request, of which only the headers are read.</param>
    /// <param name="caller">Whose token it shows; null where tokens are not asked for.</param>
    public bool Admits(HttpRequest request, out Caller? caller)
    {
        caller = Shown(request.Headers.Authorization) is { } token ? AccessToken.CallerOf(token, tokens) : null;
        return tokens.Count == 0 || caller is not null;
    }

    /// <summary>What a request that is not admitted is challenged with (RFC 6750, section 3).</summary>
    public static string Challenge(HttpRequest request) => Shown(request.Headers.Authorization) is null
        ? "Bearer"
        : "Bearer error=\"invalid_token\", error_description=\"The token is not one of this server's\"";

    private static string? Shown(StringValues authorization) =>
        authorization is [{ } only] && only.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? only[Scheme.Length..].Trim() : null;
}
