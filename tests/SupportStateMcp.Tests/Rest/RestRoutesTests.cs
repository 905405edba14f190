using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Snapshooter.Xunit3;
using SupportStateMcp.Hosting;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Rest;

/// <summary>The routes of REST on the listener of the server: health, the document, and what guards them.</summary>
public sealed class RestRoutesTests(SharedRestProbe shared) : IClassFixture<SharedRestProbe>
{
    private readonly string _token = AccessToken.Create();
    private readonly RestProbe _server = shared.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_is_told_in_three_members()
    {
        using var response = await _server.GetAsync("/health");

        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(
            $$"""{"status":"healthy","store":"sqlite","version":"{{McpServerSetup.Version}}"}""", await response.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Health_is_open_where_the_rest_asks_for_a_token()
    {
        await using var guarded = await GuardedAsync();
        using var probe = new HttpRequestMessage(HttpMethod.Get, new Uri(guarded.Address, "/health")) { Headers = { Host = "10.0.0.7" } };

        using var health = await guarded.SendAsync(probe);
        using var document = await guarded.GetAsync("/openapi/v1.json");
        using var route = await guarded.GetAsync("/support/probe/T-1");
        using var known = await guarded.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(guarded.Address, "/support/probe/T-1")), _token);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK),
            (health.StatusCode, document.StatusCode, route.StatusCode, known.StatusCode));
        Assert.Equal("\"7\"", known.Headers.ETag!.Tag);
    }

    [Theory]
    [InlineData("/support/nothing", "GET", HttpStatusCode.NotFound, "no_such_route", "There is no such route. GET /openapi/v1.json describes those that there are.")]
    [InlineData("/openapi/v2.json", "GET", HttpStatusCode.NotFound, "no_such_route", "There is no such route. GET /openapi/v1.json describes those that there are.")]
    [InlineData("/health", "POST", HttpStatusCode.MethodNotAllowed, "method_not_allowed", "The methods of this route: GET.")]
    [InlineData("/support/probe/T-1?wait=soon", "GET", HttpStatusCode.BadRequest, "invalid_argument", "A parameter in the path or the query is not of its type. GET /openapi/v1.json describes this route.")]
    [InlineData("/support/probe/T-1", "DELETE", HttpStatusCode.MethodNotAllowed, "method_not_allowed", "The methods of this route: GET, POST.")]
    public async Task What_routing_refuses_is_a_problem_too(string path, string method, HttpStatusCode status, string code, string detail)
    {
        using var response = await _server.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(_server.Address, path)));
        var problem = await RestProbe.JsonOf(response);

        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal((code, detail), ((string?)problem["code"], (string?)problem["detail"]));
    }

    [Fact]
    public async Task What_breaks_is_logged_and_not_told()
    {
        using var response = await _server.GetAsync("/support/broken");
        var problem = await RestProbe.JsonOf(response);

        Assert.Equal((HttpStatusCode.InternalServerError, "internal_error"), (response.StatusCode, (string?)problem["code"]));
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(_server.Log.Lines, l => l.Contains("GET /support/broken has failed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host", "evil.example", "This server does not answer to the Host 'evil.example'")]
    [InlineData("Origin", "https://evil.example", "Pages of the Origin 'https://evil.example' may not call this server")]
    [InlineData("Origin", "null", "Pages of the Origin 'null' may not call this server")]
    public async Task Pages_of_strangers_reach_no_route(string header, string value, string detail)
    {
        foreach (var request in (HttpRequestMessage[])[_server.Post("""{"approved": true}"""), new(HttpMethod.Get, new Uri(_server.Address, "/openapi/v1.json"))])
        {
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await _server.SendAsync(request);
            var problem = await RestProbe.JsonOf(response);

            Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (response.StatusCode, (string?)problem["code"]));
            Assert.StartsWith(detail, (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_page_that_may_call_reads_what_a_client_needs()
    {
        await using var server = await RestProbe.StartAsync(o => o with { AllowedOrigins = ["https://desk.example"] });
        var request = server.Post("""{"approved": true}""");
        request.Headers.Add("Origin", "https://desk.example");

        using var response = await server.SendAsync(request);

        Assert.Equal("https://desk.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("ETag", response.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_and_MCP_share_the_cap_on_open_requests()
    {
        await using var server = await RestProbe.StartAsync(configure: services => services.AddSingleton(new RequestCap(most: 1)));
        var held = server.GetAsync("/support/held");
        await server.Entered.Task;

        using var route = await server.GetAsync("/support/probe/T-1");
        using var mcp = await server.SendAsync(ListeningServer.Modern(new Uri(server.Address, "/mcp"), "tools/list"));
        using var health = await server.GetAsync("/health");
        server.Held.SetResult();
        using var released = await held;

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.OK),
            (route.StatusCode, mcp.StatusCode, health.StatusCode, released.StatusCode));
        var problem = await RestProbe.JsonOf(route);
        Assert.Equal(("busy", true, "5"), ((string?)problem["code"], (bool)problem["retryable"]!, route.Headers.RetryAfter!.ToString()));
    }

    [Fact]
    public async Task The_routes_of_before_are_as_they_were()
    {
        using var live = await _server.GetAsync("/health/live");
        using var ready = await _server.GetAsync("/health/ready");
        using var nothing = await _server.GetAsync("/nothing");

        Assert.Equal(("live", "ready"), (await live.Content.ReadAsStringAsync(Stop), await ready.Content.ReadAsStringAsync(Stop)));
        Assert.Equal((HttpStatusCode.NotFound, "text/plain"), (nothing.StatusCode, nothing.Content.Headers.ContentType!.MediaType));
    }

    /// <summary>The document is an interface: a change of it is a decision.</summary>
    [Fact]
    public async Task The_document_is_the_approved_one()
    {
        await using var server = await RestProbe.StartAsync(hasRoutes: false);
        using var response = await server.GetAsync("/openapi/v1.json");
        var document = await RestProbe.JsonOf(response);
        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        Assert.Equal(McpServerSetup.Version, (string?)document["info"]!["version"]);
        // Where the server listens, and its version, are others each time.
        document.Remove("servers");
        document["info"]!["version"] = "-";

        Snapshot.Match(ConnectedServer.Pretty(document));
    }

    [Fact]
    public async Task The_document_says_how_a_write_is_made_and_who_may()
    {
        await using var guarded = await GuardedAsync();
        using var response = await guarded.GetAsync("/openapi/v1.json");
        var document = await RestProbe.JsonOf(response);
        var write = document["paths"]!["/support/probe/{ticket_id}"]!["post"]!;

        Assert.Equal("http", (string?)document["components"]!["securitySchemes"]!["bearer"]!["type"]);
        Assert.Equal("""[{"bearer":[]}]""", write["security"]!.ToJsonString());
        Assert.Null(document["paths"]!["/health"]!["get"]!["security"]);
        Assert.Equal(["ticket_id", "Idempotency-Key", "If-Match"], write["parameters"]!.AsArray().Select(p => (string?)p!["name"]));
        Assert.Equal(["400", "401", "403", "412", "413", "415", "422", "500", "503"], write["responses"]!.AsObject().Select(r => r.Key).Where(s => s != "200").Order());
        Assert.Equal("#/components/schemas/ProblemView", (string?)write["responses"]!["412"]!["content"]!["application/problem+json"]!["schema"]!["$ref"]);
        Assert.Equal("#/components/schemas/ProbeBody", (string?)write["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Equal(["approved", "final_solution", "revise", "number", "amount", "tags"], document["components"]!["schemas"]!["ProbeBody"]!["properties"]!.AsObject().Select(p => p.Key));
    }

    private Task<RestProbe> GuardedAsync() => RestProbe.StartAsync(o => o with
    {
        Tokens = [new AccessToken(AccessToken.Digest(_token), new Caller(new Actor(ActorKind.Human, "alice"), Roles.Approver))],
    });
}
