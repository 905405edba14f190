using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

public abstract partial record ConversationCommand
{
    /// <summary>Stores what the customer wrote and begins a turn. The same as adding the message, for a repeat as well.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record BeginTurn : ConversationCommand
    {
        public required string MessageId { get; init; }
        public required string Content { get; init; }
        public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }
        public override string? IdempotencyKey => MessageId;
        public override string? StoredKey => "message:" + MessageId;

        protected override Error? Check() =>
            Bounds.Text("message_id", MessageId, Limits.Key, 1)
            ?? Bounds.Text("content", Content, Limits.Content)
            ?? Bounds.Facts("metadata", Metadata);
    }

    /// <summary>Answers the message of a turn and, where <see cref="NewState"/> is given, moves the conversation on. A turn is completed once.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record CompleteTurn : ConversationCommand
    {
        public required Turn Turn { get; init; }
        public required string Content { get; init; }
        public string? NewState { get; init; }
        public string? Reason { get; init; }

        /// <summary>What the ids of such answers begin with.</summary>
        internal const string MessageIdPrefix = MessageDraft.ReservedIdPrefix + "reply-";

        /// <summary>The id of the answer, derived from the turn.</summary>
        public string MessageId => string.Create(CultureInfo.InvariantCulture, $"{MessageIdPrefix}{Turn.Number}-{Turn.Epoch}");

        /// <summary>Nobody gave a key here: another answer to the same message is what it is.</summary>
        public override Error OtherArguments() => Error.AlreadyAnswered(Turn.Number);
        public override string? IdempotencyKey => MessageId;

        /// <summary>With the life of the conversation: what an earlier one of the ticket was answered is no repeat of this.</summary>
        public override string? StoredKey => string.Create(CultureInfo.InvariantCulture, $"reply:{Turn.Life}:{Turn.Number}:{Turn.Epoch}");

        protected override Error? Check() =>
            Bounds.Text("content", Content, Limits.Content)
            ?? Bounds.Text("new_state", NewState, Limits.State, 1)
            ?? Bounds.Text("reason", Reason, Limits.Reason);
    }
}
