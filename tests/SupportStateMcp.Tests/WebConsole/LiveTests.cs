using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
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
        var streams = Channel.CreateUnbounded<string?>();
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

        happened.SetResult(Event(id, 9));

        await tab.ShowsAsync("Are you there?");
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

    [Fact]
    public async Task A_hidden_page_holds_no_connection_and_reads_again_as_it_is_shown()
    {
        var (opened, closed) = (Channel.CreateUnbounded<bool>(), Channel.CreateUnbounded<bool>());
        await using var own = await WithStreamAsync(async context =>
        {
            context.RequestAborted.Register(() => closed.Writer.TryWrite(true));
            await BeginAsync(context);
            opened.Writer.TryWrite(true);
            await UntilLeftAsync(context);
        });
        var id = await own.TalkAsync("LIVE-3", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(own.Address, own.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await opened.Reader.ReadAsync(Stop);

        await ShowAsync(tab, hidden: true);
        await closed.Reader.ReadAsync(Stop);
        await tab.ShowsAsync("Paused while hidden");
        await own.CallAsync(own.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Are you there?" });
        await ShowAsync(tab, hidden: false);

        await tab.ShowsAsync("Are you there?");
        await opened.Reader.ReadAsync(Stop);
        await tab.ShowsAsync("Live");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_happened_before_the_stream_began_is_read_again()
    {
        var begins = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var own = await WithStreamAsync(async context =>
        {
            await begins.Task.WaitAsync(context.RequestAborted);
            await BeginAsync(context);
            await UntilLeftAsync(context);
        });
        var id = await own.TalkAsync("LIVE-4", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(own.Address, own.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await own.CallAsync(own.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Are you there?" });

        begins.SetResult();

        await tab.ShowsAsync("Are you there?");
    }

    [Fact]
    public async Task A_desk_on_which_something_always_happens_is_shown_too()
    {
        var id = "";
        var ask = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var own = await WithStreamAsync(async context =>
        {
            await BeginAsync(context);
            await ask.Task.WaitAsync(context.RequestAborted);
            using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            for (var version = 1; await often.WaitForNextTickAsync(context.RequestAborted); version++)
                await context.Response.WriteAsync(Event(id, version), context.RequestAborted);
        });
        id = await own.TalkAsync("LIVE-5", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(own.Address, own.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.ShowsAsync("Live");
        await own.CallAsync(own.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Are you there?" });

        ask.SetResult();

        await tab.ShowsAsync("Are you there?");
    }

    [Fact]
    public async Task A_connection_that_is_silent_for_long_is_made_anew()
    {
        var opened = Channel.CreateUnbounded<bool>();
        await using var own = await WithStreamAsync(async context =>
        {
            await BeginAsync(context);
            opened.Writer.TryWrite(true);
            await UntilLeftAsync(context);
        });
        await using var tab = await chromium.OpenAsync(own.Address, own.Alice);
        await tab.Page.Clock.InstallAsync();
        await tab.GoAsync("/console/queue");
        await opened.Reader.ReadAsync(Stop);
        await tab.ShowsAsync("Live");

        await tab.Page.Clock.FastForwardAsync(46_000);

        await opened.Reader.ReadAsync(Stop);
        await tab.ShowsAsync("Live");
    }

    [Fact]
    public async Task A_page_that_was_hidden_while_it_asked_asks_no_more_often_than_before()
    {
        var start = new DateTime(2026, 11, 1, 9, 0, 0, DateTimeKind.Utc);
        await using var tab = await chromium.OpenAsync(server.Address);
        await tab.Page.Clock.InstallAsync(new() { TimeDate = start });
        await tab.GoAsync("/console/sign-in");
        await tab.Page.Clock.PauseAtAsync(start.AddHours(1));
        await tab.Page.EvaluateAsync(
            """
            async () => {
              const { Live } = await import('/console/live.js');
              window.asked = 0;
              window.answers = [];
              window.polled = new Live(() => { window.asked += 1; return window.answers ? new Promise((answered) => window.answers.push(answered)) : true; }, () => {});
              window.polled.start(false);
            }
            """);
        await tab.Page.Clock.RunForAsync(5_000);
        Assert.Equal(1, await AskedAsync());
        await ShowAsync(tab, hidden: true);
        await ShowAsync(tab, hidden: false);
        await tab.Page.EvaluateAsync("() => { const { answers } = window; window.answers = null; window.asked = 0; answers.forEach((answered) => answered(true)); }");

        for (var seconds = 0; seconds < 30; seconds += 5)
            await tab.Page.Clock.RunForAsync(5_000);

        Assert.Equal(6, await AskedAsync());

        Task<int> AskedAsync() => tab.Page.EvaluateAsync<int>("() => window.asked");
    }

    [Fact]
    public async Task A_stream_without_events_tells_a_script_that_it_is_alive()
    {
        await using var own = await ConsoleServer.StartAsync(o => o, services => services.AddSingleton<TimeProvider>(new HurriedTime()));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = own.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", own.Alice);
        using var stream = new StreamReader(await http.GetStreamAsync(new Uri("/events/stream", UriKind.Relative), Stop));

        for (var i = 0; i < 2; i++)
        {
            string? line;
            do
                line = await stream.ReadLineAsync(Stop);
            while (line is "" or ":");
            Assert.Equal(("event: beat", "data: {}"), (line, await stream.ReadLineAsync(Stop)));
        }
    }

    [Fact]
    public async Task A_stream_that_is_left_while_a_write_is_held_up_ends_without_a_fault()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var own = await ConsoleServer.StartAsync(o => o, null, app => app.Use(async (context, next) =>
        {
            if (context.Request.Path == "/events/stream")
                context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new HeldStream(held)));
            try
            {
                await next(context);
                ended.TrySetResult(null);
            }
            catch (Exception e)
            {
                ended.TrySetResult(e);
                throw;
            }
        }));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = own.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", own.Alice);
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var listening = http.GetStreamAsync(new Uri("/events/stream", UriKind.Relative), leaves.Token);
        await held.Task.WaitAsync(Stop);

        await leaves.CancelAsync();

        Assert.Null(await ended.Task.WaitAsync(Stop));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }

    [Theory]
    [InlineData("/console/conversations/cs-LIVE-7", "get_history", true)]
    [InlineData("/console/knowledge?q=refund", "query_knowledge_base", false)]
    public async Task An_event_refreshes_no_page_that_it_does_not_concern(string path, string tool, bool isOfConversation)
    {
        var (happened, calls) = (Channel.CreateUnbounded<string>(), new ConcurrentQueue<string>());
        await using var own = await WithStreamAsync(async context =>
        {
            await BeginAsync(context);
            await foreach (var told in happened.Reader.ReadAllAsync(context.RequestAborted))
                await context.Response.WriteAsync(told, context.RequestAborted);
        });
        await using var tab = await chromium.OpenAsync(own.Address, own.Alice);
        tab.Page.Request += (_, request) => calls.Enqueue(request.Headers.GetValueOrDefault("mcp-name") ?? "");
        await own.TalkAsync("LIVE-7", "maria", "Where is my parcel?");
        await tab.GoAsync(path);
        // Once at the start, once as the stream begins.
        await AskedAsync(tool, 2);

        await TellAsync(Event("cs-OTHER", 7));
        await TellAsync(isOfConversation ? Event("cs-LIVE-7", 8) : "event: missed\ndata: {}\n\n");
        await AskedAsync(tool, 3);

        Assert.Equal(3, Asked(tool));

        // How many wait is asked for some time after every change, also one that does not concern the page.
        async Task TellAsync(string told)
        {
            var before = Asked("list_queue");
            happened.Writer.TryWrite(told);
            await AskedAsync("list_queue", before + 1);
        }

        int Asked(string name) => calls.Count(c => c == name);

        Task AskedAsync(string name, int times) => Eventually.TrueAsync(() => Asked(name) >= times, () => $"{name} was asked {Asked(name)} times.");
    }

    [Fact]
    public async Task A_deadline_is_told_by_the_clock_of_the_server()
    {
        var approval = await server.AskAsync(await server.TalkAsync("LIVE-6", "maria", "Broken."), 700);
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.Page.Clock.InstallAsync(new() { TimeDate = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-5) });

        await tab.GoAsync($"/console/approvals/{approval}");

        await Assertions.Expect(tab.Page.Locator(".outcome time")).ToHaveTextAsync("23 h left");
    }

    /// <summary>A server with this in the place of its stream, which tells when it likes.</summary>
    private static Task<ConsoleServer> WithStreamAsync(RequestDelegate stream) =>
        ConsoleServer.StartAsync(o => o, null, app => app.MapGet("/events/stream", stream).WithOrder(-1));

    private static async Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(":\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static Task UntilLeftAsync(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>As the browser tells a page that its tab is shown, or is not.</summary>
    private static async Task ShowAsync(ConsoleTab tab, bool hidden) => await tab.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", hidden);

    /// <summary>A connection whose reader takes nothing: what was written does not get out.</summary>
    private sealed class HeldStream(TaskCompletionSource held) : MemoryStream
    {
        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            held.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    /// <summary>A clock whose timers run a hundred times as fast.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period > TimeSpan.Zero ? period / 100 : period);
    }

    private static string Event(string conversation, int version) =>
        $"id: b{version}\ndata: {{\"specversion\":\"1.0\",\"id\":\"{conversation}:{version}\",\"type\":\"customer.requests\",\"subject\":\"{conversation}\",\"data\":{{}}}}\n\n";
}
