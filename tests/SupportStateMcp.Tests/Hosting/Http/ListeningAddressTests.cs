using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Hosting;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Where the server really listens.</summary>
public sealed class ListeningAddressTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task What_the_environment_and_the_working_directory_tell_Kestrel_is_not_read()
    {
        string[] names =
        [
            "Kestrel__Endpoints__X__Url", "ASPNETCORE_Kestrel__Endpoints__X__Url", "DOTNET_Kestrel__Endpoints__X__Url",
            "ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_HTTP_PORTS", "HTTP_PORTS", "PORT",
        ];
        int[] ports = [.. Enumerable.Range(0, names.Length + 1).Select(_ => RedisServer.FreePort())];
        var variables = names.Zip(ports, (name, port) => (name, Value: name.EndsWith("PORTS", StringComparison.Ordinal) || name == "PORT"
            ? port.ToString(CultureInfo.InvariantCulture) : $"http://0.0.0.0:{port}")).ToDictionary(v => v.name, v => v.Value);
        variables["ASPNETCORE_ENVIRONMENT"] = variables["DOTNET_ENVIRONMENT"] = "Development";
        variables["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "NoSuchAssembly";
        variables["ASPNETCORE_CONTENTROOT"] = "/no/such/folder";
        foreach (var file in (string[])["appsettings.json", "appsettings.Production.json", "appsettings.Development.json"])
            _directory.File(file, $$$"""{"Kestrel": {"Endpoints": {"Y": {"Url": "http://0.0.0.0:{{{ports[^1]}}}"} } }, "Urls": "http://0.0.0.0:{{{ports[^1]}}}"}""");

        await using var server = await ServerProcess.HttpInAsync(_directory.Path, variables);

        Assert.Equal("127.0.0.1", server.Endpoint.Host);
        Assert.DoesNotContain(server.Endpoint.Port, ports);
        Assert.All(ports, port => Assert.False(IsOpen(port), $"It listens on {port}.\n{server.Errors}"));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task Without_tokens_an_endpoint_that_other_machines_reach_is_not_opened_whoever_adds_it(string address)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var app = HttpHost.Build(Options(), services => services.Configure<KestrelServerOptions>(k => k.Listen(IPAddress.Parse(address), 0)));
            await app.StartAsync(TestContext.Current.CancellationToken);
        });

        Assert.Contains("without http.tokens", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1", 403)]
    [InlineData("2001:db8::1", 403)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData(null, 200)]
    public async Task Without_tokens_the_address_that_a_request_came_in_at_decides(string? local, int status)
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);

        await ListeningAddress.RefuseOtherMachinesAsync(context, _ => Task.CompletedTask);

        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0", "127.0.0.1")]
    [InlineData("http://[::1]:0", "[::1]")]
    [InlineData("http://0.0.0.0:0", "0.0.0.0")]
    [InlineData("http://desk.example:0", "[::]")]
    public async Task It_listens_where_the_url_says(string url, string host)
    {
        var options = Options() with { Url = new Uri(url), Tokens = [new AccessToken(AccessToken.Digest("t"), new Caller(new Actor(ActorKind.Ai, "bot"), Roles.Agent))] };
        await using var app = HttpHost.Build(options);

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(host, new Uri(Assert.Single(app.Urls)).Host);
    }

    public void Dispose() => _directory.Dispose();

    private ServerOptions Options() => new() { Backend = Backend.Sqlite, Directory = _directory.Path, Url = new Uri("http://127.0.0.1:0") };

    private static bool IsOpen(int port)
    {
        try
        {
            using var probe = new TcpClient();
            probe.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
