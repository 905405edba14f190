using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

/// <summary>
/// What a desk wants the custom facts of its conversations to look like (<c>metadata.schema</c>): checked where facts are written. A conversation
/// without custom facts fits every schema, since not everybody who opens one knows them yet.
/// </summary>
/// <param name="Schema">The schema of all custom facts together.</param>
public sealed record FactsSchema(ResultSchema Schema)
{
    /// <summary>What is wrong with these facts, each as <c>/path: rule</c>; empty where nothing is.</summary>
    public IReadOnlyList<string> Violations(IReadOnlyDictionary<string, JsonElement> facts)
    {
        if (facts.Count == 0)
            return [];
        var whole = new JsonObject(facts.Select(f => KeyValuePair.Create(f.Key, JsonNode.Parse(f.Value.GetRawText()))));
        return Schema.Violations(JsonSerializer.SerializeToElement(whole, ConversationJson.Readable.JsonObject));
    }
}
