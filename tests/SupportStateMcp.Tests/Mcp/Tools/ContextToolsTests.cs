using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>One context call, and summaries, as a client meets them.</summary>
public class ContextToolsTests(ContextServer server) : IClassFixture<ContextServer>
{
    [Fact]
    public async Task One_call_tells_all_that_there_is_within_its_budget()
    {
        var user = $"maria-{ConnectedServer.NewTicket()}";
        var before = await server.OpenAsync(user);
        var id = await server.OpenAsync(user);
        for (var n = 1; n <= 60; n++)
            await AddAsync(id, n % 2 == 1 ? "user" : "assistant", $"{n}: It still tells me that the password is wrong, whatever I try.");

        var whole = await server.DoAsync("get_context", $$"""{"conversation_id": "{{id}}"}""");
        var small = await server.CallAsync("get_context", $$"""{"conversation_id": "{{id}}", "max_tokens": 900}""");

        Assert.Equal((60, "gathering_info", "ai:tests"), (whole["messages"]!.AsArray().Count, (string?)whole["state"], (string?)whole["owner"]));
        Assert.Equal(before, (string?)Assert.Single(whole["earlier_conversations"]!.AsArray())!["conversation_id"]);
        Assert.Equal("{}", whole["dropped"]!.ToJsonString());
        Assert.All((string[])["profile", "memories", "articles", "session"], part => Assert.NotNull(whole[part]));
        var shown = ConnectedServer.Structured(small);
        var first = (long)shown["messages"]![0]!["number"]!;
        Assert.Equal((first - 1, first), ((long)shown["dropped"]!["messages"]!, (long)shown["dropped"]!["before"]!));
        var cost = O200k.Count(Assert.IsType<TextContentBlock>(Assert.Single(small.Content)).Text);
        Assert.InRange(cost, 300, 900);
        Assert.InRange((int)shown["context_tokens"]!, cost, 900);
    }

    [Fact]
    public async Task A_summary_is_due_saved_once_and_stands_for_its_messages()
    {
        var id = await server.OpenAsync();
        for (var n = 1; n <= 21; n++)
            await AddAsync(id, "user", $"{n}: It does not work.");
        var due = await server.DoAsync("get_context", $$"""{"conversation_id": "{{id}}"}""");
        Assert.Equal("""{"from":1,"to":10}""", due["summary_due"]!.ToJsonString());

        var call = $$"""{"conversation_id": "{{id}}", "through_number": 10, "summary": "Nothing works.", "idempotency_key": "s-1"}""";
        var saved = await server.DoAsync("save_summary", call);
        var again = await server.DoAsync("save_summary", call);
        var context = await server.DoAsync("get_context", $$"""{"conversation_id": "{{id}}"}""");
        var history = await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"}""");

        Assert.Equal((10, "ai:tests", false), ((long)saved["through_number"]!, (string?)saved["by"], (bool)saved["replayed"]!));
        Assert.True((bool)again["replayed"]!);
        Assert.Equal((10, "Nothing works.", "ai:tests"), ((long)context["summary"]!["through_number"]!, (string?)context["summary"]!["text"], (string?)context["summary"]!["by"]));
        Assert.Equal(11, (long)context["messages"]![0]!["number"]!);
        Assert.Null(context["summary_due"]);
        Assert.Equal(21, history["messages"]!.AsArray().Count);
        Assert.Contains("from 11, after those that the summary covers already, to 21", await server.RefusedAsync("save_summary", $$"""{"conversation_id": "{{id}}", "through_number": 9, "summary": "x"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_known_of_the_customer_comes_with_each_turn_and_with_each_context()
    {
        var user = $"maria-{ConnectedServer.NewTicket()}";
        var (id, other) = (await server.OpenAsync(user), await server.OpenAsync());
        var unknown = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "Hello"}""");
        await server.DoAsync("remember", $$"""{"conversation_id": "{{id}}", "kind": "fact", "text": "Her mailbox is full, so that reset mails bounce."}""");
        await server.DoAsync("update_profile", $$"""{"customer_id": "{{user}}", "preferences": {"channel": "phone"} }""");
        await server.DoAsync("set_session", $$"""{"conversation_id": "{{id}}", "key": "step", "value": "reset"}""");

        var begun = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "The reset mail never comes to my mailbox."}""");
        var without = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "Still no mail.", "context": false}""");
        var short_ = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "And now?", "max_characters": 2000}""");
        var context = await server.DoAsync("get_context", $$"""{"conversation_id": "{{id}}"}""");

        Assert.Null(unknown["context"]);
        Assert.Equal("phone", (string?)begun["context"]!["profile"]!["preferences"]!["channel"]);
        Assert.Equal("Her mailbox is full, so that reset mails bounce.", (string?)Assert.Single(begun["context"]!["memories"]!.AsArray())!["text"]);
        Assert.InRange(O200k.Count(begun["context"]!.ToJsonString()), 20, 300);
        Assert.Null(without["context"]);
        Assert.InRange(short_.ToJsonString().Length, 1, 2_000);
        Assert.Equal("fact", (string?)Assert.Single(context["memories"]!.AsArray())!["kind"]);
        Assert.Equal("phone", (string?)context["profile"]!["preferences"]!["channel"]);
        Assert.Equal("reset", (string?)context["session"]!["step"]);
        Assert.Empty((await server.DoAsync("get_context", $$"""{"conversation_id": "{{other}}"}"""))["memories"]!.AsArray());
    }

    [Fact]
    public async Task Only_what_is_included_is_there()
    {
        var id = await server.OpenAsync();
        await AddAsync(id, "user", "Hello");

        var context = await server.DoAsync("get_context", $$"""{"conversation_id": "{{id}}", "include": ["messages", "session"]}""");

        Assert.NotNull(context["messages"]);
        Assert.NotNull(context["session"]);
        Assert.All((string[])["profile", "memories", "articles", "earlier_conversations"], part => Assert.Null(context[part]));
    }

    [Theory]
    [InlineData("""{"conversation_id": "cs-NONE"}""", "not_found")]
    [InlineData("""{"conversation_id": "cs-NONE", "max_tokens": 100}""", "from 500 to 20000")]
    [InlineData("""{"conversation_id": "cs-NONE", "include": ["everything"]}""", "earlier_conversations")]
    [InlineData("""{"conversation_id": "cs-NONE", "k": 50}""", "from 1 to 20")]
    public async Task Refusals_lead_on(string arguments, string said) =>
        Assert.Contains(said, await server.RefusedAsync("get_context", arguments), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public async Task A_tool_call_and_its_result_share_an_id_and_are_not_for_the_customer()
    {
        var id = await server.OpenAsync();
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "get_order {}", "tool_call_id": "call-1", "message_id": "a"}""");
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "tool", "content": "", "tool_call_id": "call-1"}""");
        await AddAsync(id, "assistant", "It is on its way.");

        var history = (await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"}"""))["messages"]!.AsArray();

        Assert.Equal(["call-1", "call-1", null], history.Select(m => (string?)m!["tool_call_id"]));
        Assert.Equal(["internal", "internal", null], history.Select(m => (string?)m!["visibility"]));
        Assert.Contains("idempotency_mismatch", await server.RefusedAsync(
            "add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "get_order {}", "tool_call_id": "call-2", "message_id": "a"}"""), StringComparison.Ordinal);
        foreach (var role in (string[])["user", "system"])
            Assert.Contains("for the call, or tool, for its result", await server.RefusedAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "{{role}}", "content": "x", "tool_call_id": "c"}"""), StringComparison.Ordinal);
        Assert.Contains("tool_call_id", await server.RefusedAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "tool", "content": "x", "tool_call_id": "{{new string('x', 201)}}"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_format_of_OpenAI_a_message_is_a_role_and_a_content()
    {
        var id = await server.OpenAsync();
        await AddAsync(id, "user", "Hello");
        await AddAsync(id, "assistant", "Hi");
        await AddAsync(id, "user", new string('x', 70_000));

        var two = await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}", "format": "openai", "before": 3}""");
        var newest = await server.DoAsync("get_history", $$"""{"conversation_id": "{{id}}", "format": "openai"}""");

        Assert.Equal("""[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"}]""", two["messages"]!.ToJsonString());
        var message = Assert.Single(newest["messages"]!.AsArray())!.AsObject();
        Assert.Equal(["role", "content"], message.Select(m => m.Key));
        Assert.Matches(@"^x{50000,}… \[\d+ of 70000 characters shown\]$", (string)message["content"]!);
        Assert.Equal(3, (long)newest["before"]!);
    }

    [Fact]
    public async Task What_was_said_with_a_customer_is_read_across_conversations()
    {
        var user = $"maria-{ConnectedServer.NewTicket()}";
        var (first, second) = (await server.OpenAsync(user), await server.OpenAsync(user));
        await AddAsync(first, "user", "one");
        await AddAsync(second, "user", "two");
        await AddAsync(second, "assistant", "three");

        var all = await server.DoAsync("get_history", $$"""{"user_id": "{{user}}"}""");
        var page = await server.DoAsync("get_history", $$"""{"user_id": "{{user}}", "limit": 1, "roles": ["user"]}""");
        var next = await server.DoAsync("get_history", $$"""{"user_id": "{{user}}", "limit": 1, "roles": ["user"], "cursor": "{{page["next_cursor"]}}"}""");
        var openai = await server.DoAsync("get_history", $$"""{"user_id": "{{user}}", "format": "openai"}""");

        Assert.Equal([(second, "two"), (second, "three"), (first, "one")], all["messages"]!.AsArray().Select(m => ((string)m!["conversation_id"]!, (string)m["content"]!)));
        Assert.Equal((user, null), ((string?)all["user_id"], (string?)all["next_cursor"]));
        Assert.Equal(["two", "one"], ((JsonObject[])[page, next]).Select(p => (string?)Assert.Single(p["messages"]!.AsArray())!["content"]));
        Assert.Equal("""[{"role":"user","content":"two"},{"role":"assistant","content":"three"},{"role":"user","content":"one"}]""", openai["messages"]!.ToJsonString());
        Assert.Empty((await server.DoAsync("get_history", """{"user_id": "nobody at all"}"""))["messages"]!.AsArray());
    }

    [Theory]
    [InlineData("{}", "required where user_id is not given")]
    [InlineData("""{"user_id": "maria", "conversation_id": "cs-TKT-001"}""", "cursor leads to more messages")]
    [InlineData("""{"user_id": "maria", "before": 3}""", "cursor leads to more messages")]
    [InlineData("""{"user_id": "maria", "cursor": "abc"}""", "next_cursor of an earlier answer")]
    [InlineData("""{"conversation_id": "cs-TKT-001", "cursor": "abc"}""", "before leads to older messages")]
    public async Task A_history_is_of_a_conversation_or_of_a_customer(string arguments, string said) =>
        Assert.Contains(said, await server.RefusedAsync("get_history", arguments), StringComparison.Ordinal);

    [Fact]
    public async Task An_answer_hints_at_a_state_and_moves_nothing()
    {
        var id = await server.OpenAsync();
        var answered = await AnswerAsync("Please try to restart it.");
        var moved = await AnswerAsync("Please try to restart it.", """, "new_state": "processing" """);
        var confirmed = await AnswerAsync("Does this help?");

        Assert.Equal(("gathering_info", "processing"), ((string?)answered["state"], (string?)answered["suggested_state"]));
        Assert.Equal(("processing", null), ((string?)moved["state"], (string?)moved["suggested_state"]));
        Assert.Equal(("processing", "awaiting_confirmation"), ((string?)confirmed["state"], (string?)confirmed["suggested_state"]));
        Assert.Equal("processing", (string?)(await server.DoAsync("get_state", $$"""{"conversation_id": "{{id}}"}"""))["state"]);

        async Task<JsonObject> AnswerAsync(string content, string more = "")
        {
            var begun = await server.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "It is broken."}""");
            return await server.DoAsync("complete_turn", $$"""{"turn_token": "{{begun["turn_token"]}}", "content": "{{content}}"{{more}}}""");
        }
    }

    [Fact]
    public async Task Open_tasks_are_part_of_a_context_and_those_that_are_done_are_not()
    {
        await using var desk = InProcessServer.Start("--toolsets", "conversations,context,tasks");
        await using var client = await ConnectedServer.ConnectAsync(desk, "tests");
        Task<JsonObject> DoAsync(string tool, string arguments) => StructuredAsync(client, tool, arguments);
        var id = (string)(await DoAsync("initialize_conversation", """{"user_id": "maria", "ticket_id": "TSK-1"}"""))["conversation_id"]!;
        var open = await DoAsync("create_task", $$"""{"conversation_id": "{{id}}", "goal": "Restore the login", "steps": ["Check the lock", "Send a link"]}""");
        await DoAsync("advance_task", $$"""{"task_id": "{{open["task_id"]}}", "event": "step_complete"}""");
        var done = await DoAsync("create_task", $$"""{"conversation_id": "{{id}}", "goal": "Say hello", "steps": ["Say it"]}""");
        await DoAsync("advance_task", $$"""{"task_id": "{{done["task_id"]}}", "event": "step_complete"}""");
        await DoAsync("advance_task", $$"""{"task_id": "{{done["task_id"]}}", "event": "task_complete"}""");

        var task = Assert.Single((await DoAsync("get_context", $$"""{"conversation_id": "{{id}}", "include": ["tasks"]}"""))["tasks"]!.AsArray())!;

        Assert.Equal(((string?)open["task_id"], "executing"), ((string?)task["task_id"], (string?)task["status"]));
        Assert.Equal(("""["Check the lock"]""", """["Send a link"]"""), (task["steps_completed"]!.ToJsonString(), task["steps_remaining"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_turn_begins_without_what_cannot_be_read()
    {
        using var directory = new TemporaryDirectory();
        await using var desk = InProcessServer.On(directory.Path, "--toolsets", "conversations,memory");
        await using var client = await ConnectedServer.ConnectAsync(desk, "tests");
        var id = (string)(await StructuredAsync(client, "initialize_conversation", """{"user_id": "maria", "ticket_id": "BAD-1"}"""))["conversation_id"]!;
        await StructuredAsync(client, "remember", $$"""{"conversation_id": "{{id}}", "kind": "fact", "text": "Her mailbox is full."}""");
        await StructuredAsync(client, "update_profile", """{"customer_id": "maria", "preferences": {"channel": "phone"} }""");
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(directory.Path, "supportstate.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var damage = database.CreateCommand();
            damage.CommandText = "UPDATE records SET content = CAST('no JSON' AS BLOB) WHERE kind = 'customer_profile'";
            Assert.Equal(1, await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var begun = await StructuredAsync(client, "begin_turn", $$"""{"conversation_id": "{{id}}", "content": "My mailbox?"}""");

        Assert.NotNull(begun["turn_token"]);
        Assert.Equal("""["profile"]""", begun["context"]!["unavailable"]!.ToJsonString());
        Assert.Equal("Her mailbox is full.", (string?)Assert.Single(begun["context"]!["memories"]!.AsArray())!["text"]);
    }

    private static async Task<JsonObject> StructuredAsync(McpClient client, string tool, string arguments)
    {
        var result = await ConnectedServer.CallAsync(client, tool, arguments);
        Assert.False(result.IsError is true, result.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text);
        return ConnectedServer.Structured(result);
    }

    private Task<JsonObject> AddAsync(string id, string role, string content) =>
        server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "{{role}}", "content": "{{content}}"}""");
}

/// <summary>A server with the tools of conversations and of contexts that makes summaries.</summary>
public sealed class ContextServer : ConnectedServer
{
    protected override string[] Arguments =>
        ["--toolsets", "conversations,context,memory", "--config", Repository.File("tests", "SupportStateMcp.Tests", "Support", "summarise.json")];
}
