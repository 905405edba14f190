using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace SupportStateMcp.Tests.Support;

/// <summary>OpenIddict as a provider on a port of this machine, with one client and one person, who is signed in already.</summary>
internal sealed class OpenIddictProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OpenIddictProvider(int port)
    {
        Issuer = new Uri($"http://127.0.0.1:{port}/");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(Issuer.ToString());
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.SetIssuer(Issuer).SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token");
            server.AllowAuthorizationCodeFlow().AllowClientCredentialsFlow().RequireProofKeyForCodeExchange();
            // Without a database: what it would look up there, the handlers below say.
            server.EnableDegradedMode();
            server.AddEphemeralEncryptionKey().AddEphemeralSigningKey().DisableAccessTokenEncryption();
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            server.AddEventHandler<OpenIddictServerEvents.ValidateAuthorizationRequestContext>(h => h.UseInlineHandler(context =>
            {
                if (context.ClientId != TokenProvider.ClientId)
                    context.Reject(Errors.InvalidClient);
                return default;
            }));
            server.AddEventHandler<OpenIddictServerEvents.ValidateTokenRequestContext>(h => h.UseInlineHandler(context =>
            {
                if (context.ClientId != TokenProvider.ClientId || context.ClientSecret != TokenProvider.ClientSecret)
                    context.Reject(Errors.InvalidClient);
                return default;
            }));
            server.AddEventHandler<OpenIddictServerEvents.HandleAuthorizationRequestContext>(h => h.UseInlineHandler(context =>
            {
                context.SignIn(Principal("alice", context.Request.GetScopes()));
                return default;
            }));
            server.AddEventHandler<OpenIddictServerEvents.HandleTokenRequestContext>(h => h.UseInlineHandler(context =>
            {
                if (context.Request.IsClientCredentialsGrantType())
                    context.SignIn(Principal(TokenProvider.ClientId, []));
                return default;
            }));
        });
        _app = builder.Build();
        _app.UseAuthentication();
    }

    public Uri Issuer { get; }

    public static async Task<OpenIddictProvider> StartAsync()
    {
        var provider = new OpenIddictProvider(RedisServer.FreePort());
        await provider._app.StartAsync(TestContext.Current.CancellationToken);
        // Its first answers take seconds on a busy machine, longer than a server waits for a provider.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var document in (string[])[".well-known/openid-configuration", ".well-known/jwks"])
            await http.GetStringAsync(new Uri(provider.Issuer, document), TestContext.Current.CancellationToken);
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static ClaimsPrincipal Principal(string subject, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity("test", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject).SetClaims("roles", ["approver", "auditor"]);
        identity.SetScopes(scopes).SetResources(TokenProvider.Audience).SetDestinations(_ => [Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }
}
