using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Bounds how many streams one caller has open at a time in this process, so that no caller alone uses up <see cref="RequestCap"/>.</summary>
/// <param name="most">How many at most, 1 or more.</param>
internal sealed class StreamLimit(int most)
{
    private readonly ConcurrentDictionary<Actor, int> _open = new();

    /// <summary>As a middleware behind <see cref="MessageGuard"/>: one stream too many is refused with 429.</summary>
    public async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (!StreamRequest.IsOne(context))
        {
            await next(context);
            return;
        }

        var caller = context.RequestServices.GetRequiredService<ConnectionIdentity>().Of(context.User, NameOf(context.Features.Get<JsonRpcMessage>())).Actor;
        try
        {
            if (_open.AddOrUpdate(caller, 1, (_, open) => open + 1) <= most)
            {
                await next(context);
                return;
            }

            var sentence = $"{caller} has {most} streams open here, as many as one caller may. Nothing was done; close one that nobody reads, or watch more over one stream.";
            await (context.Features.Get<JsonRpcMessage>() is JsonRpcRequest { Id: var id }
                ? HttpRefusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, new JsonRpcRefusal(McpErrorCode.InvalidRequest, sentence, JsonRpcRefusal.IdOf(id)))
                : HttpRefusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, sentence));
        }
        finally
        {
            if (_open.AddOrUpdate(caller, 0, (_, open) => open - 1) == 0)
                _open.TryRemove(KeyValuePair.Create(caller, 0));
        }
    }

    /// <summary>What a client of revision 2026-07-28 calls itself, in each message; null where it does not say.</summary>
    private static string? NameOf(JsonRpcMessage? message) =>
        message is JsonRpcRequest { Params: JsonObject values } && values["_meta"] is JsonObject meta && meta["io.modelcontextprotocol/clientInfo"] is JsonObject client
            && client["name"] is JsonValue name && name.TryGetValue<string>(out var text) ? text : null;
}
