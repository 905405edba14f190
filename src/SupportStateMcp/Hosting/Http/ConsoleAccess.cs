using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Identity;
using SupportStateMcp.Rest;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Who calls from the console. Its cookie holds the bearer token itself, so that any instance knows the caller and a revoked token is
/// nobody's at once. A cookie is sent by the browser whoever asks it to, so it counts only in a request that a page of this server
/// makes: one from its own origin, with the header <see cref="Header"/>, which no page of another origin can send without leave
/// (Fetch standard, "CORS protocol").
/// </summary>
internal static class ConsoleAccess
{
    /// <summary>A name that browsers accept from this host alone, over TLS or from this machine (RFC 6265bis, section 4.1.3.2).</summary>
    public const string Cookie = "__Host-supportstate";

    public const string Header = "X-Console";

    /// <summary>The value of <see cref="Header"/>.</summary>
    public const string Value = "1";

    /// <summary>
    /// Whom the page shows as signed in, percent-encoded; and in an answer that refuses, who is. A browser has one cookie for all its pages:
    /// somebody may have signed in on another since.
    /// </summary>
    public const string ActorHeader = "X-Console-Actor";

    private const string FetchSite = "Sec-Fetch-Site";
    private const string DemoScheme = "ConsoleDemo";

    private static readonly PathString[] s_paths = ["/mcp", "/events", ConsolePages.Path];

    /// <summary>Adds it before the authentication, which then finds the token where it looks for every other.</summary>
    public static void Apply(IApplicationBuilder app, ServerOptions options)
    {
        app.Use(ConsoleSession.ShowTokenAsync);
        if (options.HasSignIn)
            app.Use(ShowTokenAsync);
        else if (app.ApplicationServices.GetRequiredService<RestApprover>() is { Instead: { } person })
            app.Use((context, next) => ActAsync(person, context, next));
    }

    /// <summary>Whether a page of this server made the request, as its script does.</summary>
    public static bool IsOfConsole(HttpRequest request) => IsSameOrigin(request) && request.Headers[Header] == Value;

    /// <summary>As a middleware behind the authentication: does nothing for a page that shows another caller than the one who is signed in.</summary>
    public static Task RefuseOthersAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers[ActorHeader] is not [{ Length: > 0 } shown] || ConsoleSession.IsAsked(context)
            || CallerClaims.CallerOf(context.User)?.Actor.ToString() is not { } actor || Uri.UnescapeDataString(shown) == actor)
            return next(context);
        context.Response.Headers[ActorHeader] = Uri.EscapeDataString(actor);
        BearerRefusal.Invalid("The page shows another caller", $"The page shows somebody else as signed in than {ActorHeader} of this answer names. Nothing was done: sign in again.").Note(context);
        return context.ChallengeAsync();
    }

    private static Task ShowTokenAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        // A token that is shown outright goes before the one that the browser adds.
        if (request.Headers.Authorization.Count == 0 && IsCall(request) && request.Cookies[Cookie] is { } token && ConsoleSession.IsToken(token))
            request.Headers.Authorization = "Bearer " + token;
        return next(context);
    }

    /// <summary>
    /// In a demo, whoever opens the console on this machine is one and the same person. That the browser says so is asked for: a client
    /// of MCP stays an AI.
    /// </summary>
    private static Task ActAsync(Caller person, HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Headers[FetchSite] == "same-origin" && IsCall(request)
            && s_paths.Any(p => request.Path.StartsWithSegments(p))
            && context.Connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local } && IPAddress.IsLoopback(remote) && IPAddress.IsLoopback(local))
            context.User = CallerClaims.Of(person, DemoScheme);
        return next(context);
    }

    /// <summary>An event stream is opened without headers of the script's own; it changes nothing, and no other origin can read it.</summary>
    private static bool IsCall(HttpRequest request) =>
        IsOfConsole(request) || (EventRoutes.IsStream(request.HttpContext) && IsSameOrigin(request));

    /// <summary>By the word of the browser, which scripts cannot change (Fetch Metadata, section 2.4). What is no browser has no cookie of somebody else.</summary>
    private static bool IsSameOrigin(HttpRequest request)
    {
        if (request.Headers.TryGetValue(FetchSite, out var site))
            return site == "same-origin";
        return !request.Headers.TryGetValue("Origin", out var origin)
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && RebindingGuard.IsAt(page, request.Host));
    }
}
