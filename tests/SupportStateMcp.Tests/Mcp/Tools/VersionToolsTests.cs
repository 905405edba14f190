using System.Text.Json.Nodes;
using Snapshooter.Xunit3;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>The tools of versions, and the past that get_state shows, through a real client.</summary>
public class VersionToolsTests(TaskServer server) : IClassFixture<TaskServer>
{
    private static readonly string[] s_tools = ["checkpoint", "fork_conversation", "list_checkpoints", "rollback"];

    [Fact]
    public async Task A_conversation_is_named_changed_looked_at_as_it_was_and_rolled_back()
    {
        var id = await server.OpenAsync();
        await server.DoAsync("update_metadata", $$$"""{"conversation_id": "{{{id}}}", "metadata": {"order": "A-17"}}""");
        var named = await server.DoAsync("checkpoint", $$"""{"conversation_id": "{{id}}", "name": "before-refund"}""");
        Assert.Equal($$"""{"conversation_id":"{{id}}","checkpoint":"before-refund","version":4,"replayed":false}""", named.ToJsonString());
        await server.DoAsync("update_metadata", $$$"""{"conversation_id": "{{{id}}}", "metadata": {"order": "A-71", "refund": 12}}""");

        var now = await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}"}""");
        Assert.Null(now["current_version"]);
        foreach (var point in (string[])["\"checkpoint\": \"before-refund\"", "\"at_version\": 4", $"\"at_time\": \"{(string)now["updated_at"]!}\", \"at_version\": null, \"checkpoint\": \"\""])
        {
            var then = await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}", {{point}}}""");
            if (point.Contains("at_time", StringComparison.Ordinal))
                continue;
            Assert.Equal(("""{"order":"A-17"}""", 4, 5), (then["metadata"]!.ToJsonString(), (int)then["version"]!, (int)then["current_version"]!));
            Assert.Equal("This is the past: version 4 of 5. Do not act on it; read the conversation as it is first.", (string)then["guidance"]!);
            Assert.Null(then["expires_at"]);
        }

        var back = await server.DoAsync("rollback", $$"""{"conversation_id": "{{id}}", "to": "before-refund", "reason": "wrong order"}""");
        Assert.Equal((4, 6, false), ((int)back["to"]!, (int)back["version"]!, (bool)back["unchanged"]!));
        Assert.Equal("""{"order":"A-17"}""", (await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}"}"""))["metadata"]!.ToJsonString());
        Assert.Equal("before-refund", (string)(await server.DoAsync("list_checkpoints", $$"""{"conversation_id": "{{id}}"}"""))["checkpoints"]![0]!["name"]!);
        // Nothing of the trail is gone.
        Assert.Equal(6, (await server.DoAsync("get_events", $$"""{"conversation_id": "{{id}}"}"""))["events"]!.AsArray().Count);
        // Without anything said: one change.
        Assert.Equal(2, (int)(await server.DoAsync("rollback", $$"""{"conversation_id": "{{id}}"}"""))["to"]!);
    }

    [Fact]
    public async Task An_event_that_brings_tasks_back_names_them()
    {
        var id = await server.OpenAsync();
        var steps = new JsonArray([.. Enumerable.Range(0, 50).Select(_ => (JsonNode)new string('s', 200))]).ToJsonString();
        var tasks = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            var created = await server.DoAsync("create_task", $$$"""{"conversation_id": "{{{id}}}", "goal": "goal {{{i}}}", "steps": {{{steps}}}, "data": {"d": "{{{new string('d', 4_000)}}}"}}""");
            tasks.Add((string)created["task_id"]!);
        }

        await server.DoAsync("checkpoint", $$"""{"conversation_id": "{{id}}", "name": "before"}""");
        await server.DoAsync("advance_task", $$"""{"task_id": "{{tasks[3]}}", "event": "step_complete"}""");
        var back = await server.DoAsync("rollback", $$"""{"conversation_id": "{{id}}", "to": "before"}""");

        var read = await server.CallAsync("get_events", $$"""{"conversation_id": "{{id}}", "after": {{(long)back["version"]! - 1}}}""");

        Assert.InRange(read.StructuredContent!.Value.GetRawText().Length, 1, 60_000);
        var rolledBack = Assert.Single(ConnectedServer.Structured(read)["events"]!.AsArray())!;
        Assert.Equal("rolled_back", (string?)rolledBack["type"]);
        Assert.Equal(tasks, rolledBack["details"]!["tasks"]!.AsArray().Select(t => (string)t!["task_id"]!));
        Assert.Equal(["task_id", "state", "changed_in"], rolledBack["details"]!["tasks"]![0]!.AsObject().Select(p => p.Key));
    }

    [Theory]
    [InlineData("get_state", """{"conversation_id": "cs-NOWHERE", "at_version": 1}""", "Conversation cs-NOWHERE does not exist")]
    [InlineData("get_state", """{"conversation_id": "cs-NOWHERE", "at_version": 1, "checkpoint": "a"}""", "it goes alone: send one of at_version, at_time and checkpoint")]
    [InlineData("get_state", """{"conversation_id": "cs-NOWHERE", "at_time": "yesterday"}""", "it must be a time with its zone")]
    [InlineData("checkpoint", """{"conversation_id": "cs-NOWHERE", "name": "1st"}""", "it must be a name of 1 to 50 letters, digits")]
    [InlineData("rollback", """{"conversation_id": "cs-NOWHERE", "steps": 0}""", "a whole number from 1 to 100")]
    [InlineData("rollback", """{"conversation_id": "cs-NOWHERE", "steps": 1, "to": "a"}""", "it goes without steps")]
    [InlineData("rollback", """{"conversation_id": "cs-NOWHERE"}""", "Conversation cs-NOWHERE does not exist")]
    public async Task What_cannot_be_done_is_refused_with_the_way_on(string tool, string arguments, string told) =>
        Assert.Contains(told, (string)JsonNode.Parse(await server.RefusedAsync(tool, arguments))!["message"]!, StringComparison.Ordinal);

    [Fact]
    public async Task The_catalogue_of_versions_is_the_approved_one() => Snapshot.Match(ConnectedServer.Pretty(
        (await server.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken))
            .Select(t => t.ProtocolTool).Where(t => s_tools.Contains(t.Name)).OrderBy(t => t.Name, StringComparer.Ordinal)));
}
