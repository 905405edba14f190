using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The answer to a tool call: structured content and the same as text.</summary>
internal static class ToolReply
{
    /// <summary>What was asked for.</summary>
    public static CallToolResult Of<T>(T result)
    {
        var json = AnswerText.Fit(ViewJson.Bytes(result));
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(json) }],
            StructuredContent = Parse(json),
        };
    }

    /// <summary>Why it was refused: the sentence as text, code, sentence and facts as structured content.</summary>
    public static CallToolResult Of(Error error)
    {
        var facts = new JsonObject { ["code"] = error.Code, ["message"] = McpErrorMessages.Of(error) };
        foreach (var (name, value) in error.Facts)
            facts[name] = value?.DeepClone();

        return new CallToolResult
        {
            IsError = true,
            Content = [new TextContentBlock { Text = McpErrorMessages.Of(error) }],
            StructuredContent = Parse(ViewJson.Bytes(facts)),
        };
    }

    /// <summary>The value or the refusal.</summary>
    public static CallToolResult Of<T, TResult>(Result<T> result, Func<T, TResult> show) =>
        result.TryGet(out var value, out var error) ? Of(show(value)) : Of(error);

    private static JsonElement Parse(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader);
    }
}
