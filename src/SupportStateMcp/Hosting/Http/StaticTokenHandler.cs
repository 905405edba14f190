using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>What the scheme <see cref="StaticTokenHandler.SchemeName"/> is told.</summary>
internal sealed class StaticTokenOptions : AuthenticationSchemeOptions
{
    /// <summary>The provider that stands beside it; null where there is none.</summary>
    public OAuthOptions? Provider { get; set; }
}

/// <summary>Knows callers by the bearer token they show, out of a configured list.</summary>
internal sealed class StaticTokenHandler(IOptionsMonitor<StaticTokenOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AccessTokens tokens)
    : AuthenticationHandler<StaticTokenOptions>(options, loggers, encoder)
{
    public const string SchemeName = "StaticToken";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (ShownToken.Of(Request) is not { } shown)
            return Task.FromResult(AuthenticateResult.NoResult());
        if (tokens.Find(shown) is not { } known)
            return Task.FromResult(Refuse("The token is not one of this server's", Options.Provider is null ? BearerRefusal.Unknown : $"{BearerRefusal.Unknown} Beside those, access tokens of {Options.Provider.Issuer} are taken."));
        if (tokens.HasExpired(known))
            return Task.FromResult(Refuse("The token has expired", $"The token of {known.Caller.Actor} expired at {known.Expires:yyyy-MM-ddTHH:mm:ssZ}. The operator can make a new one with SupportStateMcp token create."));
        Context.Features.Set(known);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(UserOf(known), new AuthenticationProperties { ExpiresUtc = known.Expires }, SchemeName)));
    }

    /// <summary>Says how to authenticate, for the scheme of the provider as well.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => BearerRefusal.ChallengeAsync(Context, Options.Provider);

    private AuthenticateResult Refuse(string description, string sentence)
    {
        BearerRefusal.Invalid(description, sentence).Note(Context);
        return AuthenticateResult.Fail(description);
    }

    private static ClaimsPrincipal UserOf(AccessToken token)
    {
        var user = CallerClaims.Of(token.Caller, SchemeName);
        if (token.Toolsets is { } sets)
            ToolsetClaims.Grant(user, sets);
        return user;
    }
}
