using System.Text.Json;
using Json.Schema;

namespace SupportStateMcp.Workflow;

/// <summary>What the result of a step has to look like: a JSON Schema (2020-12), checked by the library JsonSchema.Net.</summary>
public sealed class ResultSchema
{
    private readonly Lazy<JsonSchema> _schema;

    private ResultSchema(JsonElement json)
    {
        Json = json;
        _schema = new Lazy<JsonSchema>(() => JsonSchema.FromText(json.GetRawText()));
    }

    /// <summary>The schema, as workers get it.</summary>
    public JsonElement Json { get; }

    /// <summary>Reads a schema; null where the text is none.</summary>
    public static ResultSchema? TryParse(string text)
    {
        try
        {
            var schema = new ResultSchema(JsonElement.Parse(text));
            _ = schema._schema.Value;
            return schema;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A schema of this code: read when it is first used.</summary>
    internal static ResultSchema Of(string text) => new(JsonElement.Parse(text));

    /// <summary>What is wrong with a result, each as <c>/path: rule</c>; empty where nothing is.</summary>
    public IReadOnlyList<string> Violations(JsonElement result)
    {
        var found = _schema.Value.Evaluate(result, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return found.IsValid
            ? []
            : [.. found.Details!.Where(d => d.Errors is { Count: > 0 }).SelectMany(d => d.Errors!.Select(e => $"{(d.InstanceLocation.ToString() is { Length: > 0 } at ? at : "/")}: {e.Value}")).Distinct().Take(MostTold)];
    }

    private const int MostTold = 10;
}
