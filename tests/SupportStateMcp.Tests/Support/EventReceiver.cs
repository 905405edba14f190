using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Events;

namespace SupportStateMcp.Tests.Support;

/// <summary>Another system that is told of events over HTTP, and does with them what a test tells it to.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedEvent> _taken = new();

    private int _requests;

    private EventReceiver(WebApplication app) => _app = app;

    /// <summary>What it answers with; 200 at first.</summary>
    public Func<HttpContext, Task<int>> Answer { get; set; } = _ => Task.FromResult(StatusCodes.Status200OK);

    /// <summary>What it was sent, and answered with 2xx, in this order.</summary>
    public IReadOnlyCollection<ReceivedEvent> Taken => _taken;

    /// <summary>How many requests it got.</summary>
    public int Requests => _requests;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook");

    public static async Task<EventReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new EventReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>A sink that posts here.</summary>
    public SinkOptions Sink(string name = "crm", bool withContent = false, params string[] topics) => new(new EventSubscription(name, topics, withContent))
    {
        Webhook = new WebhookOptions { Url = Address, AllowsPrivate = true },
    };

    /// <summary>The configuration of a server that posts here.</summary>
    public string Config(TemporaryDirectory directory) => directory.File(
        "events.json", $$$"""{"mcp": {"events": {"sinks": [{"name": "crm", "type": "webhook", "url": "{{{Address}}}", "allowPrivate": true}]} } }""");

    /// <summary>The ids of what it has taken, once there are so many.</summary>
    public async Task<IReadOnlyList<string>> IdsAsync(int count)
    {
        await Eventually.TrueAsync(() => _taken.Count >= count, () => $"{_taken.Count} of {count} were taken: {string.Join(' ', _taken.Select(t => t.Id))}");
        return [.. _taken.Select(t => t.Id)];
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.StatusCode = await Answer(context);
        if (context.Response.StatusCode < 300)
        {
            _taken.Enqueue(new ReceivedEvent(
                context.Request.Headers["webhook-id"]!, context.Request.Headers["webhook-timestamp"]!, context.Request.Headers["webhook-signature"], context.Request.ContentType!, body.ToArray()));
        }
    }
}

/// <summary>What was sent.</summary>
internal sealed record ReceivedEvent(string Id, string Timestamp, string? Signature, string ContentType, byte[] Body)
{
    public JsonObject Json => JsonNode.Parse(Encoding.UTF8.GetString(Body))!.AsObject();
}
