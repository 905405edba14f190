using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>How a page learns that something has changed: by the stream of events, and where there is none by the clock.</summary>
public sealed class LiveTests(Chromium chromium, ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_refreshes_the_page_that_it_concerns_and_the_stream_goes_on_where_it_broke()
    {
        var (streams, calls) = (Channel.CreateUnbounded<string?>(), new ConcurrentQueue<string>());
        var happened = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isFirst = true;
        // In the place of the stream of the server, which tells when it likes.
        await using var own = await ConsoleServer.StartAsync(o => o, null, app => app.MapGet("/events/stream", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            streams.Writer.TryWrite(context.Request.Headers["Last-Event-ID"].FirstOrDefault());
            // The first one breaks at once.
            await context.Response.WriteAsync("retry: 50\nid: a1\ndata: {}\n\n", context.RequestAborted);
            if (isFirst)
            {
                isFirst = false;
                return;
            }

            await context.Response.WriteAsync(await happened.Task.WaitAsync(context.RequestAborted), context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }).WithOrder(-1));
        var id = await own.TalkAsync("LIVE-1", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(own.Address, own.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        Assert.Null(await streams.Reader.ReadAsync(Stop));
        Assert.Equal("a1", await streams.Reader.ReadAsync(Stop));
        await tab.ShowsAsync("Live");
        await own.CallAsync(own.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Are you there?" });
        tab.Page.Request += (_, request) =>
        {
            if (request.Headers.TryGetValue("mcp-name", out var name))
                calls.Enqueue(name);
        };

        happened.SetResult(Event("cs-OTHER", 7) + Event(id, 9));

        await tab.ShowsAsync("Are you there?");
        Assert.Single(calls, "get_history");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Where_there_is_no_stream_the_page_asks_by_the_clock()
    {
        var id = await server.TalkAsync("LIVE-2", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.Page.RouteAsync("**/events/stream", route => route.FulfillAsync(new RouteFulfillOptions { Status = 404 }));
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.ShowsAsync("Checked every 5 seconds");
        await tab.Field("Text").FillAsync("half a sen");
        await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Are you there?" });

        await tab.ShowsAsync("Are you there?");

        // What somebody writes is left alone, and so is the focus.
        Assert.Equal("half a sen", await tab.Field("Text").InputValueAsync());
        Assert.Equal("TEXTAREA", await tab.Page.EvaluateAsync<string>("() => document.activeElement.tagName"));
    }

    [Fact]
    public async Task A_server_that_is_gone_is_told_and_one_that_is_back_is_used()
    {
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.Page.RouteAsync("**/events/stream", route => route.FulfillAsync(new RouteFulfillOptions { Status = 404 }));
        await tab.GoAsync("/console/approvals");
        await tab.Page.RouteAsync("**/mcp/**", route => route.AbortAsync("connectionrefused"));
        await tab.ShowsAsync("The server does not answer.");
        await tab.ShowsAsync("No connection. Trying again…");

        await tab.Page.UnrouteAsync("**/mcp/**");
        await tab.Button("Try again").ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    private static string Event(string conversation, int version) =>
        $"id: b{version}\ndata: {{\"specversion\":\"1.0\",\"id\":\"{conversation}:{version}\",\"type\":\"customer.requests\",\"subject\":\"{conversation}\",\"data\":{{}}}}\n\n";
}
