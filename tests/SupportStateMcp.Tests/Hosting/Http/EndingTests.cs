using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>How calls and servers end.</summary>
public class EndingTests
{
    [Fact]
    public async Task A_SIGTERM_lets_a_running_call_finish()
    {
        await using var server = await ServerProcess.HttpAsync();
        const string Body = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_conversations","arguments":{}}}""";
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Endpoint.Host, server.Endpoint.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();

        // The call runs as soon as its headers are there; its body takes its time.
        await WriteAsync(stream, $"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nExpect: 100-continue\r\nContent-Length: {Body.Length}\r\n\r\n");
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        server.Terminate();
        await UntilNoLongerListeningAsync(server.Endpoint);
        await WriteAsync(stream, Body);

        var reply = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("HTTP/1.1 200 OK", reply, StringComparison.Ordinal);
        Assert.Contains("\"structuredContent\":{\"conversations\":[]", reply, StringComparison.Ordinal);
        Assert.Equal(0, await server.ExitAsync());
        Assert.DoesNotContain("   at ", server.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_SIGTERM_ends_an_open_stream_at_once()
    {
        await using var server = await ServerProcess.HttpAsync();
        using var http = new HttpClient();
        using var stream = await http.SendAsync(
            ListeningServer.Modern(server.Endpoint, "subscriptions/listen", "\"notifications\":{}"),
            HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        var started = TimeProvider.System.GetTimestamp();

        server.Terminate();

        Assert.Equal(0, await server.ExitAsync());
        // A stream that had to be waited for would take the whole time that calls have to end in, 20 s.
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(18));
    }

    [Fact]
    public async Task A_server_that_stops_answers_who_waits_for_a_ticket()
    {
        using var directory = new TemporaryDirectory();
        await using var app = HttpHost.Build(
            new ServerOptions { Backend = Backend.Sqlite, Directory = directory.Path, Url = new Uri("http://127.0.0.1:0") },
            services =>
            {
                var store = services.Last(s => s.ServiceType == typeof(IConversationStore)).ImplementationType!;
                services.AddSingleton<IConversationStore>(p => new StoreAround((IConversationStore)ActivatorUtilities.CreateInstance(p, store)));
            });
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.Null((await app.Services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(OneRun.Report(), TestContext.Current.CancellationToken)).Error);
        using var http = new HttpClient();
        var waiting = http.GetAsync(new Uri(app.Urls.Single() + "/support/status/TKT-001?wait=30"), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => ((StoreAround)app.Services.GetRequiredService<IConversationStore>()).Watchers == 1, () => "Nobody waits.");
        var started = TimeProvider.System.GetTimestamp();

        await app.StopAsync(TestContext.Current.CancellationToken);

        using var response = await waiting;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"RUNNING\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_its_call()
    {
        using var directory = new TemporaryDirectory();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var waiting = McpServerTool.Create(
            async (CancellationToken cancellationToken) =>
            {
                started.SetResult();
                await using var registration = cancellationToken.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            },
            new McpServerToolCreateOptions { Name = "wait" });
        await using var app = HttpHost.Build(
            new ServerOptions { Backend = Backend.Sqlite, Directory = directory.Path, Url = new Uri("http://127.0.0.1:0") },
            services => services.AddSingleton(waiting));
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        using var goes = new CancellationTokenSource();

        var call = http.SendAsync(
            ListeningServer.Post(new Uri(app.Urls.Single() + "/mcp"), """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait","arguments":{}}}"""),
            goes.Token);
        await started.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await goes.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await cancelled.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
    }

    private static async Task UntilNoLongerListeningAsync(Uri endpoint)
    {
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(endpoint.Host, endpoint.Port, TestContext.Current.CancellationToken);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private static Task WriteAsync(NetworkStream stream, string text) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken).AsTask();
}
