using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SupportStateMcp.Tests.Support;

/// <summary>A small service of embeddings that speaks as OpenAI's does: words of one group mean the same to it.</summary>
internal sealed class EmbeddingServer : IAsyncDisposable
{
    private static readonly string[][] s_groups =
        [["zebra", "stripes", "savanna"], ["certificate", "mtls", "tls"], ["invoice", "bill", "payment"], ["password", "login", "credentials"]];

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _texts = new();

    private EmbeddingServer(WebApplication app) => _app = app;

    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The texts that were sent, in their order.</summary>
    public IReadOnlyList<string> Texts => [.. _texts];

    /// <summary>The status that it answers with.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>Texts that it refuses as too long.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>True where it accepts requests and answers none.</summary>
    public bool Hangs { get; set; }

    public static async Task<EmbeddingServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new EmbeddingServer(builder.Build());
        server._app.MapPost("/v1/embeddings", server.AnswerAsync);
        await server._app.StartAsync();
        server.Endpoint = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/v1");
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!;
        if (Hangs)
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        context.Response.StatusCode = Status;
        if (Status != StatusCodes.Status200OK)
            return;
        var inputs = request["input"] is JsonArray list ? list.Select(t => (string)t!).ToList() : [(string)request["input"]!];
        if (inputs.Any(Refuses))
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        foreach (var text in inputs)
            _texts.Enqueue(text);
        var isBase64 = (string?)request["encoding_format"] == "base64";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject
        {
            ["object"] = "list",
            ["model"] = (string)request["model"]!,
            ["data"] = new JsonArray([.. inputs.Select((text, i) => (JsonNode)new JsonObject { ["object"] = "embedding", ["index"] = i, ["embedding"] = Encoded(Vector(text), isBase64) })]),
            ["usage"] = new JsonObject { ["prompt_tokens"] = 1, ["total_tokens"] = 1 },
        }.ToJsonString());
    }

    private static float[] Vector(string text) =>
        [.. s_groups.Select(g => (float)g.Count(w => text.Contains(w, StringComparison.OrdinalIgnoreCase))), 0.01f];

    private static JsonNode Encoded(float[] vector, bool isBase64)
    {
        if (!isBase64)
            return new JsonArray([.. vector.Select(v => (JsonNode)v)]);
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return Convert.ToBase64String(bytes);
    }
}
