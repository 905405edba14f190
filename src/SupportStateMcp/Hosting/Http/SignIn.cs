using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Who calls over HTTP: by a token of <c>http.tokens</c>, or by an access token of the provider in <c>http.oauth</c>. One scheme stands before
/// both, and sends a token that is a signed JWT to the provider's, each other to the list's.
/// </summary>
internal static class SignIn
{
    private const string SchemeName = "SignIn";

    public static void AddSignIn(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(new ConnectionIdentity(actor: null, roles: null, authenticates: true));
        services.AddSingleton(s => new AccessTokens(options.Tokens, s.GetRequiredService<TimeProvider>()));
        // Not AddAuthentication: it adds data protection as well, which writes keys to the home folder of the user who starts the server.
        services.AddAuthenticationCore(o => o.DefaultScheme = SchemeName).AddWebEncoders();
        var schemes = new AuthenticationBuilder(services).AddScheme<StaticTokenOptions, StaticTokenHandler>(StaticTokenHandler.SchemeName, o => o.Provider = options.OAuth);
        if (options.OAuth is { } oauth)
        {
            services.AddSingleton(s => new ProviderKeys(oauth, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ProviderKeys>>()));
            services.AddHostedService<ProviderCheck>();
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>>(s => new ConfigureNamedOptions<JwtBearerOptions>(
                OAuthScheme.Name, o => new OAuthScheme(oauth, s.GetRequiredService<ProviderKeys>(), s.GetRequiredService<TimeProvider>()).Configure(o)));
            if (oauth.Browser is { } browser)
                AddBrowser(schemes, oauth, browser);
            schemes.AddScheme<JwtBearerOptions, JwtBearerHandler>(OAuthScheme.Name, configureOptions: null);
        }

        schemes.AddPolicyScheme(SchemeName, displayName: null, o =>
        {
            o.ForwardDefaultSelector = context => options.OAuth is not null && ShownToken.Of(context.Request) is { } token && ShownToken.IsSigned(token)
                ? OAuthScheme.Name
                : StaticTokenHandler.SchemeName;
            // Whichever has refused, it has noted why.
            o.ForwardChallenge = StaticTokenHandler.SchemeName;
        });
        services.AddAuthorization();
        if (options.TokenFile is { } file)
            services.AddHostedService(s => new TokenReload(file, s.GetRequiredService<AccessTokens>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<TokenReload>>()));
    }

    private static void AddBrowser(AuthenticationBuilder schemes, OAuthOptions oauth, BrowserSignInOptions browser)
    {
        schemes.Services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>>(s => new ConfigureNamedOptions<OpenIdConnectOptions>(
            BrowserSignIn.SchemeName, o => new BrowserSignIn(oauth, browser, s.GetRequiredService<ProviderKeys>(), s.GetRequiredService<TimeProvider>()).Configure(o)));
        schemes.Services.AddSingleton<IPostConfigureOptions<OpenIdConnectOptions>>(new OpenIdConnectPostConfigureOptions(new SecretSeal(browser.ClientSecret)));
        schemes.AddScheme<OpenIdConnectOptions, OpenIdConnectHandler>(BrowserSignIn.SchemeName, configureOptions: null);
    }
}
