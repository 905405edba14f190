using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SupportStateMcp.Rest;

/// <summary>
/// As a middleware before the routes: gives a body to what routing refuses without one, and keeps what is broken from
/// reaching a client as an empty answer, or with more than that it is.
/// </summary>
internal static partial class RestFaults
{
    public static async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await ProblemReply.Of(e.StatusCode, "The request is not HTTP that this server reads.").ExecuteAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Broken(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RestFaults)), e, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await ProblemReply.Of(StatusCodes.Status500InternalServerError, "The server has failed at this request. Its log says why; tell the people who run it.").ExecuteAsync(context);
            return;
        }

        var response = context.Response;
        if (response.HasStarted || response.ContentType is not null)
            return;
        var detail = response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => $"A parameter in the path or the query is not of its type. GET {RestRoutes.OpenApiPath} describes this route.",
            StatusCodes.Status404NotFound => $"There is no such route. GET {RestRoutes.OpenApiPath} describes those that there are.",
            StatusCodes.Status405MethodNotAllowed => $"The methods of this route: {response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => "The body must be JSON: send it with Content-Type: application/json.",
            _ => null,
        };
        if (detail is not null)
            await ProblemReply.Of(response.StatusCode, detail).ExecuteAsync(context);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} has failed")]
    private static partial void Broken(ILogger logger, Exception exception, string method, PathString path);
}
