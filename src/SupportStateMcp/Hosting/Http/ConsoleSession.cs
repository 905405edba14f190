using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Rest;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Signing in to the console and out of it. Nothing is kept here: the token that was shown goes back to the browser as a cookie, and is
/// checked with each request, as every other bearer token is.
/// </summary>
internal static partial class ConsoleSession
{
    /// <summary>Marks the routes of the session, however their address is written.</summary>
    public static readonly object Marked = new Mark();

    public const string Path = "/console/session";

    /// <summary>What the console calls itself to MCP; without tokens it acts as the AI of this name.</summary>
    public const string ClientName = "support-console";

    /// <summary>Browsers keep cookies of 4,096 bytes with their names and attributes.</summary>
    public const int LongestToken = 3_900;

    /// <summary>Whether a text has the form of a bearer token (RFC 6750, section 2.1), so that it may stand in a header.</summary>
    public static bool IsToken(string text) => text.Length <= LongestToken && Token().IsMatch(text);

    /// <summary>Whether a request is for the session: who one is, in or out.</summary>
    public static bool IsAsked(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Mark>() is not null;

    /// <summary>
    /// As a middleware before the authentication: puts the token that somebody signs in with where the authentication looks for it.
    /// </summary>
    public static async Task ShowTokenAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsAsked(context) || HttpMethods.IsGet(request.Method))
        {
            await next(context);
            return;
        }

        if (!ConsoleAccess.IsOfConsole(request))
        {
            await ProblemReply.Of(StatusCodes.Status403Forbidden, $"Only a page of the console signs in and out: from its own origin, with {ConsoleAccess.Header}: {ConsoleAccess.Value}.").ExecuteAsync(context);
            return;
        }

        if (HttpMethods.IsPost(request.Method))
        {
            var faults = new List<Errors.InvalidArgument>();
            var (body, refusal) = await JsonBody.ReadAsync<SignInBody>(context, faults);
            if (body is null || !IsToken(body.Token))
            {
                refusal ??= ProblemReply.Of(faults.Count > 0 ? faults[0] : Error.InvalidArgument("token", "it is a bearer token, as SupportStateMcp token create prints it"));
                await refusal.ExecuteAsync(context);
                return;
            }

            request.Headers.Authorization = "Bearer " + body.Token;
            context.Features.Set(body);
        }

        await next(context);
    }

    /// <summary><c>GET</c>: who one is, and what is served.</summary>
    public static Task ShowAsync(HttpContext context) => RestReply.Of(Of(context)).ExecuteAsync(context);

    /// <summary><c>POST</c>: signs in.</summary>
    public static Task SignInAsync(HttpContext context)
    {
        if (!context.RequestServices.GetRequiredService<ConsoleOptions>().AsksForToken || context.Features.Get<SignInBody>() is not { } body)
            return ProblemReply.Of(StatusCodes.Status404NotFound, "This server has no tokens, so nobody signs in.").ExecuteAsync(context);
        if (Of(context) is not { SignedIn: true } session)
            return context.ChallengeAsync();
        context.Response.Cookies.Append(ConsoleAccess.Cookie, body.Token, Attributes());
        return RestReply.Of(session).ExecuteAsync(context);
    }

    /// <summary><c>DELETE</c>: signs out.</summary>
    public static Task SignOutAsync(HttpContext context)
    {
        context.Response.Cookies.Delete(ConsoleAccess.Cookie, Attributes());
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static ConsoleSessionView Of(HttpContext context)
    {
        var services = context.RequestServices;
        var options = services.GetRequiredService<ConsoleOptions>();
        if (options.AsksForToken && CallerClaims.CallerOf(context.User) is null)
            return new ConsoleSessionView { SignedIn = false, AsksForToken = true, Demo = false, SignInAt = options.SignInAt, Version = McpServerSetup.Version };
        return ConsoleSessionView.Of(
            services.GetRequiredService<ConnectionIdentity>().Of(context.User, ClientName),
            ToolsetNames.Of(services.GetRequiredService<ConnectionToolsets>().AvailableTo(context.User)),
            services.GetRequiredService<WorkflowDefinition>().States,
            options.AsksForToken, options.Demo, services.GetService<IForeignKnowledge>() is not null, McpServerSetup.Version);
    }

    /// <summary>It ends with the browser; what it holds ends with the token.</summary>
    private static CookieOptions Attributes() => new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/" };

    private sealed class Mark;

    [GeneratedRegex(@"^[A-Za-z0-9._~+/-]+=*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
