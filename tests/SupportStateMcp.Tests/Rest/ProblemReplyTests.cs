using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Rest;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Rest;

/// <summary>A refusal over REST: RFC 9457, with our code and facts.</summary>
public class ProblemReplyTests
{
    public static TheoryData<int> Samples() => [.. Enumerable.Range(0, ErrorSamples.All.Count)];

    [Fact]
    public void Every_code_has_a_status()
    {
        var codes = typeof(ErrorCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!);

        Assert.All(codes, code => Assert.InRange(ErrorStatus.Of(code), 400, 599));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Every_refusal_has_the_members_of_the_standard_and_its_facts(int sample)
    {
        var error = ErrorSamples.All[sample].Error;
        var (context, problem) = await WrittenAsync(ProblemReply.Of(error));

        Assert.Equal("application/problem+json", context.Response.ContentType);
        Assert.Equal("no-store", context.Response.Headers.CacheControl);
        Assert.Equal(["type", "title", "status", "detail", "code", "retryable"], problem.Select(p => p.Key).Take(6));
        Assert.Equal(("about:blank", context.Response.StatusCode), ((string?)problem["type"], (int)problem["status"]!));
        Assert.Equal((error.Code, RestErrorMessages.Of(error)), ((string?)problem["code"], (string?)problem["detail"]));
        Assert.Equal(
            error.Facts.Where(f => f.Key != "retryable").Select(f => f.Value?.ToJsonString()),
            problem.Skip(6).Select(f => f.Value?.ToJsonString()));
        Assert.Equal(error.Facts["retryable"]?.GetValue<bool>() ?? false, (bool)problem["retryable"]!);
    }

    [Fact]
    public async Task A_fact_does_not_hide_a_member_of_the_standard()
    {
        var (_, problem) = await WrittenAsync(ProblemReply.Of(ErrorSamples.All.Select(s => s.Error).OfType<Errors.AlreadyDecided>().First()));

        Assert.Equal((409, "granted"), ((int)problem["status"]!, (string?)problem["current_status"]));
    }

    [Fact]
    public async Task The_answer_is_this_to_the_letter()
    {
        var (context, problem) = await WrittenAsync(ProblemReply.Of(Error.VersionConflict(3, 5)));

        Assert.Equal(412, context.Response.StatusCode);
        Assert.Equal(
            """{"type":"about:blank","title":"Precondition Failed","status":412,"detail":"Expected version 3, but it is at version 5. Read it again, look at what changed, and send the new ETag in If-Match.","code":"version_conflict","retryable":false,"expected":3,"actual":5}""",
            problem.ToJsonString());
    }

    [Fact]
    public async Task Who_may_try_again_is_told_when()
    {
        var (busy, _) = await WrittenAsync(ProblemReply.Of(Error.LockTimeout(TimeSpan.FromSeconds(5))));
        var (broken, _) = await WrittenAsync(ProblemReply.Of(Error.StoreUnavailable(new StoreUnavailableException("no password", passes: false))));

        Assert.Equal((503, "1"), (busy.Response.StatusCode, busy.Response.Headers.RetryAfter.ToString()));
        Assert.Equal((503, ""), (broken.Response.StatusCode, broken.Response.Headers.RetryAfter.ToString()));
    }

    private static async Task<(HttpContext Context, JsonObject Problem)> WrittenAsync(ProblemReply reply)
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await reply.ExecuteAsync(context);
        return (context, JsonNode.Parse(body.ToArray(), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject());
    }
}
