using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Memory;

/// <summary>What somebody wants to be remembered or forgotten. The union is closed: these are all there are.</summary>
public abstract record MemoryCommand
{
    private protected MemoryCommand() { }

    /// <summary>Who wants it; from the connection.</summary>
    public required Actor Actor { get; init; }

    /// <summary>What they may do; from the connection.</summary>
    public Roles Roles { get; init; }

    /// <summary>The first bound that the arguments break; null where they break none. The service refuses such a command.</summary>
    public abstract Error? Violation();

    /// <summary>The customer by id, or that of a conversation: one of the two, or both where they agree.</summary>
    internal static Error? ScopeViolation(string? customerId, ConversationId? conversation) =>
        customerId is null && conversation is null
            ? Error.InvalidArgument("customer_id", "it is required where conversation_id is not given: a memory belongs to a customer")
            : Bounds.Text("customer_id", customerId, Limits.UserId, 1);
}

/// <summary>Remembers a text. The same text again changes nothing; another one under the same key supersedes it.</summary>
[Requires(Roles = Roles.Agent)]
public sealed record Remember : MemoryCommand
{
    /// <summary>Whose memory it is, unless it is a solution; null: that of the conversation's customer.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The conversation that it comes from; null for none.</summary>
    public ConversationId? Conversation { get; init; }

    public required MemoryKind Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>For facts and preferences alone.</summary>
    public string? Key { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>0 to 1.</summary>
    public double? Confidence { get; init; }

    public string? Source { get; init; }

    public override Error? Violation() =>
        ScopeViolation(CustomerId, Conversation)
        ?? Bounds.Text("text", Text, MemoryLimits.Text, 1)
        ?? (string.IsNullOrWhiteSpace(Text) ? Error.InvalidArgument("text", "it is not empty") : null)
        ?? Bounds.Text("key", Key, MemoryLimits.Key, 1)
        ?? OneLine("key", Key)
        ?? (Key is not null && Kind is not (MemoryKind.Fact or MemoryKind.Preference)
            ? Error.InvalidArgument("key", "facts and preferences alone have one; leave it out") : null)
        ?? Bounds.Items("topics", Topics, MemoryLimits.Topics, MemoryLimits.Topic)
        ?? Topics.Select(t => OneLine("topics", t)).FirstOrDefault(e => e is not null)
        ?? (Confidence is null or (>= 0 and <= 1) ? null : Error.InvalidArgument("confidence", "it is a number from 0 to 1"))
        ?? Bounds.Text("source", Source, MemoryLimits.Source, 1)
        ?? OneLine("source", Source)
        ?? (Kind == MemoryKind.Solution ? PersonalViolation() : null);

    /// <summary>A solution is read for every customer.</summary>
    private Error? PersonalViolation()
    {
        foreach (var (argument, text) in (ReadOnlySpan<(string, string?)>)[("text", Text), ("topics", string.Join('\n', Topics)), ("source", Source)])
        {
            if (text is not null && PersonalData.KindsIn(text) is { Count: > 0 } kinds)
                return Error.PersonalData(argument, kinds.Select(Primitives.SnakeCaseEnum.Of).ToList());
        }

        return null;
    }

    private static Error? OneLine(string argument, string? text) =>
        text is null ? null
        : text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') || string.IsNullOrWhiteSpace(text)
            ? Error.InvalidArgument(argument, "it is one line, with no control characters, and not empty")
            : null;
}

/// <summary>Forgets one memory, for good.</summary>
[Requires(Roles = Roles.Agent)]
public sealed record Forget : MemoryCommand
{
    public required string MemoryId { get; init; }

    public required string Reason { get; init; }

    public override Error? Violation() =>
        Bounds.Text("memory_id", MemoryId, MemoryLimits.MemoryId, 1) ?? Bounds.Text("reason", Reason, Limits.Reason, 1);
}

/// <summary>Forgets all that is remembered of a customer, the profile too, for good.</summary>
[Requires(Roles = Roles.Supervisor)]
public sealed record ForgetCustomer : MemoryCommand
{
    public required string CustomerId { get; init; }

    public required string Reason { get; init; }

    public override Error? Violation() =>
        Bounds.Text("customer_id", CustomerId, Limits.UserId, 1) ?? Bounds.Text("reason", Reason, Limits.Reason, 1);
}

/// <summary>Changes the profile of a customer by merge patches (RFC 7396); without any it only reads.</summary>
[Requires(Roles = Roles.Agent)]
public sealed record UpdateProfile : MemoryCommand
{
    public required string CustomerId { get; init; }

    /// <summary>The patch of the preferences; a JSON null removes a name.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Preferences { get; init; }

    /// <summary>The patch of the history.</summary>
    public IReadOnlyDictionary<string, JsonElement>? History { get; init; }

    /// <summary>Refuse unless the profile stands at this version, 0: unless there is none; null accepts any.</summary>
    public long? ExpectedVersion { get; init; }

    public override Error? Violation() =>
        Bounds.Text("customer_id", CustomerId, Limits.UserId, 1)
        ?? MergePatch.Violation("preferences", Preferences)
        ?? MergePatch.Violation("history", History)
        ?? Bounds.Range("expected_version", ExpectedVersion, 0, Limits.Number);
}

/// <summary>Sets a value that those who work on a conversation share for a short time.</summary>
[Requires(Roles = Roles.Agent)]
public sealed record SetSession : MemoryCommand
{
    public required ConversationId Conversation { get; init; }

    public required string Key { get; init; }

    /// <summary>Any JSON; null removes the key.</summary>
    public required JsonElement? Value { get; init; }

    /// <summary>How long it lives, in seconds.</summary>
    public int TimeToLive { get; init; } = MemoryLimits.DefaultSessionSeconds;

    public override Error? Violation() =>
        Bounds.Text("key", Key, MemoryLimits.SessionKey, 1)
        ?? (Key.Any(char.IsControl) ? Error.InvalidArgument("key", "it has no control characters") : null)
        ?? (Value is { } given && System.Text.Encoding.UTF8.GetByteCount(given.GetRawText()) > MemoryLimits.SessionBytes
            ? Error.InvalidArgument("value", string.Create(CultureInfo.InvariantCulture, $"it has at most {MemoryLimits.SessionBytes} bytes of JSON")) : null)
        ?? (Value is { } fact ? Bounds.Facts("value", new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["value"] = fact }) : null)
        ?? Bounds.Range("ttl", TimeToLive, 1, MemoryLimits.SessionSeconds);
}
