using System.Text.Json.Nodes;

namespace SupportStateMcp.Tests.Support;

/// <summary>What the endpoint answers to a POST: a stream of events, the last of which is the reply; or, where it refuses the request, plain JSON.</summary>
internal static class HttpReply
{
    private const string Data = "data: ";

    public static JsonNode Of(string body) =>
        JsonNode.Parse(body.Split('\n').LastOrDefault(l => l.StartsWith(Data, StringComparison.Ordinal))?[Data.Length..] ?? body)!;

    /// <summary>The result; an error is thrown.</summary>
    public static JsonNode ResultOf(string body) => Of(body)["result"] ?? throw new InvalidOperationException(body);
}
