using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary>Answers with a view, as JSON.</summary>
internal static class RestReply
{
    /// <summary>What was asked for, or done.</summary>
    /// <param name="view">What is shown; its type is one of <see cref="ViewJson"/>.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="version">The version of what is shown, which becomes its <c>ETag</c>; null where it has none.</param>
    /// <param name="replayed">Whether it was done before, and this is what it answered then.</param>
    public static IResult Of<T>(T view, int status = StatusCodes.Status200OK, long? version = null, bool replayed = false) =>
        new Answer<T>(view, status, version, replayed);

    /// <summary>The value or the refusal.</summary>
    public static IResult Of<T>(Result<T> result, Func<T, IResult> show) =>
        result.TryGet(out var value, out var error) ? show(value) : ProblemReply.Of(error);

    /// <summary>Writes an answer. What a desk knows is for no cache, and no browser guesses at its type.</summary>
    internal static async Task WriteAsync(HttpContext context, string type, byte[] json)
    {
        var response = context.Response;
        response.ContentType = type;
        response.ContentLength = json.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(json, context.RequestAborted);
    }

    private sealed class Answer<T>(T view, int status, long? version, bool replayed) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            if (version is { } current)
                response.Headers.ETag = RestHeaders.TagOf(current);
            if (replayed)
                response.Headers[RestHeaders.Replayed] = "true";
            return WriteAsync(httpContext, "application/json", ViewJson.Bytes(view));
        }
    }
}
