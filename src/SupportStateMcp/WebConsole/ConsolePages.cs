using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace SupportStateMcp.WebConsole;

/// <summary>
/// Serves the console at <see cref="Path"/>: its files by name, and its page at the address of every view. Files hold nothing of
/// what is stored, so that they need no sign-in; each address that does is asked for by a script of the page.
/// </summary>
internal static class ConsolePages
{
    public const string Path = "/console";

    /// <summary>
    /// Content Security Policy level 3. Scripts and styles are files of this server, nothing is inline, nothing comes from or goes to
    /// anywhere else, and no text becomes markup (Trusted Types).
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string SignIn = "sign-in";

    private static readonly HashSet<string> s_views = new(
        ["", "queue", "conversations", "approvals", "tickets", "customers", "knowledge", "numbers", SignIn], StringComparer.Ordinal);

    /// <summary>As a middleware: answers a GET of a file or a view, and leaves all else to the next.</summary>
    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        return (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && FileAt(request.Path) is { } file
            ? WriteAsync(context, file)
            : next(context);
    }

    private static ConsoleFile? FileAt(PathString path)
    {
        if (!path.StartsWithSegments(Path, StringComparison.Ordinal, out var rest))
            return null;
        var name = rest.HasValue ? rest.Value[1..] : "";
        return name != ConsoleFiles.Page && ConsoleFiles.All.TryGetValue(name, out var file) ? file
            // Below the sign-in are the addresses of a provider's.
            : s_views.Contains(name.Split('/', 2)[0]) && !name.StartsWith(SignIn + "/", StringComparison.Ordinal) ? ConsoleFiles.All[ConsoleFiles.Page]
            : null;
    }

    private static async Task WriteAsync(HttpContext context, ConsoleFile file)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.ETag = file.Tag;
        // A new version of the server is a new console at once: the browser asks each time, and is told that nothing has changed.
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known) && known.Any(t => t.Tag == file.Tag || t.Tag == "*"))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.Type;
        response.ContentLength = file.Content.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(file.Content, context.RequestAborted);
    }
}
