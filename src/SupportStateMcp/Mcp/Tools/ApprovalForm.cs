using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>What a person said to the form.</summary>
/// <param name="Action"><c>accept</c>, <c>decline</c> or <c>cancel</c>.</param>
/// <param name="Approved">Null unless they accepted and filled it in.</param>
/// <param name="Notes">Why, in their words.</param>
internal sealed record FormAnswer(string Action, bool? Approved, string? Notes);

/// <summary>The form in which a host asks its person for a decision.</summary>
internal static class ApprovalForm
{
    private const string Key = "decision";

    private static readonly JsonSerializerOptions s_readable = new(ToolJson.Options) { WriteIndented = true };

    /// <summary>Ends this round of the call with the question.</summary>
    public static InputRequiredException Ask(Approval approval, string state) => new(new Dictionary<string, InputRequest> { [Key] = Question(approval) }, state);

    /// <summary>The question.</summary>
    public static InputRequest Question(Approval approval) => InputRequest.ForElicitation(new ElicitRequestParams
    {
        Message = Message(approval),
        RequestedSchema = new ElicitRequestParams.RequestSchema
        {
            Properties = new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition>
            {
                ["approved"] = new ElicitRequestParams.BooleanSchema { Title = "Approve", Description = "Yes: it may be done once, exactly like this. No: it is refused for good." },
                ["notes"] = new ElicitRequestParams.StringSchema { Title = "Notes", Description = "Why, if you like.", MaxLength = Limits.Reason },
            },
            Required = ["approved"],
        },
    });

    /// <summary>The answer among what a client brought; null where there is none that can be read.</summary>
    /// <param name="answers">What it brought.</param>
    /// <param name="key">The key of the question.</param>
    public static FormAnswer? Read(IDictionary<string, InputResponse>? answers, string key = Key)
    {
        // A client may send an explicit null.
        if (answers is null || !answers.TryGetValue(key, out var response) || (object?)response is null)
            return null;
        try
        {
            return response.Deserialize(InputResponse.ElicitResultJsonTypeInfo) is { } result
                ? new FormAnswer(result.Action, Approved(result), Notes(result))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Everything that is bound first, in full; the words of the one who asks last, so that they cannot pass for more.</summary>
    private static string Message(Approval approval)
    {
        var text = new StringBuilder(
            $"""
            {approval.RequestedBy} asks for your approval of the action {JsonSerializer.Serialize(approval.Action, TypeInfo<string>())} with exactly these arguments:
            {JsonSerializer.Serialize(approval.Arguments, TypeInfo<JsonElement>())}
            """);
        if (approval.Amount is { } amount)
            text.Append(CultureInfo.InvariantCulture, $"\nAmount: {amount}");
        if (approval.UsableBy is { } user)
            text.Append(CultureInfo.InvariantCulture, $"\nTo be used by: {user}");
        text.Append(CultureInfo.InvariantCulture, $"\nPolicy: {approval.Policy}\nReason given: {approval.Reason}");
        // People approve what they see: what is invisible, or turns text around, is spelled out.
        return SafeText.Text(text.ToString());
    }

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)s_readable.GetTypeInfo(typeof(T));

    private static bool? Approved(ElicitResult result) =>
        result is { Action: "accept", Content: { } content } && content.TryGetValue("approved", out var value)
            ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null }
            : null;

    private static string? Notes(ElicitResult result) =>
        result.Content is { } content && content.TryGetValue("notes", out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } notes
            ? notes[..Math.Min(notes.Length, Limits.Reason)]
            : null;
}
