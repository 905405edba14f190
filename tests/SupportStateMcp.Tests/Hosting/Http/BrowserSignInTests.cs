using System.Net;
using System.Security.Cryptography;
using System.Web;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Hosting;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>People sign in with a browser, at a real provider, step by step as a browser goes.</summary>
public sealed class BrowserSignInTests : IAsyncLifetime
{
    private readonly HttpClient _browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private TokenProvider _provider = null!;
    private RestProbe _server = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await TokenProvider.StartAsync();
        _server = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Who_signs_in_at_the_provider_has_their_token_in_a_cookie_of_this_host_alone()
    {
        var (toProvider, meanwhile) = await BeginAsync(_server);
        var asked = HttpUtility.ParseQueryString(toProvider.Query);
        Assert.Equal(
            ("code", "S256", "openid", $"{_server.Address}console/sign-in/callback"), (asked["response_type"], asked["code_challenge_method"], asked["scope"], asked["redirect_uri"]));
        Assert.All(meanwhile, cookie => Assert.Matches("; secure; samesite=lax; httponly", cookie));

        using var finished = await GetAsync(await AgreeAsync(toProvider), meanwhile);

        Assert.Equal((HttpStatusCode.Redirect, "/console"), (finished.StatusCode, finished.Headers.Location?.ToString()));
        var cookie = Assert.Single(finished.Headers.GetValues("Set-Cookie"), c => c.StartsWith("__Host-supportstate=", StringComparison.Ordinal));
        Assert.Matches("; expires=[^;]+; path=/; secure; samesite=strict; httponly$", cookie);
        var token = cookie.Split('=', 2)[1].Split(';')[0];
        using var rest = await _server.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, "/support/probe/T-1")), token);
        Assert.Contains("human:alice approver", await rest.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/console/approvals/ap-0f3a9c21-TKT-001?x=%C3%A9", "/console/approvals/ap-0f3a9c21-TKT-001?x=%C3%A9")]
    [InlineData("/support/tickets", "/console")]
    [InlineData("https://evil.example/console/", "/console")]
    [InlineData("/console//evil.example", "/console")]
    [InlineData("/console/\\evil.example", "/console")]
    [InlineData("/console/é", "/console")]
    [InlineData("/console/sign-in/provider", "/console")]
    public async Task Who_was_going_to_a_page_of_the_console_gets_there(string to, string where)
    {
        var (toProvider, meanwhile) = await BeginAsync(_server, "?to=" + Uri.EscapeDataString(to));

        using var finished = await GetAsync(await AgreeAsync(toProvider), meanwhile);

        Assert.Equal((HttpStatusCode.Redirect, where), (finished.StatusCode, finished.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Who_signs_in_when_the_keys_have_changed_is_signed_in()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(time: time);
        var (toProvider, meanwhile) = await BeginAsync(server);
        _provider.Keys[0] = TokenProvider.NewEc();
        time.Advance(ProviderKeys.LeastPause);

        using var finished = await GetAsync(await AgreeAsync(toProvider), meanwhile);

        Assert.Equal((HttpStatusCode.Redirect, "/console"), (finished.StatusCode, finished.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task OpenIddict_signs_people_in_and_its_programs_are_programs()
    {
        await using var provider = await OpenIddictProvider.StartAsync();
        await using var server = await StartAsync(provider.Issuer.ToString());
        var (toProvider, meanwhile) = await BeginAsync(server);

        using var finished = await GetAsync(await AgreeAsync(toProvider), meanwhile);

        Assert.Equal((HttpStatusCode.Redirect, "/console"), (finished.StatusCode, finished.Headers.Location?.ToString()));
        var token = Cookies(finished).Single(c => c.StartsWith("__Host-supportstate=", StringComparison.Ordinal)).Split('=', 2)[1].Split(';')[0];
        Assert.StartsWith("human:alice approver", await WhoAsync(server, token), StringComparison.Ordinal);

        using var asked = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = TokenProvider.ClientId, ["client_secret"] = TokenProvider.ClientSecret,
        });
        using var granted = await _browser.PostAsync(new Uri(provider.Issuer, "connect/token"), asked, TestContext.Current.CancellationToken);
        var programs = (string)(await RestProbe.JsonOf(granted))["access_token"]!;
        Assert.StartsWith($"ai:{TokenProvider.ClientId} auditor", await WhoAsync(server, programs), StringComparison.Ordinal);

        static async Task<string> WhoAsync(RestProbe server, string token)
        {
            using var answer = await server.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/support/probe/T-1")), token);
            return (string)(await RestProbe.JsonOf(answer))["status"]!;
        }
    }

    [Fact]
    public async Task Another_instance_can_finish_what_one_began()
    {
        await using var other = await StartAsync();
        var (toProvider, meanwhile) = await BeginAsync(_server);
        var back = await AgreeAsync(toProvider);
        // The balancer sends the browser elsewhere; to it the address is the same.
        var elsewhere = new UriBuilder(back) { Port = other.Address.Port }.Uri;

        using var finished = await GetAsync(elsewhere, meanwhile, host: _server.Address.Authority);

        Assert.Equal(HttpStatusCode.Redirect, finished.StatusCode);
    }

    [Theory]
    [InlineData("no cookies")]
    [InlineData("another state")]
    [InlineData("another code")]
    [InlineData("cancelled")]
    [InlineData("twice")]
    public async Task What_did_not_begin_and_end_in_this_browser_signs_nobody_in(string how)
    {
        var (toProvider, meanwhile) = await BeginAsync(_server);
        var back = await AgreeAsync(toProvider);
        var query = HttpUtility.ParseQueryString(back.Query);
        switch (how)
        {
            case "no cookies":
                meanwhile = [];
                break;
            case "another state":
                query["state"] = HttpUtility.ParseQueryString((await BeginAsync(_server)).ToProvider.Query)["state"];
                break;
            case "another code":
                query["code"] = "guessed";
                break;
            case "cancelled":
                query.Remove("code");
                query["error"] = "access_denied";
                break;
            default:
                (await GetAsync(back, meanwhile)).Dispose();
                break;
        }

        using var refused = await GetAsync(new UriBuilder(back) { Query = query.ToString() }.Uri, meanwhile);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.DoesNotContain(Cookies(refused), c => c.StartsWith("__Host-supportstate=", StringComparison.Ordinal));
        var told = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("Nobody was signed in", told, StringComparison.Ordinal);
        Assert.Contains("Begin again at", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another secret", "invalid_client")]
    [InlineData("a scope that is none", "invalid_scope")]
    [InlineData("no answer", "Error: ")]
    public async Task Where_the_provider_refuses_the_server_the_page_says_so_and_the_log_says_why(string why, string logged)
    {
        await using var server = await StartAsync(secret: why == "another secret" ? "none of the console" : TokenProvider.ClientSecret);
        var (toProvider, meanwhile) = await BeginAsync(server);
        var back = await AgreeAsync(toProvider);
        var query = HttpUtility.ParseQueryString(back.Query);
        if (why == "a scope that is none")
        {
            query.Remove("code");
            query["error"] = "invalid_scope";
        }

        _provider.IsDown = why == "no answer";
        using var refused = await GetAsync(new UriBuilder(back) { Query = query.ToString() }.Uri, meanwhile);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.StartsWith(
            "Nobody was signed in: the provider refused this server", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains(server.Log.Lines, l => l.StartsWith("Error: ", StringComparison.Ordinal) && l.Contains(logged, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"aud":"https://other.example"}""", HttpStatusCode.Forbidden, "is not for this server")]
    [InlineData("""{"sub":"two words"}""", HttpStatusCode.Forbidden, "names nobody")]
    [InlineData("long", HttpStatusCode.BadGateway, "which is what a cookie holds")]
    public async Task A_token_that_would_not_count_is_not_kept(string claims, HttpStatusCode status, string told)
    {
        _provider.Claims = claims == "long" ? $$"""{"groups":"{{new string('g', 4_000)}}"}""" : claims;
        var (toProvider, meanwhile) = await BeginAsync(_server);

        using var refused = await GetAsync(await AgreeAsync(toProvider), meanwhile);

        Assert.Equal(status, refused.StatusCode);
        Assert.Contains(told, await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain(Cookies(refused), c => c.StartsWith("__Host-supportstate=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_provider_is_silent_nobody_is_sent_there()
    {
        _provider.IsDown = true;
        await using var server = await StartAsync();

        using var response = await GetAsync(new Uri(server.Address, BrowserSignIn.StartPath), []);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public void What_is_sealed_opens_with_the_same_secret_for_the_same_purpose_alone()
    {
        byte[] text = [1, 2, 3];
        var seal = new SecretSeal("secret").CreateProtector("state");
        var closed = seal.Protect(text);

        Assert.Equal(text, new SecretSeal("secret").CreateProtector("state").Unprotect(closed));
        Assert.ThrowsAny<CryptographicException>(() => new SecretSeal("other").CreateProtector("state").Unprotect(closed));
        Assert.ThrowsAny<CryptographicException>(() => new SecretSeal("secret").CreateProtector("nonce").Unprotect(closed));
        Assert.ThrowsAny<CryptographicException>(() => seal.Unprotect([1, 2]));
        closed[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => seal.Unprotect(closed));
    }

    private Task<RestProbe> StartAsync(string? issuer = null, TimeProvider? time = null, string secret = TokenProvider.ClientSecret) => RestProbe.StartAsync(
        o => o with
        {
            OAuth = new OAuthOptions(issuer ?? _provider.Issuer, TokenProvider.Audience) { Browser = new BrowserSignInOptions(TokenProvider.ClientId, secret, ["openid"]) },
        },
        services => services.AddSingleton(time ?? TimeProvider.System));

    /// <summary>The browser is sent to the provider, and keeps cookies for when it comes back.</summary>
    private async Task<(Uri ToProvider, string[] Meanwhile)> BeginAsync(RestProbe server, string query = "")
    {
        using var response = await GetAsync(new Uri(server.Address, BrowserSignIn.StartPath + query), []);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return (response.Headers.Location!, Cookies(response));
    }

    private async Task<Uri> AgreeAsync(Uri toProvider)
    {
        using var response = await GetAsync(toProvider, []);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return response.Headers.Location!;
    }

    private Task<HttpResponseMessage> GetAsync(Uri address, string[] cookies, string? host = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = host;
        if (cookies.Length > 0)
            request.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => c.Split(';')[0])));
        return _browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string[] Cookies(HttpResponseMessage response) => response.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [];
}
