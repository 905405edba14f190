using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using static ModelContextProtocol.Protocol.ElicitRequestParams;

namespace SupportStateMcp.ConformanceHost;

/// <summary>Tools that ask the client in the middle of a call, which takes a session (revisions up to 2025-11-25).</summary>
internal sealed class SessionTools
{
    [McpServerTool(Name = "test_sampling"), Description("Asks the client's model.")]
    public async Task<string> SampleAsync(McpServer server, [Description("The question.")] string prompt, CancellationToken cancellationToken)
    {
        var answer = await server.SampleAsync(new CreateMessageRequestParams
        {
            Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = prompt }] }],
            MaxTokens = 100,
        }, cancellationToken);
        return $"LLM response: {answer.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text}";
    }

    [McpServerTool(Name = "test_elicitation"), Description("Asks the user.")]
    public Task<string> ElicitAsync(McpServer server, [Description("What the user is shown.")] string message, CancellationToken cancellationToken) =>
        AskAsync(server, message, new Dictionary<string, PrimitiveSchemaDefinition>
        {
            ["username"] = new StringSchema { Description = "User's response" },
            ["email"] = new StringSchema { Description = "User's email address" },
        }, cancellationToken);

    [McpServerTool(Name = "test_elicitation_sep1034_defaults"), Description("Asks with a default of each type.")]
    public Task<string> DefaultsAsync(McpServer server, CancellationToken cancellationToken) =>
        AskAsync(server, "Please review and update the form fields with defaults", new Dictionary<string, PrimitiveSchemaDefinition>
        {
            ["name"] = new StringSchema { Default = "John Doe" },
            ["age"] = new NumberSchema { Type = "integer", Default = 30 },
            ["score"] = new NumberSchema { Default = 95.5 },
            ["status"] = new UntitledSingleSelectEnumSchema { Enum = ["active", "inactive", "pending"], Default = "active" },
            ["verified"] = new BooleanSchema { Default = true },
        }, cancellationToken);

    [McpServerTool(Name = "test_elicitation_sep1330_enums"), Description("Asks with each kind of choice.")]
    public Task<string> ChoicesAsync(McpServer server, CancellationToken cancellationToken) =>
        AskAsync(server, "Please select options from the enum fields", new Dictionary<string, PrimitiveSchemaDefinition>
        {
            ["untitledSingle"] = new UntitledSingleSelectEnumSchema { Enum = ["option1", "option2", "option3"] },
            ["titledSingle"] = new TitledSingleSelectEnumSchema { OneOf = Titled("value1", "First Option", "value2", "Second Option", "value3", "Third Option") },
#pragma warning disable MCP9001 // The suite covers the older form as well.
            ["legacyEnum"] = new LegacyTitledEnumSchema { Enum = ["opt1", "opt2", "opt3"], EnumNames = ["Option One", "Option Two", "Option Three"] },
#pragma warning restore MCP9001
            ["untitledMulti"] = new UntitledMultiSelectEnumSchema { Items = new UntitledEnumItemsSchema { Enum = ["option1", "option2", "option3"] } },
            ["titledMulti"] = new TitledMultiSelectEnumSchema
            {
                Items = new TitledEnumItemsSchema { AnyOf = Titled("value1", "First Choice", "value2", "Second Choice", "value3", "Third Choice") },
            },
        }, cancellationToken);

    private static EnumSchemaOption[] Titled(params string[] valuesAndTitles) =>
        [.. valuesAndTitles.Chunk(2).Select(c => new EnumSchemaOption { Const = c[0], Title = c[1] })];

    private static async Task<string> AskAsync(
        McpServer server, string message, Dictionary<string, PrimitiveSchemaDefinition> fields, CancellationToken cancellationToken)
    {
        var answer = await server.ElicitAsync(
            new ElicitRequestParams { Message = message, RequestedSchema = new RequestSchema { Properties = fields } }, cancellationToken);
        var content = answer.Content is null ? "{}" : string.Join(", ", answer.Content.Select(c => $"{c.Key}: {c.Value}"));
        return $"Elicitation completed: action={answer.Action}, content={content}";
    }
}
