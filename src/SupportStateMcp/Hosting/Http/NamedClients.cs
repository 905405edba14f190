using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Keeps clients of the initialize handshake apart where the server has no sessions. Such a client says its name once;
/// the answer gives it a session id that holds the name, and nothing is kept here: any instance reads it. Without it all
/// these clients would be one owner. The name is as good as the one that a client of revision 2026-07-28 says with each
/// request: the client's own word.
/// </summary>
internal static class NamedClients
{
    private const string Header = "Mcp-Session-Id";
    private const string Prefix = "name.";
    private const int RandomBytes = 16;

    /// <summary>As a middleware behind <see cref="MessageGuard"/>, which has read the message.</summary>
    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<JsonRpcMessage>() is JsonRpcRequest { Method: RequestMethods.Initialize } initialize)
        {
            context.Request.Headers.Remove(Header);
            if (initialize.Params?["clientInfo"]?["name"]?.ToString() is { Length: > 0 } name)
                context.Response.Headers[Header] = IdOf(name);
        }
        else if (context.Request.Headers[Header] is [{ } id] && NameIn(id) is { } known)
        {
            // The SDK knows no sessions here, and would refuse one.
            context.Request.Headers.Remove(Header);
            context.User = CallerClaims.OfClient(known);
        }

        return next(context);
    }

    /// <summary>An id that holds the name, and is never given twice.</summary>
    internal static string IdOf(string name) =>
        Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Actor.ToId(name))) + "." + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The name in an id; null where the id is none of ours.</summary>
    internal static string? NameIn(string id)
    {
        if (!id.StartsWith(Prefix, StringComparison.Ordinal) || id.Split('.') is not [_, var encoded, _] || encoded.Length > 6 * Actor.MaxIdLength || !Base64Url.IsValid(encoded))
            return null;
        var name = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded));
        return Actor.ToId(name) == name ? name : null;
    }
}
