using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// People sign in with a browser: OpenID Connect, code flow with PKCE. What comes of it is the access token, in a cookie that only this server reads;
/// it is checked with each request, as every other token is, and nothing is kept here.
/// </summary>
internal sealed class BrowserSignIn(OAuthOptions oauth, BrowserSignInOptions browser, ProviderKeys keys, TimeProvider time)
{
    public const string SchemeName = "Browser";

    /// <summary>Where a sign-in begins.</summary>
    public const string StartPath = "/console/sign-in/provider";

    /// <summary>Where the provider sends the browser back to; it has to know this address.</summary>
    public const string CallbackPath = "/console/sign-in/callback";

    private const string ConsolePath = "/console";

    /// <summary>The longest address that is gone back to, in characters: it travels to the provider and back.</summary>
    private const int LongestDestination = 1_000;

    /// <summary>How long a person may take at the provider.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);

    /// <summary>Adds the address where a sign-in begins.</summary>
    public static void Map(IEndpointRouteBuilder app) => app.MapGet(StartPath, async context =>
    {
        if (await context.RequestServices.GetRequiredService<ProviderKeys>().FindAsync(keyId: null, context.RequestAborted) is null)
            await SayAsync(context, StatusCodes.Status503ServiceUnavailable, "The provider does not answer right now, so nobody can sign in. Try again in a moment.");
        else
            await context.ChallengeAsync(SchemeName, new AuthenticationProperties { RedirectUri = DestinationOf(context.Request) });
    });

    /// <summary>Where the browser goes once somebody is signed in: a page of the console, and nothing else.</summary>
    private static string DestinationOf(HttpRequest request) =>
        request.Query["to"] is [{ Length: <= LongestDestination } to]
        && to.StartsWith(ConsolePath + "/", StringComparison.Ordinal) && !to.StartsWith(ConsolePath + "/sign-in", StringComparison.Ordinal)
        && !to.Contains("//", StringComparison.Ordinal) && to.All(c => c is > ' ' and <= '~' and not '\\')
            ? to
            : ConsolePath;

    public void Configure(OpenIdConnectOptions options)
    {
        options.ClientId = browser.ClientId;
        options.ClientSecret = browser.ClientSecret;
        options.ConfigurationManager = keys;
        options.RefreshOnIssuerKeyNotFound = false;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.CallbackPath = CallbackPath;
        options.RemoteSignOutPath = PathString.Empty;
        options.SignedOutCallbackPath = PathString.Empty;
        options.RemoteAuthenticationTimeout = s_patience;
        options.SaveTokens = true;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = false;
        options.DisableTelemetry = true;
        options.BackchannelHttpHandler = ProviderKeys.HandlerFor(oauth);
        options.BackchannelTimeout = TimeSpan.FromSeconds(10);
        options.Scope.Clear();
        foreach (var scope in browser.Scopes)
            options.Scope.Add(scope);
        // The browser comes back from another site, which Strict would not let through.
        foreach (var cookie in (CookieBuilder[])[options.NonceCookie, options.CorrelationCookie])
            (cookie.SameSite, cookie.SecurePolicy, cookie.HttpOnly) = (SameSiteMode.Lax, CookieSecurePolicy.Always, true);
        options.TokenValidationParameters = OAuthScheme.Parameters(oauth.Issuer, [browser.ClientId], time);
        // The handler reads the keys before it fetches the ID token, which may be signed with a newer one.
        options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => keys.Newest;
        options.Events = new OpenIdConnectEvents { OnTokenResponseReceived = LearnKeyAsync, OnTicketReceived = FinishAsync, OnRemoteFailure = FailAsync };
    }

    private async Task LearnKeyAsync(TokenResponseReceivedContext context)
    {
        if (context.TokenEndpointResponse.IdToken is { } token)
            await keys.FindAsync(TokenParts.Header(token)?.Text("kid"), context.HttpContext.RequestAborted);
    }

    /// <summary>The token is checked as it will be with each request: a cookie with one that does not count would only confuse.</summary>
    private static async Task FinishAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        if (context.Properties?.GetTokenValue("access_token") is not { Length: > 0 and <= ConsoleSession.LongestToken } token)
        {
            await SayAsync(http, StatusCodes.Status502BadGateway, $"The provider gave no access token of at most {ConsoleSession.LongestToken} characters, which is what a cookie holds. The people who run it can leave claims out.");
            return;
        }

        http.Request.Headers.Authorization = "Bearer " + token;
        if (!ShownToken.IsSigned(token) || await http.AuthenticateAsync(OAuthScheme.Name) is not { Succeeded: true } known)
        {
            await SayAsync(http, StatusCodes.Status403Forbidden, http.Features.Get<BearerRefusal>()?.Sentence ?? "The access token of the provider is no signed JWT, which this server could check.");
            return;
        }

        http.Response.Cookies.Append(ConsoleAccess.Cookie, token, new CookieOptions
        {
            HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", Expires = known.Properties?.ExpiresUtc, IsEssential = true,
        });
        http.Response.Redirect(context.ReturnUri ?? ConsolePath);
    }

    private static Task FailAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        return SayAsync(context.HttpContext, StatusCodes.Status401Unauthorized, CanBeginAgain(context.Failure)
            ? $"Nobody was signed in: it was cancelled, took longer than {s_patience.TotalMinutes} minutes, or did not begin in this browser. Begin again at {StartPath}."
            : "Nobody was signed in: the provider refused this server, or did not answer as it should. To begin again helps only when that is over; the log of the server says what it was, for the people who run it.");
    }

    /// <summary>
    /// Whether the person, or time, ended it: what came back does not belong to what began in this browser, the person said no at the provider, or the code
    /// was used already or has expired. Anything else is between provider and server (a secret, a scope, an address, an outage), and the handler has
    /// logged it.
    /// </summary>
    private static bool CanBeginAgain(Exception? failure) => failure switch
    {
        AuthenticationFailureException or OpenIdConnectProtocolInvalidNonceException or null => true,
        _ => failure.Data["error"] is "access_denied" or "invalid_grant",
    };

    private static Task SayAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync(sentence, context.RequestAborted);
    }
}
