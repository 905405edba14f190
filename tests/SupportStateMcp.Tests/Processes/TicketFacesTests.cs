using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>One ticket worked by agents over MCP alone, one over REST and one on the command line, both with the built-in worker: the same rules, the same trail.</summary>
public sealed class TicketFacesTests
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ticket_is_worked_by_MCP_alone_by_REST_alone_and_on_the_command_line_and_the_trails_differ_in_who_did_it_only()
    {
        using var place = new CliPlace();
        var (code, output, errors) = await place.RunAsync("sample-data", "load", "--roles", "supervisor");
        Assert.True(code == 0, errors);
        Assert.Contains("3 customers, 3 systems", output, StringComparison.Ordinal);
        var tokens = GuardedServer.Environment([.. ((Colleague[])[Colleague.Bot, Colleague.Alice]).Select(c => (c.Token, c.Actor, c.Roles))]);

        await using var agents = await HttpServer.StartAsync(place.Arguments, tokens);
        var mcp = await OverMcpAsync(agents);
        tokens["SUPPORTSTATE__TICKETS__WORKER"] = "rules";
        await using var desk = await HttpServer.StartAsync(place.Arguments, tokens);
        var rest = await OverRestAsync(desk);
        var commandLine = await OnCommandLineAsync(place, desk);

        // Where the reporter works the ticket too, no hands change.
        Assert.Equal(mcp.Where(t => t != "owner_changed"), rest.Where(t => t != "owner_changed"));
        Assert.Equal(rest, commandLine);
        Assert.Equal(
            [
                "conversation_initialized", "state_transitioned", "message_added", "run_started", "step_ready",
                "step_leased", "step_completed", "state_transitioned", "step_ready",
                "step_leased", "queries_recorded", "step_completed", "solution.ready", "approval_requested", "run_waiting_approval",
                "approval_decided", "step_completed", "step_ready",
                "step_leased", "message_added", "approval_used", "step_completed", "state_transitioned", "run_completed",
            ],
            mcp.Where(t => t != "owner_changed"));
    }

    private static async Task<List<string>> OverMcpAsync(HttpServer server)
    {
        await Colleague.Bot.DoAsync(server, "create_ticket", new { ticket_id = "MCP-1", customer_id = "CUST001", description = "The Dapr sidecar does not start." });
        var triage = await NextAsync(server, "triage");
        Assert.True(triage.TryGetProperty("result_schema", out _));
        await CompleteAsync(server, triage, new { summary = "The sidecar does not start.", category = "sidecar", priority = "high", route = "complex" });

        var expert = await NextAsync(server, "expert");
        var token = expert.GetProperty("step_token").GetString()!;
        var found = await Colleague.Bot.DoAsync(server, "query_knowledge_base", new { queries = new[] { "sidecar does not start", "daprd crash", "app port" }, step_token = token });
        var article = found.Content.GetProperty("results")[0].GetProperty("articles")[0].GetProperty("article_id").GetString();
        var early = await Colleague.Alice.CallAsync(server, "decide_approval", new { approval_id = "ap-00000000-MCP-1", approved = true });
        Assert.Equal("not_found", early.Code);
        var refused = await Colleague.Bot.CallAsync(server, "complete_step", new
        {
            step_token = token, outcome = "done",
            result = new { problem = "p", findings = "f", solution = "s", steps = new[] { "s" }, confidence = 0.9, citations = new[] { "nowhere" } },
        });
        Assert.Equal("unknown_citation", refused.Code);
        await CompleteAsync(server, expert, new { problem = "p", findings = "f", solution = "Restart it.", steps = new[] { "Restart it." }, confidence = 0.9, citations = new[] { article } });

        var status = await Colleague.Bot.DoAsync(server, "ticket_status", new { ticket_id = "MCP-1" });
        Assert.Equal("WAITING_FOR_APPROVAL", status.Content.GetProperty("status").GetString());
        var approval = status.Content.GetProperty("output").GetProperty("approval").GetProperty("approval_id").GetString();
        await Colleague.Alice.DoAsync(server, "decide_approval", new { approval_id = approval, approved = true });
        await CompleteAsync(server, await NextAsync(server, "notification"), new { message = "Dear Acme, about MCP-1:" });

        var ended = await Colleague.Bot.DoAsync(server, "ticket_status", new { ticket_id = "MCP-1" });
        Assert.Equal("COMPLETED", ended.Content.GetProperty("status").GetString());
        var history = await Deployment.HistoryAsync(server, "cs-MCP-1", Colleague.Bot.Token);
        Assert.Equal("Dear Acme, about MCP-1:\n\nRestart it.", history[^1].GetProperty("content").GetString());
        return await TypesAsync(server, "cs-MCP-1");
    }

    private static async Task<List<string>> OverRestAsync(HttpServer server)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Colleague.Bot.Token);
        var body = new { ticket_id = "REST-1", customer_id = "CUST001", description = "The Dapr sidecar does not start." };
        using var created = await http.PostAsJsonAsync("/support/ticket", body, s_json, Stop);
        Assert.Equal((HttpStatusCode.OK, false), (created.StatusCode, created.Headers.Contains("Idempotent-Replayed")));
        var started = await JsonAsync(created);
        Assert.Equal(["instance_id", "ticket_id", "status"], started.Select(p => p.Key));
        Assert.Equal("workflow_started", (string?)started["status"]);

        using var again = await http.PostAsJsonAsync("/support/ticket", body, s_json, Stop);
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(started.ToJsonString(), (await JsonAsync(again)).ToJsonString());
        using var other = await http.PostAsJsonAsync("/support/ticket", new { ticket_id = "REST-1", customer_id = "CUST002", description = body.description }, s_json, Stop);
        using var nobody = await http.PostAsJsonAsync("/support/ticket", new { ticket_id = "REST-2", customer_id = "CUST999", description = "Help" }, s_json, Stop);
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.NotFound), (other.StatusCode, nobody.StatusCode));
        Assert.Equal("customer_not_found", (string?)(await JsonAsync(nobody))["code"]);

        var waiting = await JsonAsync(await http.GetAsync("/support/status/REST-1?wait=30", Stop));
        Assert.Equal("WAITING_FOR_APPROVAL", (string?)waiting["status"]);
        using var notBoolean = await http.PostAsJsonAsync("/support/approve/REST-1", new { approved = "true" }, s_json, Stop);
        using var notAPerson = await http.PostAsJsonAsync("/support/approve/REST-1", new { approved = true }, s_json, Stop);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Forbidden), (notBoolean.StatusCode, notAPerson.StatusCode));

        http.DefaultRequestHeaders.Authorization = new("Bearer", Colleague.Alice.Token);
        using var unseen = await http.PostAsJsonAsync("/support/approve/REST-1", new { approved = true, approval_id = "ap-00000000-REST-1" }, s_json, Stop);
        Assert.Equal(HttpStatusCode.NotFound, unseen.StatusCode);
        var seen = (string?)waiting["output"]!["approval"]!["approval_id"];
        using var approved = await http.PostAsJsonAsync("/support/approve/REST-1", new { approved = true, approval_id = seen, support_notes = "good" }, s_json, Stop);
        Assert.Equal("approval_sent", (string?)(await JsonAsync(approved))["status"]);
        using var twice = await http.PostAsJsonAsync("/support/approve/REST-1", new { approved = false }, s_json, Stop);
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        var ended = await JsonAsync(await http.GetAsync("/support/status/REST-1?wait=30", Stop));
        Assert.Equal(("COMPLETED", "solution_sent"), ((string?)ended["status"], (string?)ended["output"]!["outcome"]));

        using var missing = await http.GetAsync("/support/status/NONE", Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("REST-1", (await JsonAsync(missing))["newest"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("[]", (await JsonAsync(await http.GetAsync("/health/data", Stop)))["missing"]!.ToJsonString());
        return await TypesAsync(server, "cs-REST-1");
    }

    private static async Task<List<string>> OnCommandLineAsync(CliPlace place, HttpServer worker)
    {
        var reported = await RunAsync(0, "new", "CLI-1", "--customer", "CUST001", "The Dapr sidecar does not start.", "--json");
        Assert.Equal("workflow_started", (string?)JsonNode.Parse(reported)!["status"]);
        Assert.Contains("was reported already", await RunAsync(0, "new", "CLI-1", "--customer", "CUST001", "The Dapr sidecar does not start."), StringComparison.Ordinal);

        var waiting = JsonNode.Parse(await RunAsync(0, "status", "CLI-1", "--wait", "30", "--json"))!;
        Assert.Equal("WAITING_FOR_APPROVAL", (string?)waiting["status"]);
        var seen = (string)waiting["output"]!["approval"]!["approval_id"]!;
        Assert.Contains($", as {seen}", await RunAsync(0, "status", "CLI-1"), StringComparison.Ordinal);
        Assert.Contains("does not exist", await RunAsync(1, "approve", "CLI-1", "--approval", "ap-00000000-CLI-1"), StringComparison.Ordinal);
        Assert.Contains("is approved", await RunAsync(0, "approve", "CLI-1", "--approval", seen, "--notes", "good"), StringComparison.Ordinal);
        Assert.Contains("decided", await RunAsync(1, "refuse", "CLI-1"), StringComparison.Ordinal);
        var ended = await RunAsync(0, "status", "CLI-1", "--wait", "30");
        Assert.Contains("COMPLETED, solution_sent", ended, StringComparison.Ordinal);
        Assert.Contains($"Solution: granted by {Colleague.Alice.Actor}, and sent", ended, StringComparison.Ordinal);
        return await TypesAsync(worker, "cs-CLI-1");

        async Task<string> RunAsync(int expected, params string[] command)
        {
            var (code, output, errors) = await place.ProcessAsync("", ["ticket", .. command, "--as", Colleague.Alice.Actor, "--roles", Colleague.Alice.Roles]);
            Assert.True(code == expected, $"{code}: {errors}");
            return output + errors;
        }
    }

    private static async Task<JsonElement> NextAsync(HttpServer server, string role)
    {
        var step = (await Colleague.Bot.DoAsync(server, "next_step", new { roles = new[] { role } })).Content;
        Assert.False(step.TryGetProperty("none", out _), role);
        return step;
    }

    private static Task<ToolAnswer> CompleteAsync(HttpServer server, JsonElement step, object result) =>
        Colleague.Bot.DoAsync(server, "complete_step", new { step_token = step.GetProperty("step_token").GetString(), outcome = "done", result });

    private static async Task<List<string>> TypesAsync(HttpServer server, string id) =>
        [.. (await Deployment.EventsAsync(server, id, Colleague.Bot.Token)).Select(e => e.GetProperty("type").GetString()!)];

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!.AsObject();
}
