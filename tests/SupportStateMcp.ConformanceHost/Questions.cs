using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.ConformanceHost;

/// <summary>What a tool or prompt asks of the client, and the answers it finds in the next round.</summary>
internal static class Questions
{
    public static InputRequest Text(string message, string field) => Form(message, field, new ElicitRequestParams.StringSchema());

    public static InputRequest Confirmation() => Form("Please confirm", "ok", new ElicitRequestParams.BooleanSchema());

    public static InputRequest Sampling(string prompt) => InputRequest.ForSampling(new CreateMessageRequestParams
    {
        Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = prompt }] }],
        MaxTokens = 100,
    });

    public static InputRequest Roots() => InputRequest.ForRootsList(new ListRootsRequestParams());

    /// <summary>Ends this round: the client answers and calls again.</summary>
    public static InputRequiredException Ask(string key, InputRequest question, string? state = null) =>
        new(new Dictionary<string, InputRequest> { [key] = question }, state);

    /// <summary>The field of a form that the client filled in; null where it did not, or sent something else.</summary>
    public static string? Field(this IDictionary<string, InputResponse>? answers, string key, string field) =>
        answers.Find(key, InputResponse.ElicitResultJsonTypeInfo) is { Action: "accept", Content: { } content }
        && content.TryGetValue(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The answer under a key; null where there is none that can be read.</summary>
    public static T? Find<T>(this IDictionary<string, InputResponse>? answers, string key, JsonTypeInfo<T> type) where T : class
    {
        if (answers is null || !answers.TryGetValue(key, out var answer))
            return null;
        try
        {
            return answer.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static InputRequest Form(string message, string field, ElicitRequestParams.PrimitiveSchemaDefinition type) =>
        InputRequest.ForElicitation(new ElicitRequestParams
        {
            Message = message,
            RequestedSchema = new ElicitRequestParams.RequestSchema
            {
                Properties = new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition> { [field] = type },
                Required = [field],
            },
        });
}
