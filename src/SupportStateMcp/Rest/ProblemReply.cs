using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary>Answers with a refusal, which has changed nothing: <c>application/problem+json</c> (RFC 9457).</summary>
internal sealed class ProblemReply : IResult
{
    /// <summary>How long a client waits that tries again, in seconds.</summary>
    private const string RetryAfterSeconds = "1";

    private readonly ProblemView _problem;
    private readonly JsonObject _facts;

    private ProblemReply(int status, string code, string detail, bool retryable, JsonObject facts)
    {
        _problem = new ProblemView { Title = ReasonPhrases.GetReasonPhrase(status), Status = status, Detail = detail, Code = code, Retryable = retryable };
        _facts = facts;
    }

    /// <summary>An error of the rules.</summary>
    public static ProblemReply Of(Error error)
    {
        var facts = new JsonObject();
        var retryable = false;
        foreach (var (name, value) in error.Facts)
        {
            if (name == "retryable")
                retryable = value!.GetValue<bool>();
            else
                facts[NameOf(name)] = value?.DeepClone();
        }

        return new ProblemReply(ErrorStatus.Of(error.Code), error.Code, RestErrorMessages.Of(error), retryable, facts);
    }

    /// <summary>A refusal of HTTP itself, before any rule is asked.</summary>
    /// <param name="status">The status; its code is that of <see cref="HttpCodes"/>.</param>
    /// <param name="detail">What is refused, and what is allowed instead.</param>
    public static ProblemReply Of(int status, string detail) =>
        new(status, HttpCodes.Of(status), detail, status == StatusCodes.Status503ServiceUnavailable, []);

    /// <summary>A body that cannot be read as what the route takes.</summary>
    public static ProblemReply OfBody(string detail) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidArgument, detail, retryable: false, new JsonObject { ["argument"] = "body" });

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        RestTelemetry.Refused(httpContext, _problem.Code);
        response.StatusCode = _problem.Status;
        if (_problem.Retryable && response.Headers.RetryAfter.Count == 0)
            response.Headers.RetryAfter = _facts["retry_after"]?.ToString() ?? RetryAfterSeconds;
        var members = (JsonObject)JsonSerializer.SerializeToNode(_problem, RestJsonContext.Default.ProblemView)!;
        foreach (var (name, value) in _facts)
            members[name] = value?.DeepClone();
        await RestReply.WriteAsync(httpContext, ProblemView.MediaType, ViewJson.Bytes(members));
    }

    /// <summary>A fact under a name of the standard would hide its member: the status of an approval is <c>current_status</c>.</summary>
    private static string NameOf(string fact) => fact is "type" or "title" or "status" or "detail" or "instance" ? $"current_{fact}" : fact;
}
