using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SupportStateMcp.Tests.Support;

/// <summary>A small server that speaks the chat completions of OpenAI, and says what a test tells it to.</summary>
internal sealed class ChatStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ChatStub(WebApplication app) => _app = app;

    /// <summary>What it does with the next requests, one after the other; the last stays.</summary>
    public Queue<Func<HttpContext, JsonObject, Task>> Answers { get; } = new();

    /// <summary>What it was asked.</summary>
    public List<JsonObject> Requests { get; } = [];

    public Uri Endpoint => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1");

    public static async Task<ChatStub> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var stub = new ChatStub(app);
        app.Run(stub.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return stub;
    }

    /// <summary>Answers with this text, as the model's.</summary>
    public static Func<HttpContext, JsonObject, Task> Says(string text) => (context, _) => WriteAsync(context, 200, new JsonObject
    {
        ["id"] = "chat-1", ["object"] = "chat.completion", ["created"] = 1, ["model"] = "stub",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["finish_reason"] = "stop", ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text } }),
        ["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 20, ["total_tokens"] = 120 },
    });

    public static Func<HttpContext, JsonObject, Task> Fails(int status) =>
        (context, _) => WriteAsync(context, status, new JsonObject { ["error"] = new JsonObject { ["message"] = "the key sk-secret is overloaded", ["type"] = "server_error" } });

    /// <summary>Says nothing for longer than anybody waits.</summary>
    public static Func<HttpContext, JsonObject, Task> IsSilent() => (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        Func<HttpContext, JsonObject, Task> answer;
        lock (Requests)
        {
            Requests.Add(request);
            answer = Answers.Count > 1 ? Answers.Dequeue() : Answers.Peek();
        }

        try
        {
            await answer(context, request);
        }
        catch (OperationCanceledException)
        {
            // The client has given up.
        }
    }

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(JsonSerializerOptions.Web));
    }
}
