using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Filters;

/// <summary>What a host on stdio sees and may call, by the toolsets that the server was started with.</summary>
public class ToolsetFilterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "probe_conversations probe_knowledge probe_tickets")]
    [InlineData("crm", "probe_crm")]
    [InlineData("knowledge, CRM", "probe_crm probe_knowledge")]
    [InlineData("conversations,tickets,knowledge,crm", "probe_conversations probe_crm probe_knowledge probe_tickets")]
    public async Task The_tools_of_other_sets_are_not_listed(string sets, string listed)
    {
        await using var server = Start(sets);
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");

        var names = (await client.ListToolsAsync(cancellationToken: Stop)).Select(t => t.Name).ToList();

        Assert.Equal(listed, string.Join(' ', ToolsetProbes.Of(names)));
        Assert.Equal(listed.Contains("probe_conversations", StringComparison.Ordinal), names.Contains("get_state"));
    }

    [Fact]
    public async Task A_call_of_another_set_is_refused_with_the_set_and_how_to_have_it()
    {
        await using var server = Start("knowledge");
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");

        // Before its arguments are looked at, which are none here.
        var refused = await ConnectedServer.CallAsync(client, "initialize_conversation", "{}");

        Assert.True(refused.IsError);
        Assert.Equal(
            """
            {"code":"toolset_not_enabled","message":"initialize_conversation is in the toolset conversations, and this server was started with knowledge only. Nothing was done; the operator can switch it on with --toolsets knowledge,conversations, or tools.sets.","name":"initialize_conversation","toolset":"conversations","enabled":["knowledge"],"limited_by":"server"}
            """,
            refused.StructuredContent!.Value.GetRawText());
        Assert.NotEqual(true, (await ConnectedServer.CallAsync(client, "probe_knowledge", "{}")).IsError);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_stays_an_error_of_the_protocol()
    {
        await using var server = Start("knowledge");
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");

        var error = await Assert.ThrowsAsync<McpProtocolException>(() => ConnectedServer.CallAsync(client, "no_such_tool", "{}"));

        Assert.Equal(McpErrorCode.InvalidParams, error.ErrorCode);
        Assert.Contains("Unknown tool: 'no_such_tool'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_belongs_to_a_set_as_a_tool_does()
    {
        await using var server = Start("tickets");
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");

        Assert.Equal(["probe_prompt"], (await client.ListPromptsAsync(cancellationToken: Stop)).Select(p => p.Name).Where(n => n is "probe_prompt" or "support_agent"));
        await client.GetPromptAsync("probe_prompt", cancellationToken: Stop);
        var error = await Assert.ThrowsAsync<McpProtocolException>(async () => await client.GetPromptAsync("support_agent", cancellationToken: Stop));

        Assert.Equal(McpErrorCode.InvalidParams, error.ErrorCode);
        Assert.Contains("support_agent is in the toolset conversations", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    public async Task What_is_stored_of_conversations_is_not_read_around_the_tools(string? revision)
    {
        await using var server = Start("knowledge");
        await using var client = await ConnectedServer.ConnectAsync(server, "tests", revision);

        Assert.DoesNotContain(await client.ListResourcesAsync(cancellationToken: Stop), r => r.Uri == "support://workflow");
        Assert.DoesNotContain(await client.ListResourceTemplatesAsync(cancellationToken: Stop), t => t.UriTemplate.StartsWith("support://conversations", StringComparison.Ordinal));
        foreach (var uri in (string[])["support://workflow", "support://conversations/cs-T", "support://conversations/cs-T/history"])
        {
            var error = await Assert.ThrowsAsync<McpProtocolException>(async () => await client.ReadResourceAsync(uri, cancellationToken: Stop));
            Assert.Equal(McpErrorCode.InvalidParams, error.ErrorCode);
            Assert.Contains($"{uri} is in the toolset conversations, and this server was started with knowledge only.", error.Message, StringComparison.Ordinal);
        }

        if (revision is not null)
        {
            var error = await Assert.ThrowsAsync<McpProtocolException>(() => client.SubscribeToResourceAsync("support://conversations/cs-T", cancellationToken: Stop));
            Assert.Contains("is in the toolset conversations", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("knowledge", 0)]
    public async Task Ids_of_conversations_are_completed_for_who_has_them(string sets, int found)
    {
        using var directory = new TemporaryDirectory();
        await using (var opening = InProcessServer.On(directory.Path))
        {
            await using var agent = await ConnectedServer.ConnectAsync(opening, "tests");
            await ConnectedServer.CallAsync(agent, "initialize_conversation", """{"user_id":"u","ticket_id":"C-1"}""");
        }

        await using var server = InProcessServer.On(directory.Path, Toolset(sets));
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");
        var completed = await client.CompleteAsync(new ResourceTemplateReference { Uri = "support://conversations/{conversation_id}" }, "conversation_id", "cs-", cancellationToken: Stop);

        Assert.Equal(found, completed.Completion.Values.Count);
    }

    [Theory]
    [InlineData("", "Support desk state", true)]
    [InlineData("conversations", "Support conversations", true)]
    [InlineData("knowledge", "Support knowledge base", false)]
    [InlineData("tickets,crm", "Support desk state", false)]
    public async Task The_server_presents_itself_by_its_sets(string sets, string title, bool hasConversations)
    {
        await using var server = Start(sets);
        await using var client = await ConnectedServer.ConnectAsync(server, "tests");

        Assert.Equal(title, client.ServerInfo!.Title);
        Assert.Contains("A refusal (isError, with code, message and facts) has changed nothing", client.ServerInstructions!, StringComparison.Ordinal);
        Assert.Equal(hasConversations, client.ServerInstructions!.Contains("initialize_conversation", StringComparison.Ordinal));
    }

    private static InProcessServer Start(string sets) => InProcessServer.StartWith(ToolsetProbes.AddTo, Toolset(sets));

    private static string[] Toolset(string sets) => sets.Length == 0 ? [] : ["--toolsets", sets];
}
