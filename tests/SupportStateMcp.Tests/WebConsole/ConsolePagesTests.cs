using System.Net;
using System.Net.Http.Headers;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>The files of the console, as they are sent.</summary>
public sealed class ConsolePagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/console", "text/html")]
    [InlineData("/console/", "text/html")]
    [InlineData("/console/queue", "text/html")]
    [InlineData("/console/conversations/cs-TKT-001", "text/html")]
    [InlineData("/console/conversations/%3Cscript%3E/x", "text/html")]
    [InlineData("/console/sign-in", "text/html")]
    [InlineData("/console/main.js", "text/javascript")]
    [InlineData("/console/console.css", "text/css")]
    public async Task A_file_is_served_to_everybody_and_may_do_nothing_but_what_the_console_does(string path, string type)
    {
        using var response = await server.SendAsync(HttpMethod.Get, path);

        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(response.Headers.CacheControl!.NoCache);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        using var first = await server.SendAsync(HttpMethod.Get, "/console/texts.js");
        var tag = first.Headers.ETag!.ToString();
        using var again = await server.SendAsync(HttpMethod.Get, "/console/texts.js", headers: ("If-None-Match", $"\"other\", {tag}"));
        using var changed = await server.SendAsync(HttpMethod.Get, "/console/texts.js", headers: ("If-None-Match", "\"other\""));
        using var head = await server.SendAsync(HttpMethod.Head, "/console/texts.js");

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal(tag, again.Headers.ETag!.ToString());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (changed.StatusCode, head.StatusCode));
        Assert.Equal(first.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("GET", "/console/nothing.js", HttpStatusCode.NotFound)]
    [InlineData("GET", "/console/index.html", HttpStatusCode.NotFound)]
    [InlineData("GET", "/consoles", HttpStatusCode.NotFound)]
    [InlineData("GET", "/console/../main.js", HttpStatusCode.NotFound)]
    [InlineData("GET", "/console/..%2fmain.js", HttpStatusCode.NotFound)]
    [InlineData("POST", "/console/queue", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/console/main.js", HttpStatusCode.NotFound)]
    public async Task Nothing_else_is_there(string method, string path, HttpStatusCode status)
    {
        using var response = await server.SendAsync(new HttpMethod(method), path);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_stranger_in_front_of_the_server_gets_no_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/console"));
        request.Headers.Host = "evil.example";
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public void All_files_together_are_small() => Assert.InRange(ConsoleFiles.All.Values.Sum(f => f.Content.Length), 1, 200_000);

    [Fact]
    public async Task The_front_page_leads_to_the_console()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.SendAsync(request, Stop);

        Assert.Contains("<a href=\"/console\">", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }
}
