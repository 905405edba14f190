using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Resources;

public class SupportResourcesTests(ConnectedServer server) : IClassFixture<ConnectedServer>
{
    [Fact]
    public async Task The_workflow_is_a_diagram_and_a_table()
    {
        var (type, text) = await ReadAsync("support://workflow");

        Assert.Equal("text/markdown", type);
        Assert.Contains("\nProfile: strict.\n", text, StringComparison.Ordinal);
        Assert.Contains("```mermaid\nstateDiagram-v2\n    [*] --> initialized\n", text, StringComparison.Ordinal);
        Assert.Contains("| gathering_info | processing, escalated | Ask for what is missing", text, StringComparison.Ordinal);
        Assert.Contains("| resolved | nothing: terminal |", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "get_state")]
    [InlineData("/history", "get_history")]
    [InlineData("/events", "get_events")]
    public async Task A_resource_of_a_conversation_says_what_the_tool_says(string part, string tool)
    {
        var id = await server.OpenAsync();
        await server.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "user", "content": "Grüße"}""");

        var (type, text) = await ReadAsync($"support://conversations/{id}{part}");

        Assert.Equal("application/json", type);
        Assert.Equal(
            (await server.DoAsync(tool, $$"""{"conversation_id": "{{id}}"}""")).ToJsonString(), JsonNode.Parse(text)!.ToJsonString());
    }

    [Theory]
    [InlineData("support://conversations/cs-NOWHERE")]
    [InlineData("support://conversations/nonsense")]
    [InlineData("support://conversations/cs-1/secrets")]
    [InlineData("support://else")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task What_is_no_resource_is_an_error_of_the_protocol(string uri)
    {
        var error = await Assert.ThrowsAsync<McpProtocolException>(() => ReadAsync(uri));

        Assert.True(error.ErrorCode is McpErrorCode.InvalidParams or McpErrorCode.ResourceNotFound, $"{error.ErrorCode}");
        Assert.DoesNotContain("Exception", server.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversation_ids_and_states_are_completed_while_they_are_typed()
    {
        var id = await server.OpenAsync();

        Assert.Contains(id, await CompleteAsync("conversation_id", id[..^1]));
        Assert.Contains(id, await CompleteAsync("conversation_id", id["cs-".Length..]));
        Assert.Empty(await CompleteAsync("conversation_id", "no such conversation"));
        Assert.Empty(await CompleteAsync("colour", "r"));
    }

    private async Task<IList<string>> CompleteAsync(string argument, string typed) => (await server.Client.CompleteAsync(
        new PromptReference { Name = "support_agent" }, argument, typed, cancellationToken: TestContext.Current.CancellationToken)).Completion.Values;

    private async Task<(string? Type, string Text)> ReadAsync(string uri)
    {
        var result = await server.Client.ReadResourceAsync(new ReadResourceRequestParams { Uri = uri }, TestContext.Current.CancellationToken);
        var content = Assert.IsType<TextResourceContents>(Assert.Single(result.Contents));
        Assert.Equal(uri, content.Uri);
        return (content.MimeType, content.Text);
    }
}
