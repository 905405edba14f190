using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>The tokens that the scheme <see cref="StaticTokenHandler.SchemeName"/> knows.</summary>
internal sealed class StaticTokenOptions : AuthenticationSchemeOptions
{
    public IReadOnlyList<AccessToken> Tokens { get; set; } = [];
}

/// <summary>
/// Knows callers by the bearer token they show (RFC 6750, section 2.1: in the Authorization header, and nowhere else),
/// out of a configured list.
/// </summary>
internal sealed class StaticTokenHandler(IOptionsMonitor<StaticTokenOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<StaticTokenOptions>(options, loggers, encoder)
{
    public const string SchemeName = "StaticToken";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Shown(Request.Headers.Authorization) is not { } token ? AuthenticateResult.NoResult()
        : AccessToken.Find(token, Options.Tokens) is not { } known ? AuthenticateResult.Fail("The token is not one of this server's.")
        : AuthenticateResult.Success(new AuthenticationTicket(UserOf(known), SchemeName)));

    /// <summary>Says how to authenticate (RFC 6750, section 3).</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Shown(Request.Headers.Authorization) is null
            ? "Bearer"
            : "Bearer error=\"invalid_token\", error_description=\"The token is not one of this server's\"";
        return HttpRefusal.WriteAsync(
            Context, StatusCodes.Status401Unauthorized,
            "This server serves those whose token it knows: send one in the header \"Authorization: Bearer <token>\". SupportStateMcp token create makes one.");
    }

    private static ClaimsPrincipal UserOf(AccessToken token)
    {
        var user = CallerClaims.Of(token.Caller, SchemeName);
        if (token.Toolsets is { } sets)
            ToolsetClaims.Grant(user, sets);
        return user;
    }

    private static string? Shown(StringValues authorization) =>
        authorization is [{ } only] && only.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? only[Bearer.Length..].Trim() : null;
}
