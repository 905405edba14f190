using System.Collections.Frozen;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>Checks the arguments of a prompt before it is made: those it requires are there, and each is a text (MCP, prompts/get).</summary>
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
            if (known.TryGetValue(request.Params.Name, out var arguments)
                && Array.Find(arguments, a => !IsGiven(a, request.Params.Arguments)) is { } argument)
                throw new McpProtocolException($"Invalid argument {argument.Name}: it is a string, and it is required.", McpErrorCode.InvalidParams);
            return next(request, cancellationToken);
        };
    }

    private static bool IsGiven(PromptArgument argument, IDictionary<string, JsonElement>? given) =>
        given is not null && given.TryGetValue(argument.Name, out var value) ? value.ValueKind == JsonValueKind.String : argument.Required is not true;
}
