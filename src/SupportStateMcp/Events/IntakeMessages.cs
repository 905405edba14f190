using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>Takes events that come as messages of a log, and says what is to become of each message.</summary>
/// <param name="intake">Takes events.</param>
public sealed class IntakeMessages(EventIntake intake)
{
    /// <summary>The group of all processes of a desk.</summary>
    public const string Group = "supportstatemcp";

    /// <summary>Who brings what comes by a log: whoever can write to it.</summary>
    private static readonly Caller s_caller = new(ServerActors.Events, Roles.Agent);

    /// <summary>Takes one.</summary>
    /// <param name="json">CloudEvents 1.0 in the JSON format, UTF-8; null where the message holds nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IntakeOutcome> TakeAsync(ReadOnlyMemory<byte>? json, CancellationToken cancellationToken)
    {
        if (json is not { } bytes || Parse(bytes) is not { } e)
            return new IntakeOutcome.Rejected("It is no event: CloudEvents 1.0 in the JSON format, with id, source, type and data.");
        return (await intake.TakeAsync(e, s_caller, cancellationToken)).Error switch
        {
            null => new IntakeOutcome.Taken(),
            // A store that an operator has to mend says nothing about the event: it waits, however long that takes.
            Errors.StoreUnavailable error => new IntakeOutcome.Again(error.Code),
            var error when error.Facts["retryable"]?.GetValue<bool>() is true => new IntakeOutcome.Again(error.Code),
            var error => new IntakeOutcome.Rejected($"{error.Code} {error.Facts.ToJsonString()}"),
        };
    }

    private static IncomingEvent? Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limits.RequestBytes || StrictJson.Read(json.Span, "The event", out var root) is not null || root.ValueKind != JsonValueKind.Object)
            return null;
        return Text(root, "specversion") == "1.0" && Text(root, "id") is { } id && Text(root, "source") is { } source && Text(root, "type") is { } type
            && root.TryGetProperty("data", out var data)
            ? new IncomingEvent(id, source, type, data)
            : null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What is to become of a message.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome() { }

    /// <summary>It is done, or was before.</summary>
    public sealed record Taken : IntakeOutcome;

    /// <summary>It can be taken later.</summary>
    public sealed record Again(string Code) : IntakeOutcome;

    /// <summary>It can never be taken.</summary>
    public sealed record Rejected(string Reason) : IntakeOutcome;
}
