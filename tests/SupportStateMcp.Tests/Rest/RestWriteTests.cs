using System.Net;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Rest;

/// <summary>How a write over REST is read: body, headers, caller.</summary>
public sealed class RestWriteTests(SharedRestProbe shared) : IClassFixture<SharedRestProbe>
{
    private readonly RestProbe _server = shared.Server;

    [Theory]
    [InlineData("""{"approved": true}""", "ai:unknown T-1 True - False - -")]
    [InlineData("""{"approved": false, "final_solution": "Grüße 🙂", "revise": true}""", "ai:unknown T-1 False Grüße 🙂 True - -")]
    [InlineData("""{"approved": true, "final_solution": null, "revise": null, "number": null}""", "ai:unknown T-1 True - False - -")]
    [InlineData("\ufeff{\"approved\": true, \"number\": 7, \"amount\": 1.5, \"tags\": [\"a\"]}", "ai:unknown T-1 True - False - -")]
    public async Task A_body_is_taken_as_it_is(string body, string given)
    {
        using var response = await _server.SendAsync(_server.Post(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(given, (string?)(await RestProbe.JsonOf(response))["status"]);
        Assert.Equal("\"8\"", response.Headers.ETag!.Tag);
        Assert.Equal("true", response.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("""{}""", "Invalid argument approved: it is required; it must be true or false.")]
    [InlineData("""{"approved": null}""", "Invalid argument approved: it is required; it must be true or false.")]
    [InlineData("""{"approved": "true"}""", "Invalid argument approved: it must be true or false; you sent \"true\".")]
    [InlineData("""{"approved": 1}""", "Invalid argument approved: it must be true or false; you sent the number 1.")]
    [InlineData("""{"approved": true, "final_solution": 7}""", "Invalid argument final_solution: it must be a text; you sent the number 7.")]
    [InlineData("""{"approved": true, "number": 1.5}""", "Invalid argument number: it must be a whole number; you sent the number 1.5.")]
    [InlineData("""{"approved": true, "number": 99999999999}""", "Invalid argument number: it must be a whole number; you sent the number 99999999999.")]
    [InlineData("""{"approved": true, "amount": "7"}""", "Invalid argument amount: it must be a number; you sent \"7\".")]
    [InlineData("""{"approved": true, "tags": ["a", 1]}""", "Invalid argument tags: it must be a list of texts; you sent an array of 2 items.")]
    [InlineData("""{"approved": true, "Approved": true}""", "Invalid argument Approved: there is no such member; there are: approved, final_solution, revise, number, amount, tags.")]
    [InlineData("""{"approved": "yes", "note": "x"}""", "2 arguments are invalid. approved: it must be true or false; you sent \"yes\". note: there is no such member; there are: approved, final_solution, revise, number, amount, tags.")]
    [InlineData("""{"approved": true, "approved": false}""", "The body is not JSON this server reads: an object has the name \"approved\" twice; keep one of them.")]
    [InlineData("""{"approved": true""", "The body is not JSON this server reads, at line 0, byte 17.")]
    [InlineData("""[{"approved": true}]""", "The body must be one JSON object; you sent an array of 1 items.")]
    [InlineData("", "The body is not JSON this server reads, at line 0, byte 0.")]
    [InlineData("""{"approved": true, "final_solution": "\ud83d"}""", "The text of \"final_solution\" holds half of a surrogate pair (an escape such as \\ud83d without its other half), which is no character: send the whole character, or leave it out.")]
    public async Task What_is_wrong_with_a_body_is_told(string body, string detail)
    {
        using var response = await _server.SendAsync(_server.Post(body));
        var problem = await RestProbe.JsonOf(response);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(("invalid_argument", detail), ((string?)problem["code"], (string?)problem["detail"]));
        Assert.NotNull(problem["argument"]);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        var request = _server.Post("");
        request.Content = new ByteArrayContent([(byte)'{', 0xFF, (byte)'}']);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        using var response = await _server.SendAsync(request);

        Assert.Equal("The body is not UTF-8, at byte 1.", (string?)(await RestProbe.JsonOf(response))["detail"]);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("text/json")]
    [InlineData("application/jsonp")]
    [InlineData("application/cloudevents+json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task What_a_form_of_a_web_page_can_send_is_refused(string? type)
    {
        using var response = await _server.SendAsync(_server.Post("""{"approved": true}""", type));
        var problem = await RestProbe.JsonOf(response);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("unsupported_media_type", (string?)problem["code"]);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("APPLICATION/JSON")]
    public async Task JSON_is_JSON(string type)
    {
        using var response = await _server.SendAsync(_server.Post("""{"approved": true}""", type));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_long_is_refused_however_it_is_sent(bool chunked)
    {
        var request = _server.Post($$"""{"approved": true, "final_solution": "{{new string('x', Limits.RequestBytes)}}"}""");
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await _server.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(("content_too_large", "A body has at most 1048576 bytes, this one is longer."), await CodeAndDetail(response));
    }

    [Theory]
    [InlineData("8e03978e-40d5", "8e03978e-40d5")]
    [InlineData("\"8e03978e-40d5\"", "8e03978e-40d5")]
    [InlineData("\"a \\\"quoted\\\" \\\\ key\"", "a \"quoted\" \\ key")]
    [InlineData("\"", "\"")]
    public async Task A_key_stands_in_quotes_or_not(string sent, string key)
    {
        var request = _server.Post("""{"approved": true}""");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", sent);
        using var response = await _server.SendAsync(request);

        Assert.Equal($"ai:unknown T-1 True - False {key} -", (string?)(await RestProbe.JsonOf(response))["status"]);
    }

    [Theory]
    [InlineData("\"7\"", "7")]
    [InlineData("7", "7")]
    [InlineData("*", "-")]
    [InlineData("\"9007199254740991\"", "9007199254740991")]
    public async Task If_Match_is_the_version_of_an_answer(string sent, string version)
    {
        var request = _server.Post("""{"approved": true}""");
        request.Headers.TryAddWithoutValidation("If-Match", sent);
        using var response = await _server.SendAsync(request);

        Assert.Equal($"ai:unknown T-1 True - False - {version}", (string?)(await RestProbe.JsonOf(response))["status"]);
    }

    [Theory]
    [InlineData("If-Match", "W/\"7\"", "Invalid argument If-Match: it must be the ETag of one answer, for example \"7\", or *; you sent \"W/\\\"7\\\"\".")]
    [InlineData("If-Match", "\"7\", \"8\"", "Invalid argument If-Match: it must be the ETag of one answer, for example \"7\", or *; you sent \"\\\"7\\\", \\\"8\\\"\".")]
    [InlineData("If-Match", "\"9007199254740992\"", "Invalid argument If-Match: it must be the ETag of one answer, for example \"7\", or *; you sent \"\\\"9007199254740992\\\"\".")]
    [InlineData("Idempotency-Key", "\"\"", "Invalid argument Idempotency-Key: it must be one key of 1 to 200 characters; you sent \"\\\"\\\"\".")]
    public async Task A_header_that_says_nothing_certain_is_refused(string header, string sent, string detail)
    {
        var request = _server.Post("""{"approved": true}""");
        request.Headers.TryAddWithoutValidation(header, sent);
        using var response = await _server.SendAsync(request);

        Assert.Equal((HttpStatusCode.BadRequest, ("invalid_argument", detail)), (response.StatusCode, await CodeAndDetail(response)));
    }

    [Fact]
    public async Task Faults_of_headers_and_body_are_told_together()
    {
        var request = _server.Post("""{"approved": "yes"}""");
        request.Headers.TryAddWithoutValidation("If-Match", "latest");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", new string('k', 201));
        using var response = await _server.SendAsync(request);

        Assert.Equal(["Idempotency-Key", "If-Match", "approved"], (await RestProbe.JsonOf(response))["faults"]!.AsArray().Select(f => (string?)f!["argument"]));
    }

    [Fact]
    public async Task A_token_says_who_writes_and_without_one_the_command_line_does()
    {
        var token = AccessToken.Create();
        await using var guarded = await RestProbe.StartAsync(o => o with
        {
            Tokens = [new AccessToken(AccessToken.Digest(token), new Caller(new Actor(ActorKind.Human, "alice"), Roles.Approver))],
        });
        await using var started = await RestProbe.StartAsync(o => o with { Actor = new Actor(ActorKind.System, "helpdesk") });

        using var known = await guarded.SendAsync(guarded.Post("""{"approved": true}"""), token);
        using var stranger = await guarded.SendAsync(guarded.Post("""{"approved": true}"""));
        using var other = await guarded.SendAsync(guarded.Post("""{"approved": true}"""), AccessToken.Create());
        using var local = await started.GetAsync("/support/probe/T-2");

        Assert.StartsWith("human:alice T-1", (string?)(await RestProbe.JsonOf(known))["status"], StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthenticated"), (stranger.StatusCode, (await CodeAndDetail(stranger)).Code));
        Assert.Equal("Bearer", stranger.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
        Assert.Equal("system:helpdesk agent T-2 ", (string?)(await RestProbe.JsonOf(local))["status"]);
    }

    private static async Task<(string Code, string Detail)> CodeAndDetail(HttpResponseMessage response)
    {
        var problem = await RestProbe.JsonOf(response);
        return ((string)problem["code"]!, (string)problem["detail"]!);
    }
}
