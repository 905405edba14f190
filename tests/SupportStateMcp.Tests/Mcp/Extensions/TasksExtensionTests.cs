using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Extensions;

/// <summary>The extension <c>io.modelcontextprotocol/tasks</c> on two real servers of one store: what begins at one is looked at on the other.</summary>
public sealed class TasksExtensionTests(TasksExtensionTests.TwoServers servers) : IClassFixture<TasksExtensionTests.TwoServers>
{
    private const string Tasks = "\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}";
    private const string Knows = "{" + Tasks + "}";
    private const string Asks = """{"elicitation":{},""" + Tasks + "}";

    private const string Wait = "\"name\":\"ticket_status\",\"arguments\":{\"ticket_id\":\"TASK-4\",\"wait_seconds\":30}";

    private static readonly Colleague s_asked = new("ai:asked", "agent,approver");

    private readonly HttpClient _http = servers.Http;
    private readonly HttpServer _here = servers.Here;
    private readonly HttpServer _there = servers.There;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wait_for_a_decision_is_a_task_of_the_approvals_id_that_any_instance_answers_for()
    {
        var approval = await AskAsync(Colleague.Bot, "TASK-1");

        var created = await ResultAsync(_here, Colleague.Bot, "tools/call", Await(approval), "await_approval", Knows);

        Assert.Equal(("task", approval, "working"), ((string?)created["resultType"], (string?)created["taskId"], (string?)created["status"]));
        Assert.Equal(3_600_000, (long)created["ttlMs"]!);
        Assert.False(created.AsObject().ContainsKey("content"));
        Assert.Equal("working", (string?)(await GetAsync(_there, Colleague.Bot, approval))["status"]);

        // The client gives up waiting; the approval stays.
        Assert.Equal("complete", (string?)(await ResultAsync(_there, Colleague.Bot, "tasks/cancel", Id(approval), approval, Knows))["resultType"]);
        Assert.Equal("working", (string?)(await GetAsync(_here, Colleague.Bot, approval))["status"]);
        await Colleague.Alice.DoAsync(_there, "decide_approval", new { approval_id = approval, approved = true });

        var done = await GetAsync(_here, Colleague.Bot, approval);
        Assert.Equal(("completed", "granted", false), ((string?)done["status"], (string?)done["result"]!["structuredContent"]!["status"], (bool)done["result"]!["structuredContent"]!["timed_out"]!));
        // What is decided already is answered at once.
        Assert.Equal("complete", (string?)(await ResultAsync(_here, Colleague.Bot, "tools/call", Await(approval), "await_approval", Knows))["resultType"]);
    }

    [Fact]
    public async Task The_person_in_front_of_the_host_decides_by_an_update_and_only_on_what_they_were_asked()
    {
        var approval = await AskAsync(s_asked, "TASK-2");
        await ResultAsync(_here, s_asked, "tools/call", Await(approval), "await_approval", Asks);

        var waiting = await GetAsync(_there, s_asked, approval, Asks);
        Assert.Equal("input_required", (string?)waiting["status"]);
        var (key, question) = Assert.Single(waiting["inputRequests"]!.AsObject());
        Assert.Equal("elicitation/create", (string?)question!["method"]);
        Assert.Contains("612.4", (string?)question["params"]!["message"], StringComparison.Ordinal);

        const string Yes = """{"action":"accept","content":{"approved":true,"notes":"fine"}}""";
        await UpdateAsync("decision-0000000000000000", Yes);
        await UpdateAsync(key, """{"action":"decline"}""");
        Assert.Equal("input_required", (string?)(await GetAsync(_here, s_asked, approval, Asks))["status"]);
        await UpdateAsync(key, Yes);

        var done = (await GetAsync(_here, s_asked, approval, Asks))["result"]!["structuredContent"]!;
        Assert.Equal(("granted", "human:user-of-asked"), ((string?)done["status"], (string?)done["votes"]![0]!["by"]));

        Task UpdateAsync(string of, string answer) =>
            ResultAsync(_there, s_asked, "tasks/update", $"{Id(approval)},\"inputResponses\":{{\"{of}\":{answer}}}", approval, Asks);
    }

    [Fact]
    public async Task An_ai_whose_connection_may_not_ask_decides_nothing_by_an_update()
    {
        var approval = await AskAsync(Colleague.Bot, "TASK-3");
        var waiting = await GetAsync(_here, Colleague.Bot, approval, Asks);
        Assert.Equal("working", (string?)waiting["status"]);
        var others = await GetAsync(_here, s_asked, approval, Asks);
        var key = Assert.Single(others["inputRequests"]!.AsObject()).Key;

        await ResultAsync(
            _here, Colleague.Bot, "tasks/update", $"{Id(approval)},\"inputResponses\":{{\"{key}\":{{\"action\":\"accept\",\"content\":{{\"approved\":true}}}}}}", approval, Asks);

        Assert.Equal("working", (string?)(await GetAsync(_here, Colleague.Bot, approval, Asks))["status"]);
    }

    [Fact]
    public async Task A_ticket_that_is_worked_is_a_task_of_its_runs_id()
    {
        using var place = new CliPlace();
        Assert.Equal(0, (await place.RunAsync("sample-data", "load", "--roles", "supervisor")).ExitCode);
        // Nobody works it yet.
        await using var idle = await HttpServer.StartAsync(place.Arguments);
        var started = (await idle.CallAsync("create_ticket", new { ticket_id = "TASK-4", customer_id = "CUST001", description = "The sidecar does not start." }, Stop)).Content;
        var run = started.GetProperty("instance_id").GetString()!;

        var created = await ResultAsync(idle, null, "tools/call", Wait, "ticket_status", Knows);
        Assert.Equal(("task", run), ((string?)created["resultType"], (string?)created["taskId"]));
        Assert.Equal("working", (string?)(await GetAsync(idle, null, run))["status"]);

        // It ends where the call would have answered: the ticket needs a person.
        await using var demo = await HttpServer.StartAsync(["--demo", .. place.Arguments]);
        await Eventually.TrueAsync(async () => (string?)(await GetAsync(idle, null, run))["status"] == "completed", () => "Nobody is asked.");
        Assert.Equal("WAITING_FOR_APPROVAL", await StatusAsync());
        var answered = await ResultAsync(idle, null, "tools/call", Wait, "ticket_status", Knows);
        Assert.Equal(("complete", "WAITING_FOR_APPROVAL"), ((string?)answered["resultType"], (string?)answered["structuredContent"]!["status"]));

        using var approve = new StringContent("""{"approved":true}""", new MediaTypeHeaderValue("application/json"));
        using var decided = await _http.PostAsync(new Uri(demo.Address, "/support/approve/TASK-4"), approve, Stop);
        Assert.Equal(HttpStatusCode.OK, decided.StatusCode);
        await Eventually.TrueAsync(async () => await StatusAsync() == "COMPLETED", () => "It does not end.");

        // A store that cannot tell is no answer: the client asks again.
        using (var raw = OpenRaw(place.Arguments[^1]))
            Execute(raw, "UPDATE events SET event = CAST('{}' AS BLOB)");
        Assert.Equal(-32603, (int)(await SendAsync(idle, null, "tasks/get", Id(run), run, Knows))["error"]!["code"]!);

        async Task<string?> StatusAsync() => (string?)(await GetAsync(idle, null, run))["result"]?["structuredContent"]?["status"];
    }

    [Fact]
    public async Task A_decision_that_the_store_could_not_take_can_be_sent_again()
    {
        var soonGivesUp = await servers.StartAsync(lockTimeout: TimeSpan.FromSeconds(1));
        var approval = await AskAsync(s_asked, "TASK-7");
        var (key, _) = Assert.Single((await GetAsync(_here, s_asked, approval, Asks))["inputRequests"]!.AsObject());
        var update = $"{Id(approval)},\"inputResponses\":{{\"{key}\":{{\"action\":\"accept\",\"content\":{{\"approved\":true}}}}}}";

        using (var raw = OpenRaw(servers.Directory))
        {
            Execute(raw, "BEGIN IMMEDIATE");
            var refused = await SendAsync(soonGivesUp, s_asked, "tasks/update", update, approval, Asks);
            Execute(raw, "ROLLBACK");
            Assert.Equal(-32603, (int)refused["error"]!["code"]!);
        }

        Assert.Equal("input_required", (string?)(await GetAsync(_here, s_asked, approval, Asks))["status"]);
        await ResultAsync(_here, s_asked, "tasks/update", update, approval, Asks);
        Assert.Equal("granted", (string?)(await GetAsync(_here, s_asked, approval, Asks))["result"]!["structuredContent"]!["status"]);
    }

    [Theory]
    [InlineData("apr-unknown", -32602)]
    [InlineData("run-00000000-TASK-9", -32602)]
    [InlineData("run-x", -32602)]
    [InlineData("nonsense", -32602)]
    public async Task What_is_no_task_is_said_to_be_none(string id, int code)
    {
        foreach (var (method, more) in ((string, string)[])[("tasks/get", ""), ("tasks/cancel", ""), ("tasks/update", ",\"inputResponses\":{}")])
            Assert.Equal(code, (int)(await SendAsync(_here, Colleague.Bot, method, Id(id) + more, id, Knows))["error"]!["code"]!);
    }

    [Fact]
    public async Task Who_does_not_know_tasks_waits_and_may_not_ask_for_any()
    {
        var approval = await AskAsync(Colleague.Bot, "TASK-5");

        var waited = await ResultAsync(
            _here, Colleague.Bot, "tools/call", $"\"name\":\"await_approval\",\"arguments\":{{\"approval_id\":\"{approval}\",\"timeout_seconds\":1}}", "await_approval", "{}");
        var refused = await SendAsync(_here, Colleague.Bot, "tasks/get", Id(approval), approval, "{}");

        Assert.True((bool)waited["structuredContent"]!["timed_out"]!);
        Assert.Equal(-32021, (int)refused["error"]!["code"]!);
        Assert.NotNull(refused["error"]!["data"]!["requiredCapabilities"]!["extensions"]!["io.modelcontextprotocol/tasks"]);
    }

    [Fact]
    public async Task At_the_address_of_another_toolset_there_is_no_such_task()
    {
        var approval = await AskAsync(Colleague.Bot, "TASK-6");

        var refused = await SendAsync(_here, Colleague.Bot, "tasks/get", Id(approval), approval, Knows, "/mcp/knowledge");

        Assert.Equal(-32602, (int)refused["error"]!["code"]!);
    }

    /// <summary>The file of a store, as another process opens it.</summary>
    private static SqliteConnection OpenRaw(string directory)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(directory, SqliteStoreOptions.FileName)};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Await(string approval) => $"\"name\":\"await_approval\",\"arguments\":{{\"approval_id\":\"{approval}\"}}";

    private static string Id(string task) => $"\"taskId\":\"{task}\"";

    private async Task<string> AskAsync(Colleague who, string ticket)
    {
        await who.DoAsync(_here, "initialize_conversation", new { user_id = "u", ticket_id = ticket });
        var asked = await who.DoAsync(_here, "request_approval", new
        {
            conversation_id = $"cs-{ticket}", action = "refund", arguments = new { amount = 612.4 }, reason = "broken", amount = 612.4, expires_in = 3600,
        });
        return asked.Content.GetProperty("approval_id").GetString()!;
    }

    private Task<JsonNode> GetAsync(HttpServer server, Colleague? who, string task, string capabilities = Knows) => ResultAsync(server, who, "tasks/get", Id(task), task, capabilities);

    private async Task<JsonNode> ResultAsync(HttpServer server, Colleague? who, string method, string parameters, string name, string capabilities) =>
        await SendAsync(server, who, method, parameters, name, capabilities) is var answer && answer["result"] is { } result ? result : throw new InvalidOperationException(answer.ToJsonString());

    private async Task<JsonNode> SendAsync(HttpServer server, Colleague? who, string method, string parameters, string name, string capabilities, string path = "/mcp")
    {
        using var request = ListeningServer.Modern(new Uri(server.Address, path), method, parameters, name, capabilities);
        if (who is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", who.Token);
        using var response = await _http.SendAsync(request, Stop);
        return HttpReply.Of(await response.Content.ReadAsStringAsync(Stop));
    }

    /// <summary>Two servers on one store, for the tests of this class.</summary>
    public sealed class TwoServers : IAsyncLifetime
    {
        private Deployment _deployment = null!;

        internal HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

        internal string Directory => _deployment.Directory!;

        internal HttpServer Here { get; private set; } = null!;

        internal HttpServer There { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _deployment = (await Deployment.OnAsync("sqlite")).With(Colleague.Bot, Colleague.Alice, s_asked);
            (Here, There) = (await _deployment.StartServerAsync(), await _deployment.StartServerAsync());
        }

        internal Task<HttpServer> StartAsync(TimeSpan lockTimeout) => _deployment.StartServerAsync(lockTimeout);

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await _deployment.DisposeAsync();
        }
    }
}
