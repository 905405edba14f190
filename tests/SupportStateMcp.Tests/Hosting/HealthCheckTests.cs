using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Processes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

public sealed class HealthCheckTests
{
    [Theory]
    [InlineData(HttpStatusCode.OK, 0)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 1)]
    public async Task A_server_is_healthy_when_it_says_that_it_is_ready(HttpStatusCode says, int exitCode)
    {
        await using var server = await StartAsync(says);

        Assert.Equal(exitCode, await HealthCheck.RunAsync(new Uri(server.Urls.Single()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Where_nothing_listens_nothing_is_healthy() =>
        Assert.Equal(1, await HealthCheck.RunAsync(new Uri($"http://127.0.0.1:{RedisServer.FreePort()}"), TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_proxy_of_the_environment_is_not_asked_for_it()
    {
        await using var server = await StartAsync(HttpStatusCode.OK);

        var (exitCode, _, errors) = await ServerProcess.RunAsync(["health", "--url", server.Urls.Single()], ProxyTests.Environment());

        Assert.True(exitCode == 0, errors);
    }

    [Theory]
    [InlineData("http://0.0.0.0:3001", "http://127.0.0.1:3001/health/ready")]
    [InlineData("http://[::]:3001", "http://127.0.0.1:3001/health/ready")]
    [InlineData("http://10.1.2.3:80", "http://10.1.2.3/health/ready")]
    public void A_server_bound_to_every_address_is_asked_on_this_machines_own(string bound, string asked) =>
        Assert.Equal(new Uri(asked), HealthCheck.ReadyAt(new Uri(bound)));

    private static async Task<WebApplication> StartAsync(HttpStatusCode says)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/health/ready", () => Results.Text("said", statusCode: (int)says));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
