using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Web pages that call the server, proxies before it, and people who open it in a browser.</summary>
public sealed class BrowserTests(BrowserServer shared) : IClassFixture<BrowserServer>, IAsyncDisposable
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
    private const string Page = BrowserServer.Page;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private BrowserServer? _own;

    private BrowserServer Server => _own ?? shared;

    private Uri Endpoint => Server.Endpoint;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_own is not null)
            await _own.DisposeAsync();
    }

    [Theory]
    [InlineData(Page, "POST", "content-type,mcp-protocol-version,mcp-session-id,authorization,mcp-param-x")]
    [InlineData(Page, "GET", "authorization,last-event-id")]
    [InlineData(Page, "DELETE", "mcp-session-id")]
    [InlineData("http://localhost:5173", "POST", "content-type")]
    public async Task A_preflight_of_an_allowed_page_is_answered_without_a_token(string origin, string method, string headers)
    {
        using var request = Preflight(origin, method, headers);
        request.Headers.Add("Access-Control-Request-Private-Network", "true");

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(origin, Header(response, "Access-Control-Allow-Origin"));
        Assert.Contains(method, Header(response, "Access-Control-Allow-Methods")!, StringComparison.Ordinal);
        Assert.Equal(headers, Header(response, "Access-Control-Allow-Headers"), ignoreCase: true);
        Assert.Equal("600", Header(response, "Access-Control-Max-Age"));
        Assert.Equal("true", Header(response, "Access-Control-Allow-Private-Network"));
        Assert.Null(Header(response, "Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://desk.example.evil.example")]
    [InlineData("http://desk.example")]
    [InlineData("https://desk.example:444")]
    [InlineData("null")]
    public async Task A_preflight_of_another_page_is_refused(string origin)
    {
        using var response = await SendAsync(Preflight(origin, "POST", "content-type"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Null(Header(response, "Access-Control-Allow-Origin"));
        Assert.Contains("http.allowedOrigins", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_reads_the_answer_also_one_that_refuses()
    {
        using var call = Post();
        call.Headers.Add("Origin", Page);
        using var stranger = ListeningServer.Post(Endpoint, Ping);
        stranger.Headers.Add("Origin", Page);

        using var answered = await SendAsync(call);
        using var refused = await SendAsync(stranger);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (answered.StatusCode, refused.StatusCode));
        Assert.All([answered, refused], r => Assert.Equal(Page, Header(r, "Access-Control-Allow-Origin")));
        Assert.All([answered, refused], r => Assert.Contains("Mcp-Session-Id", Header(r, "Access-Control-Expose-Headers")!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("desk.example", HttpStatusCode.OK)]
    [InlineData("DESK.example:8080", HttpStatusCode.OK)]
    [InlineData("port.example:8443", HttpStatusCode.OK)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("port.example", HttpStatusCode.Forbidden)]
    [InlineData("port.example:1", HttpStatusCode.Forbidden)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("desk.example.evil.example", HttpStatusCode.Forbidden)]
    public async Task The_server_answers_to_the_names_it_was_told(string host, HttpStatusCode status)
    {
        using var request = Post();
        request.Headers.Host = host;

        using var response = await SendAsync(request);

        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.Forbidden)
        {
            Assert.Contains(
                $"This server does not answer to the Host '{host}'; http.allowedHosts lists the names",
                (string?)HttpReply.Of(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))["error"]!["message"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Told_names_bind_also_a_server_on_every_address()
    {
        await StartAsync(o => o with { Url = new Uri("http://0.0.0.0:0"), AllowedHosts = ["desk.example"] });
        using var request = ListeningServer.Post(new Uri($"http://127.0.0.1:{Endpoint.Port}/mcp"), Ping);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Token);
        request.Headers.Host = "evil.example";

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1/32", "https://desk.example/mcp")]
    [InlineData("127.0.0.0/8", "https://desk.example/mcp")]
    [InlineData("10.0.0.0/8", "http://127.0.0.1")]
    [InlineData(null, "http://127.0.0.1")]
    public async Task Forwarded_headers_are_taken_from_trusted_proxies_alone(string? proxy, string shown)
    {
        await StartAsync(o => o with { AllowedHosts = ["desk.example"], TrustedProxies = proxy is null ? [] : [System.Net.IPNetwork.Parse(proxy)] });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint, "/"));
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "desk.example");

        using var response = await SendAsync(request);

        Assert.Contains($"to {shown}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_a_trusted_proxy_passes_on_is_checked_like_any_other()
    {
        await StartAsync(o => o with { AllowedHosts = ["desk.example"], TrustedProxies = [System.Net.IPNetwork.Parse("127.0.0.1/32")] });
        using var request = Post();
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Host", "evil.example");

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("/", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html")]
    [InlineData("/mcp", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html")]
    [InlineData("/", "*/*", "text/plain")]
    public async Task A_browser_is_told_what_this_is_and_how_to_connect(string path, string accept, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint, path));
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await SendAsync(request);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Contains("Model Context Protocol", body, StringComparison.Ordinal);
        Assert.Contains(Endpoint.ToString(), body, StringComparison.Ordinal);
        Assert.Contains("Authorization: Bearer", body, StringComparison.Ordinal);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Header(response, "Content-Security-Policy"));
    }

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("application/json, text/event-stream")]
    [InlineData("*/*")]
    public async Task A_client_that_asks_for_a_stream_gets_no_page(string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Endpoint);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Token);

        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task The_page_is_not_for_the_pages_of_strangers()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint, "/"));
        request.Headers.Host = "evil.example";
        using var response = await SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Another_path_says_where_to_look()
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint, "/sse")));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("/mcp", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>A server of this test's own in the place of the shared one.</summary>
    private ValueTask StartAsync(Func<ServerOptions, ServerOptions> with)
    {
        _own = new BrowserServer(with);
        return _own.InitializeAsync();
    }

    private HttpRequestMessage Preflight(string origin, string method, string headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, Endpoint);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return request;
    }

    private HttpRequestMessage Post()
    {
        var request = ListeningServer.Post(Endpoint, Ping);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Token);
        return request;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request, TestContext.Current.CancellationToken);
}

/// <summary>A server in this process that asks for a token, and serves one page and two names.</summary>
public sealed class BrowserServer : IAsyncLifetime
{
    public const string Page = "https://desk.example";

    private readonly TemporaryDirectory _directory = new();
    private readonly Func<ServerOptions, ServerOptions> _with;
    private WebApplication _app = null!;

    public BrowserServer() => _with = o => o with { AllowedOrigins = [Page], AllowedHosts = ["desk.example", "port.example:8443"] };

    internal BrowserServer(Func<ServerOptions, ServerOptions> with) => _with = with;

    public string Token { get; } = AccessToken.Create();

    public Uri Endpoint => new(_app.Urls.Single() + "/mcp");

    public async ValueTask InitializeAsync()
    {
        _app = HttpHost.Build(_with(new ServerOptions
        {
            Backend = Backend.Sqlite,
            Directory = _directory.Path,
            Url = new Uri("http://127.0.0.1:0"),
            Tokens = [new AccessToken(AccessToken.Digest(Token), new Caller(new Actor(ActorKind.Ai, "bot"), Roles.Agent))],
        }));
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _directory.Dispose();
    }
}
