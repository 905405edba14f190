using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// SHA-256 digests of what callers send: a message's content in the trail, a command's arguments under its key.
/// </summary>
public static class Digest
{
    /// <summary>The digest of a text's UTF-8, as <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public static string OfText(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// The digest of an action and its arguments: what an approval binds. The order of keys does not count, nor how a
    /// number is written: 612.4 is 612.40.
    /// </summary>
    public static string OfAction(string action, JsonElement arguments)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(action);
            WriteSorted(json, arguments);
            json.WriteEndArray();
        }

        return Of(buffer.WrittenSpan);
    }

    /// <summary>
    /// The digest of a command's arguments: what a repeat under the same key must match. Who sends it, when, and under
    /// which key does not count; the order of keys in custom facts does not either.
    /// </summary>
    public static string OfArguments(ConversationCommand command)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(command.Id.Value);
            Write(json, command.ExpectedVersion);
            switch (command)
            {
                case ConversationCommand.AddMessage c:
                    WriteMessage(json, c.Role, c.Content, c.Metadata);
                    // What is not the usual, so that a message is the same whether it was added or began a turn.
                    if (c.Visibility != Visibility.Public)
                        json.WriteStringValue(SnakeCaseEnum.Of(c.Visibility));
                    if (c.Automated)
                        json.WriteStringValue("automated");
                    if (c.ToolCallId is { } call)
                        json.WriteStringValue("tool_call:" + call);
                    break;
                case ConversationCommand.BeginTurn c:
                    WriteMessage(json, MessageRole.User, c.Content, c.Metadata);
                    break;
                case ConversationCommand.CompleteTurn c:
                    json.WriteStringValue("complete_turn");
                    json.WriteStringValue(c.Content);
                    json.WriteStringValue(c.NewState);
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.Claim c:
                    json.WriteStringValue("claim_conversation");
                    json.WriteNumberValue(c.Lease.Ticks);
                    break;
                case ConversationCommand.Release c:
                    json.WriteStringValue("release_conversation");
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.HandBack c:
                    json.WriteStringValue("hand_back");
                    json.WriteStringValue(c.Note);
                    break;
                case ConversationCommand.Assign c:
                    json.WriteStringValue("assign_conversation");
                    json.WriteStringValue(c.Target.ToString());
                    json.WriteStringValue(c.Note);
                    json.WriteNumberValue(c.Lease.Ticks);
                    break;
                case ConversationCommand.Escalate c:
                    json.WriteStringValue("escalate_conversation");
                    json.WriteStringValue(c.Reason);
                    json.WriteStringValue(c.Summary);
                    json.WriteStringValue(c.Queue);
                    json.WriteStringValue(c.Priority is { } urgency ? SnakeCaseEnum.Of(urgency) : null);
                    json.WriteStringValue(c.CustomerMessage);
                    json.WriteStringValue(c.OpenQuestion);
                    Write(json, c.Promises);
                    Write(json, c.Tried);
                    break;
                case ConversationCommand.RequestApproval c:
                    json.WriteStringValue("request_approval");
                    json.WriteStringValue(OfAction(c.Action, c.Arguments));
                    json.WriteStringValue(c.Reason);
                    Write(json, c.Amount);
                    Write(json, c.RiskPriority);
                    Write(json, c.Confidence);
                    json.WriteStringValue(SnakeCaseEnum.Of(c.ApproverRole));
                    json.WriteNumberValue(c.Quorum);
                    json.WriteNumberValue(c.ExpiresIn.Ticks);
                    // Only where it is told, so that what was kept before there was such an argument still fits.
                    if (c.UsableBy is { } user)
                        json.WriteStringValue(user);
                    break;
                case ConversationCommand.OpenTicket c:
                    json.WriteStringValue("create_ticket");
                    json.WriteStringValue(c.CustomerId);
                    json.WriteStringValue(c.Description);
                    break;
                case ConversationCommand.DecideApproval c:
                    json.WriteStringValue("decide_approval");
                    json.WriteStringValue(c.ApprovalId);
                    json.WriteBooleanValue(c.Approved);
                    json.WriteStringValue(c.Notes);
                    json.WriteBooleanValue(c.Revise);
                    if (c.FinalArguments is { } final)
                        WriteSorted(json, final);
                    if (c.SeenDigest is { } seen)
                        json.WriteStringValue(seen);
                    break;
                case ConversationCommand.CompleteStep c:
                    json.WriteStringValue("complete_step");
                    json.WriteStringValue(c.Token.ToToken());
                    json.WriteStringValue(SnakeCaseEnum.Of(c.Outcome));
                    json.WriteStringValue(c.Reason);
                    if (c.Result is { } result)
                        WriteSorted(json, result);
                    break;
                case ConversationCommand.SaveSummary c:
                    json.WriteStringValue("save_summary");
                    json.WriteNumberValue(c.Through);
                    json.WriteStringValue(c.Summary);
                    break;
                case ConversationCommand.CreateTask c:
                    json.WriteStringValue("create_task");
                    json.WriteStringValue(c.Goal);
                    Write(json, c.Steps);
                    Write(json, c.Data);
                    break;
                case ConversationCommand.PlanTask c:
                    json.WriteStringValue("plan_task");
                    json.WriteStringValue(c.TaskId);
                    Write(json, c.Steps);
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.AdvanceTask c:
                    json.WriteStringValue("advance_task");
                    json.WriteStringValue(c.TaskId);
                    json.WriteStringValue(SnakeCaseEnum.Of(c.Trigger));
                    json.WriteStringValue(c.Reason);
                    Write(json, c.Data);
                    break;
                case ConversationCommand.SetCheckpoint c:
                    json.WriteStringValue("checkpoint");
                    json.WriteStringValue(c.Name);
                    break;
                case ConversationCommand.AnnounceFork c:
                    json.WriteStringValue("fork_conversation");
                    json.WriteStringValue(c.Point);
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.Rollback c:
                    json.WriteStringValue("rollback");
                    Write(json, c.Steps);
                    json.WriteStringValue(c.To);
                    json.WriteBooleanValue(c.KeepState);
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.Transition c:
                    json.WriteStringValue("transition_state");
                    json.WriteStringValue(c.NewState);
                    json.WriteStringValue(c.Reason);
                    break;
                case ConversationCommand.UpdateMetadata c:
                    json.WriteStringValue("update_metadata");
                    json.WriteStringValue(c.TicketStatus is { } status ? SnakeCaseEnum.Of(status) : null);
                    json.WriteStringValue(c.Priority is { } priority ? SnakeCaseEnum.Of(priority) : null);
                    json.WriteStringValue(c.AssignedTo);
                    Write(json, c.Metadata);
                    break;
                default:
                    throw new InvalidOperationException($"{command.GetType().Name} takes no key.");
            }

            json.WriteEndArray();
        }

        return Of(buffer.WrittenSpan);
    }

    private static string Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return "sha256:" + Convert.ToHexStringLower(hash);
    }

    private static void WriteMessage(Utf8JsonWriter json, MessageRole role, string content, IReadOnlyDictionary<string, JsonElement>? metadata)
    {
        json.WriteStringValue("add_message");
        json.WriteStringValue(SnakeCaseEnum.Of(role));
        json.WriteStringValue(content);
        Write(json, metadata);
    }

    private static void Write(Utf8JsonWriter json, decimal? number)
    {
        if (number is { } value)
            json.WriteRawValue(CanonicalNumber.Of(value.ToString(CultureInfo.InvariantCulture)));
        else
            json.WriteNullValue();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement>? facts)
    {
        json.WriteStartObject();
        foreach (var (key, value) in (facts ?? Conversation.EmptyMetadata).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            WriteSorted(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteSorted(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    WriteSorted(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteSorted(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.Number:
                json.WriteRawValue(CanonicalNumber.Of(element.GetRawText()));
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }
}
