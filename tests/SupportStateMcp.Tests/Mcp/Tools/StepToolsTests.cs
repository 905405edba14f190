using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tickets;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>What a worker has on a connection with tickets alone: the tools that the steps open, for what belongs to its ticket.</summary>
public class StepToolsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tools_that_steps_open_are_listed_with_the_tickets()
    {
        await using var server = await WorkerAsync();

        Assert.Equal(
            ["complete_step", "create_ticket", "lookup_customer", "lookup_system_info", "next_step", "query_knowledge_base", "ticket_status"],
            (await server.Client.ListToolsAsync(cancellationToken: Stop)).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_step_opens_the_customer_of_its_ticket_and_no_other()
    {
        await using var server = await WorkerAsync();
        var token = await TriageAsync(server);

        var customer = await server.DoAsync("lookup_customer", $$"""{"step_token": "{{token}}"}""");
        Assert.Equal(("CUST002", true), ((string?)customer["customer_id"], (bool?)customer["entitled"]));
        Assert.Equal("CUST002", (string?)(await server.DoAsync("lookup_system_info", $$"""{"step_token": "{{token}}", "customer_id": "CUST002"}"""))["customer_id"]);
        foreach (var tool in (string[])["lookup_customer", "lookup_system_info"])
        {
            var other = await server.RefusedAsync(tool, $$"""{"step_token": "{{token}}", "customer_id": "CUST001"}""");
            Assert.Contains("the customer of its own ticket alone", other, StringComparison.Ordinal);
        }

        Assert.Contains("leave email out", await server.RefusedAsync("lookup_customer", $$"""{"step_token": "{{token}}", "email": "ops@acme.example"}"""), StringComparison.Ordinal);
        Assert.Contains("tool_not_opened", await server.RefusedAsync("query_knowledge_base", $$"""{"step_token": "{{token}}", "query": "sidecar"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lookup_customer", """{"customer_id": "CUST001"}""")]
    [InlineData("lookup_customer", """{"customer_id": "CUST001", "step_token": null}""")]
    [InlineData("lookup_customer", """{"customer_id": "CUST001", "step_token": ""}""")]
    [InlineData("lookup_customer", """{"customer_id": "CUST001", "step_token": " "}""")]
    [InlineData("lookup_customer", """{"customer_id": "CUST001", "step_token": 5}""")]
    [InlineData("lookup_customer", """{"customer_id": "CUST001", "stepToken": "step_x"}""")]
    [InlineData("lookup_system_info", """{"customer_id": "CUST001"}""")]
    [InlineData("query_knowledge_base", """{"query": "sidecar"}""")]
    public async Task Without_a_step_they_are_refused_with_the_way_to_one(string tool, string arguments)
    {
        await using var server = await WorkerAsync();

        var refused = await server.RefusedAsync(tool, arguments);

        Assert.Contains("\"code\":\"step_token_required\"", refused, StringComparison.Ordinal);
        Assert.Contains("next_step", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step_x")]
    [InlineData("{token}x")]
    public async Task A_token_that_is_none_opens_nothing(string text)
    {
        await using var server = await WorkerAsync();
        var sent = text.Replace("{token}", await TriageAsync(server), StringComparison.Ordinal);

        foreach (var tool in (string[])["lookup_customer", "lookup_system_info"])
        {
            var refused = await server.RefusedAsync(tool, new JsonObject { ["customer_id"] = "CUST001", ["step_token"] = sent }.ToJsonString());
            Assert.Contains("\"code\":\"invalid_argument\"", refused, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_opens_nothing_once_its_step_is_done()
    {
        await using var server = await WorkerAsync();
        var token = await TriageAsync(server);
        await server.DoAsync("complete_step", $$"""
            {"step_token": "{{token}}", "outcome": "done",
             "result": {"summary": "It does not start.", "category": "sidecar", "priority": "high", "route": "complex"} }
            """);

        foreach (var tool in (string[])["lookup_customer", "lookup_system_info"])
            Assert.Contains("\"code\":\"lease_lost\"", await server.RefusedAsync(tool, $$"""{"step_token": "{{token}}"}"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", "characters shown]")]
    [InlineData("numbers", "{\"left_out\":\"")]
    public async Task Long_results_of_a_pipeline_of_ones_own_still_fit_an_answer(string of, string mark)
    {
        const int Most = 60_000;
        await using var server = new LongResultsServer();
        await server.InitializeAsync();
        var result = new JsonObject { ["found"] = of == "text" ? new string('x', 16_000) : new JsonArray([.. Enumerable.Range(0, 3_000).Select(n => (JsonNode)(n + 1_000))]) };
        await server.DoAsync("create_ticket", """{"ticket_id": "LONG-1", "customer_id": "CUST002", "description": "The sidecar does not start."}""");

        foreach (var name in LongResultsServer.Steps)
        {
            var taken = await server.CallAsync("next_step", "{}");
            Assert.InRange(taken.StructuredContent!.Value.GetRawText().Length, 1, Most);
            var step = ConnectedServer.Structured(taken);
            Assert.Equal(name, (string?)step["step"]);
            Assert.Equal("The sidecar does not start.", (string?)step["input"]!["description"]);
            await server.DoAsync("complete_step", new JsonObject { ["step_token"] = (string)step["step_token"]!, ["outcome"] = "done", ["result"] = result.DeepClone() }.ToJsonString());
        }

        var status = (await server.CallAsync("ticket_status", """{"ticket_id": "LONG-1"}""")).StructuredContent!.Value.GetRawText();

        Assert.InRange(status.Length, 1, Most);
        Assert.Contains(mark, status, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"COMPLETED\"", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_returns_the_step_that_is_being_taken_and_takes_no_other()
    {
        await using var server = await WatchedServer.StartAsync();
        await server.ReportAsync("STOP-1");
        await server.ReportAsync("STOP-2");
        server.Store.AfterCommit = token =>
        {
            server.Store.AfterCommit = _ => { };
            server.Stop();
            // As a store does whose answer is on its way.
            token.ThrowIfCancellationRequested();
        };

        var step = await server.NextAsync();

        Assert.StartsWith("STOP-", (string?)step["ticket_id"], StringComparison.Ordinal);
        Assert.Equal(1, await server.ReadyAsync());
    }

    [Fact]
    public async Task A_server_that_stops_takes_no_step_for_who_waits()
    {
        await using var server = await WatchedServer.StartAsync();
        server.Store.AfterLook = async _ =>
        {
            server.Store.AfterLook = _ => Task.CompletedTask;
            server.Stop();
            await server.ReportAsync("STOP-3");
        };

        var step = await server.NextAsync();

        Assert.True((bool?)step["none"]);
        Assert.Equal(1, await server.ReadyAsync());
    }

    private static async Task<string> TriageAsync(WorkerServer server)
    {
        await server.DoAsync("create_ticket", """{"ticket_id": "STEP-1", "customer_id": "CUST002", "description": "The sidecar does not start."}""");
        var step = await server.DoAsync("next_step", """{"roles": ["triage"]}""");
        Assert.Equal(["lookup_customer", "lookup_system_info"], step["allowed_tools"]!.AsArray().Select(t => (string?)t));
        return (string)step["step_token"]!;
    }

    private static async Task<WorkerServer> WorkerAsync()
    {
        var server = new WorkerServer();
        await server.InitializeAsync();
        return server;
    }

    /// <summary>A server whose store a test can look into.</summary>
    private sealed class WatchedServer : IAsyncDisposable
    {
        private readonly InProcessServer _server;
        private IServiceProvider _services = null!;
        private McpClient _client = null!;

        private WatchedServer() => _server = InProcessServer.StartWith(
            services =>
            {
                var inner = services.Last(s => s.ServiceType == typeof(IConversationStore)).ImplementationType!;
                services.AddSingleton<IConversationStore>(p =>
                {
                    _services = p;
                    return Store = new StoreAround((IConversationStore)ActivatorUtilities.CreateInstance(p, inner));
                });
            },
            "--toolsets", "tickets");

        public StoreAround Store { get; private set; } = null!;

        public static async Task<WatchedServer> StartAsync()
        {
            var server = new WatchedServer();
            server._client = await ConnectedServer.ConnectAsync(server._server, "worker");
            var loaded = await server._services.GetRequiredService<SampleData>().LoadAsync(new LoadSampleData(new Actor(ActorKind.Human, "sue"), Roles.Supervisor), StepToolsTests.Stop);
            Assert.Null(loaded.Error);
            return server;
        }

        public async Task ReportAsync(string ticket) => Assert.Null((await _services.GetRequiredService<TicketService>().CreateAsync(
            new ConversationCommand.OpenTicket
            {
                Id = ConversationId.OfTicket(ticket)!.Value, Actor = TicketDesk.Reporter.Actor, Roles = Roles.Agent, CustomerId = "CUST002", Description = "The sidecar does not start.",
            },
            StepToolsTests.Stop)).Error);

        /// <summary>Tells those who wait what a signal, or the end of the input, tells them.</summary>
        public void Stop() => _services.GetRequiredService<ServerStopping>().Tell();

        public async Task<JsonObject> NextAsync()
        {
            var result = await ConnectedServer.CallAsync(_client, "next_step", """{"wait_seconds": 30}""");
            Assert.False(result.IsError is true, result.StructuredContent?.GetRawText());
            return ConnectedServer.Structured(result);
        }

        /// <summary>How many steps nobody has taken.</summary>
        public async Task<int> ReadyAsync() =>
            (await Store.ListReadyStepsAsync(_services.GetRequiredService<StepService>().Roles, 10, verified: true, StepToolsTests.Stop)).Steps.Count;

        public async ValueTask DisposeAsync()
        {
            await _client.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    /// <summary>The same with a pipeline of six steps, which are done with whatever result.</summary>
    private sealed class LongResultsServer : WorkerServer
    {
        public static readonly string[] Steps = ["one", "two", "three", "four", "five", "six"];

        private readonly TemporaryDirectory _directory = new();

        protected override string[] Arguments => [.. base.Arguments, "--config", Configuration()];

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _directory.Dispose();
        }

        private string Configuration()
        {
            var steps = Steps.Select((name, i) => (JsonNode)new JsonObject
            {
                ["name"] = name, ["role"] = "expert", ["next"] = new JsonArray(new JsonObject { ["to"] = i + 1 < Steps.Length ? Steps[i + 1] : "end:done" }),
            });
            var file = Path.Combine(_directory.Path, "pipeline.json");
            File.WriteAllText(file, new JsonObject
            {
                ["mcp"] = new JsonObject
                {
                    ["tickets"] = new JsonObject { ["pipeline"] = "long" },
                    ["pipelines"] = new JsonObject { ["long"] = new JsonObject { ["steps"] = new JsonArray([.. steps]) } },
                },
            }.ToJsonString());
            return file;
        }
    }

    /// <summary>The server of an AI that works tickets, with the sample data.</summary>
    private class WorkerServer : ConnectedServer
    {
        private readonly CliPlace _place = new();

        protected override string[] Arguments => ["--toolsets", "tickets"];

        protected override string Directory => _place.Arguments[^1];

        public override async ValueTask InitializeAsync()
        {
            var (code, _, errors) = await _place.RunAsync("sample-data", "load", "--roles", "supervisor");
            Assert.True(code == 0, errors);
            await base.InitializeAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _place.Dispose();
        }
    }
}
