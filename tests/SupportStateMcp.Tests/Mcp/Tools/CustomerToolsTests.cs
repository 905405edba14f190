using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Snapshooter.Xunit3;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>The tools of customers, through a real client.</summary>
public class CustomerToolsTests(CrmServer server, CrmAgentServer agent) : IClassFixture<CrmServer>, IClassFixture<CrmAgentServer>
{
    private static readonly string[] s_tools = ["lookup_customer", "lookup_system_info", "save_customer", "save_system_info"];
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static int s_customers;

    private readonly string _id = $"CUST-{Interlocked.Increment(ref s_customers)}";

    [Fact]
    public async Task A_customer_is_recorded_and_found_with_entitlement_and_open_conversations()
    {
        var saved = await server.DoAsync("save_customer", $$$"""
            {"customer_id": "{{{_id}}}", "name": "Acme Corporation", "email": "{{{_id}}}@Example.com", "plan": "enterprise", "support_entitlement": true,
             "entitled_until": "2099-12-31", "locale": "en-US", "tags": ["vip"], "custom": {"account_manager": "Jordan"}}
            """);
        var conversation = await server.OpenAsync(_id);

        Assert.Equal($$"""{"customer_id":"{{_id}}","created":true,"changed":true,"entitled":true,"version":1}""", saved.ToJsonString());
        foreach (var by in (string[])[$"\"customer_id\": \"{_id}\"", $"\"email\": \"{_id.ToLowerInvariant()}@example.COM\""])
        {
            var found = await server.DoAsync("lookup_customer", "{" + by + "}");
            Assert.Equal(
                $$$"""{"customer_id":"{{{_id}}}","name":"Acme Corporation","email":"{{{_id}}}@Example.com","plan":"enterprise","entitled":true,"support_entitlement":true,"entitled_until":"2099-12-31T23:59:59Z","locale":"en-US","tags":["vip"],"custom":{"account_manager":"Jordan"}}""",
                Without(found, "open_conversations", "updated_at", "version"));
            Assert.Equal(conversation, (string?)Assert.Single(found["open_conversations"]!.AsArray())!["conversation_id"]);
            Assert.Equal(1, (int)found["version"]!);
        }
    }

    [Fact]
    public async Task Only_what_is_passed_changes_and_only_on_the_expected_version()
    {
        await server.DoAsync("save_customer", $$$"""{"customer_id": "{{{_id}}}", "name": "Acme", "phone": "+1", "support_entitlement": true, "custom": {"a": 1, "b": 2}}""");

        var changed = await server.DoAsync("save_customer", $$$"""{"customer_id": "{{{_id}}}", "company": "Acme Corporation", "custom": {"a": null, "c": {"d": [1]}}, "expected_version": 1}""");
        var stale = await server.RefusedAsync("save_customer", $$"""{"customer_id": "{{_id}}", "phone": "+2", "expected_version": 1}""");
        var repeated = await server.DoAsync("save_customer", $$"""{"customer_id": "{{_id}}", "company": "Acme Corporation", "expected_version": 1}""");

        Assert.Equal((2, true), ((int)changed["version"]!, (bool)changed["entitled"]!));
        Assert.Contains("""
            "code":"version_conflict"
            """, stale, StringComparison.Ordinal);
        Assert.Contains("Call lookup_customer", stale, StringComparison.Ordinal);
        Assert.Equal((2, false), ((int)repeated["version"]!, (bool)repeated["changed"]!));
        Assert.Equal(
            $$$"""{"customer_id":"{{{_id}}}","name":"Acme","company":"Acme Corporation","phone":"+1","entitled":true,"support_entitlement":true,"custom":{"b":2,"c":{"d":[1]}},"open_conversations":[],"version":2}""",
            Without(await server.DoAsync("lookup_customer", $$"""{"customer_id": "{{_id}}"}"""), "updated_at"));
    }

    [Fact]
    public async Task A_list_that_may_be_empty_is_emptied_and_one_left_out_stays()
    {
        await server.DoAsync("save_customer", $$"""{"customer_id": "{{_id}}", "name": "Acme", "tags": ["vip"]}""");
        await server.DoAsync("save_system_info", $$"""{"customer_id": "{{_id}}", "platform": "kubernetes", "cloud_provider": "azure", "applications": [{"name": "orders"}]}""");

        foreach (var nothing in (string[])["null", "\"\""])
            Assert.False((bool)(await server.DoAsync("save_customer", $$"""{"customer_id": "{{_id}}", "tags": {{nothing}}}"""))["changed"]!);
        Assert.True((bool)(await server.DoAsync("save_customer", $$"""{"customer_id": "{{_id}}", "tags": []}"""))["changed"]!);
        Assert.True((bool)(await server.DoAsync("save_system_info", $$"""{"customer_id": "{{_id}}", "applications": []}"""))["changed"]!);

        Assert.Null((await server.DoAsync("lookup_customer", $$"""{"customer_id": "{{_id}}"}"""))["tags"]);
        Assert.DoesNotContain("orders", (await server.DoAsync("lookup_system_info", $$"""{"customer_id": "{{_id}}"}""")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_flag_nobody_is_entitled()
    {
        var saved = await server.DoAsync("save_customer", $$$"""{"customer_id": "{{{_id}}}", "name": "Entitled Inc", "plan": "enterprise", "entitled_until": "2099-12-31", "custom": {"support_entitlement": true}}""");

        Assert.False((bool)saved["entitled"]!);
        var found = await server.DoAsync("lookup_customer", $$"""{"customer_id": "{{_id}}"}""");
        Assert.False((bool)found["entitled"]!);
        Assert.Null(found["support_entitlement"]);
    }

    [Fact]
    public async Task What_a_customer_runs_is_recorded_and_found()
    {
        await server.DoAsync("save_customer", $$"""{"customer_id": "{{_id}}", "name": "Acme"}""");
        var missing = await server.RefusedAsync("lookup_system_info", $$"""{"customer_id": "{{_id}}"}""");
        Assert.Contains("ask the customer", missing, StringComparison.Ordinal);

        var saved = await server.DoAsync("save_system_info", $$$"""
            {"customer_id": "{{{_id}}}", "platform": "kubernetes", "cloud_provider": "azure", "dapr_version": "1.15.5",
             "applications": [{"name": "orders", "version": "2.4.1"}, {"name": "inventory", "version": 3}, {"name": "web"}], "custom": {"mtls": true}}
            """);
        await server.DoAsync("save_system_info", $$"""{"customer_id": "{{_id}}", "dapr_version": "1.16.0"}""");

        Assert.Equal($$"""{"customer_id":"{{_id}}","created":true,"changed":true,"version":1}""", saved.ToJsonString());
        Assert.Equal(
            $$"""{"customer_id":"{{_id}}","dapr_version":"1.16.0","platform":"kubernetes","cloud_provider":"azure","applications":[{"name":"orders","version":"2.4.1"},{"name":"inventory","version":"3"},{"name":"web"}],"custom":{"mtls":true},"version":2}""",
            Without(await server.DoAsync("lookup_system_info", $$"""{"customer_id": "{{_id}}"}"""), "updated_at"));
    }

    [Theory]
    [InlineData("lookup_customer", "{}", "customer_id: it is required where email is not given")]
    [InlineData("lookup_customer", """{"customer_id": "CUST001", "email": "a@example.com"}""", "look for a customer by one of the two")]
    [InlineData("lookup_customer", """{"email": "maria"}""", "it is an e-mail address")]
    [InlineData("lookup_customer", """{"customer": "CUST001"}""", "Did you mean customer_id")]
    [InlineData("lookup_customer", """{"customer_id": "CUST999"}""", "There is no customer CUST999.")]
    [InlineData("lookup_customer", """{"email": "nobody@example.com"}""", "sample-data load")]
    [InlineData("lookup_system_info", """{"customer_id": "CUST999"}""", "There is no customer CUST999.")]
    [InlineData("save_customer", """{"customer_id": "CUST999"}""", "name: it is required for a customer that is new")]
    [InlineData("save_customer", """{"customer_id": "CUST999", "name": "A", "plan": "gold"}""", "it must be one of: enterprise, professional, basic")]
    [InlineData("save_customer", """{"customer_id": "CUST999", "name": "A", "support_entitlement": "perhaps"}""", "it must be true or false")]
    [InlineData("save_customer", """{"customer_id": "CUST999", "name": "A", "entitled_until": "31.12.2027"}""", "it is a time with its zone")]
    [InlineData("save_customer", """{"customer_id": "CUST999", "name": "A", "expected_version": 4}""", "there is no customer CUST999")]
    [InlineData("save_system_info", """{"customer_id": "CUST999", "platform": "kubernetes", "cloud_provider": "azure"}""", "There is no customer CUST999.")]
    [InlineData("save_system_info", """{"customer_id": "CUST999", "applications": [{"version": "1"}]}""", "of each item: name: it is required")]
    [InlineData("save_system_info", """{"customer_id": "CUST999", "applications": [{"name": "a", "port": 80}]}""", "port: there is no such argument")]
    [InlineData("save_system_info", """{"customer_id": "CUST999", "applications": ["orders"]}""", "an object with name and version")]
    public async Task What_cannot_be_done_is_refused_with_the_way_on(string tool, string arguments, string told) =>
        Assert.Contains(told, (string)JsonNode.Parse(await server.RefusedAsync(tool, arguments))!["message"]!, StringComparison.Ordinal);

    [Fact]
    public async Task An_agent_looks_up_and_does_not_record()
    {
        var tools = (await agent.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(t => t.Name).ToList();
        Assert.Equal(s_tools[..2], tools.Order(StringComparer.Ordinal));

        foreach (var (tool, arguments) in ((string, string)[])
            [("save_customer", """{"customer_id": "CUST001", "name": "Acme"}"""), ("save_system_info", """{"customer_id": "CUST001", "platform": "kubernetes", "cloud_provider": "azure"}""")])
            Assert.Contains("role:supervisor", await agent.RefusedAsync(tool, arguments), StringComparison.Ordinal);
        Assert.Contains("customer_not_found", await agent.RefusedAsync("lookup_customer", """{"customer_id": "CUST001"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_catalogue_of_customers_is_the_approved_one() => Snapshot.Match(ConnectedServer.Pretty(
        (await server.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken))
            .Select(t => t.ProtocolTool).Where(t => s_tools.Contains(t.Name)).OrderBy(t => t.Name, StringComparer.Ordinal)));

    private static string Without(JsonObject answer, params string[] fields)
    {
        var left = answer.DeepClone().AsObject();
        foreach (var field in fields)
            left.Remove(field);
        return left.ToJsonString(s_readable);
    }
}
