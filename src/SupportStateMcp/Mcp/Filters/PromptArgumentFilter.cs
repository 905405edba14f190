using System.Collections.Frozen;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// Checks the arguments of a prompt before it is made: those it requires are there, and each is a text (MCP, prompts/get).
/// A number is taken as the text that it is written as.
/// </summary>
public static class PromptArgumentFilter
{
    /// <summary>A filter for these prompts.</summary>
    public static McpRequestFilter<GetPromptRequestParams, GetPromptResult> For(IEnumerable<McpServerPrompt> prompts)
    {
        var known = prompts.ToFrozenDictionary(
            p => p.ProtocolPrompt.Name, p => p.ProtocolPrompt.Arguments?.ToArray() ?? [], StringComparer.Ordinal);

        return next => (request, cancellationToken) =>
        {
            // A prompt nobody knows is the SDK's to refuse.
            if (known.TryGetValue(request.Params.Name, out var arguments))
                request.Params.Arguments = Read(arguments, request.Params.Arguments);
            return next(request, cancellationToken);
        };
    }

    private static Dictionary<string, JsonElement> Read(PromptArgument[] arguments, IDictionary<string, JsonElement>? given)
    {
        var taken = new Dictionary<string, JsonElement>(given ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var value = taken.GetValueOrDefault(argument.Name);
            if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            {
                if (argument.Required is true)
                    throw Invalid(Error.InvalidArgument(argument.Name, "it is required; it must be a text"));
                taken.Remove(argument.Name);
            }
            else if (value.ValueKind == JsonValueKind.Number)
            {
                taken[argument.Name] = JsonSerializer.SerializeToElement(value.GetRawText(), ToolJson.TypeInfo<string>());
            }
            else if (value.ValueKind != JsonValueKind.String)
            {
                throw Invalid(Error.InvalidArgument(argument.Name, "it must be a text", SentValue.Of(value)));
            }
        }

        return taken;
    }

    private static McpProtocolException Invalid(Error error) => new(McpErrorMessages.Of(error), McpErrorCode.InvalidParams);
}
