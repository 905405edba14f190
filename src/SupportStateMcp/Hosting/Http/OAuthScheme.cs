using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// How access tokens of the provider are checked (RFC 9068, section 4; RFC 8725): signature, issuer, audience and time, all of them, and
/// nothing that the token itself says of how it is to be checked but the id of its key.
/// </summary>
internal sealed class OAuthScheme(OAuthOptions oauth, ProviderKeys keys, TimeProvider time)
{
    public const string Name = "OAuth";

    private const string Unreadable = "is not a signed JWT that this server reads";

    /// <summary>How far the clocks of provider and server may be apart.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>Asymmetric ones alone: with a shared secret anybody who can check a token could make one.</summary>
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public void Configure(JwtBearerOptions options)
    {
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.RefreshOnIssuerKeyNotFound = false;
        options.ConfigurationManager = keys;
        options.TokenValidationParameters = Parameters(oauth.Issuer, ResourceMetadata.AudiencesOf(oauth.Audience), time);
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = ReceiveAsync,
            OnTokenValidated = Validated,
            OnAuthenticationFailed = Failed,
        };
    }

    /// <summary>What a token of the provider for one of these audiences has to be.</summary>
    public static TokenValidationParameters Parameters(string issuer, IEnumerable<string> audiences, TimeProvider time) => new()
    {
        ValidIssuer = issuer,
        ValidAudiences = audiences,
        ValidAlgorithms = s_algorithms,
        ValidateIssuer = true,
        ValidateAudience = true,
        ValidateLifetime = true,
        ValidateIssuerSigningKey = true,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        RequireAudience = true,
        LifetimeValidator = (notBefore, expires, _, _) => IsInTime(notBefore, expires, time),
    };

    private static bool IsInTime(DateTime? notBefore, DateTime? expires, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (expires is not { } end)
            throw new SecurityTokenNoExpirationException();
        if (end + ClockSkew <= now)
            throw new SecurityTokenExpiredException();
        return notBefore is not { } start || start - ClockSkew <= now ? true : throw new SecurityTokenNotYetValidException();
    }

    private async Task ReceiveAsync(MessageReceivedContext context)
    {
        var token = ShownToken.Of(context.Request)!;
        // What says that it must be understood is not (RFC 7515, section 4.1.11).
        if (TokenParts.Header(token) is not { } header || header.TryGetProperty("crit", out _))
        {
            Refuse(context.HttpContext, "The token cannot be read", Unreadable);
            context.Fail("The token cannot be read.");
            return;
        }

        if (await keys.FindAsync(header.Text("kid"), context.HttpContext.RequestAborted) is null)
        {
            new BearerRefusal(
                StatusCodes.Status503ServiceUnavailable, "",
                $"The token cannot be checked: {oauth.Issuer} does not say its keys. Nothing was done; try again in a moment. The server's log says why.").Note(context.HttpContext);
            context.Fail("The provider does not say its keys.");
            return;
        }

        context.Token = token;
    }

    private Task Validated(TokenValidatedContext context)
    {
        var (caller, refusal) = TokenParts.Claims(ShownToken.Of(context.Request)!) is { } claims
            ? OAuthCaller.Read(claims, oauth)
            : (null, BearerRefusal.Invalid("The token cannot be read", Sentence(Unreadable)));
        refusal?.Note(context.HttpContext);
        if (caller is not null)
            context.Principal = CallerClaims.Of(caller, Name);
        else
            context.Fail("The token names nobody who may call.");
        return Task.CompletedTask;
    }

    private Task Failed(AuthenticationFailedContext context)
    {
        var (description, what) = context.Exception switch
        {
            SecurityTokenExpiredException => ("The token has expired", "has expired"),
            SecurityTokenNotYetValidException => ("The token is not valid yet", "is not valid yet"),
            SecurityTokenNoExpirationException => ("The token has no end", "does not say when it expires"),
            SecurityTokenInvalidAudienceException => ("The token is for another audience", $"is not for this server: its aud does not name {oauth.Audience}"),
            SecurityTokenInvalidIssuerException => ("The token is of another issuer", "is of another issuer"),
            SecurityTokenInvalidAlgorithmException => ("The algorithm of the token is not accepted", "is signed with an algorithm that is not accepted"),
            _ => ("The signature of the token is not valid", "has no signature of this provider"),
        };
        Refuse(context.HttpContext, description, what);
        return Task.CompletedTask;
    }

    private void Refuse(HttpContext context, string description, string what) => BearerRefusal.Invalid(description, Sentence(what)).Note(context);

    private string Sentence(string what) => $"The token {what}. Get an access token for this server from {oauth.Issuer}.";
}
