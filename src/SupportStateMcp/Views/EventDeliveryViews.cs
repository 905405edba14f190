using System.ComponentModel;
using System.Text.Json.Serialization;

namespace SupportStateMcp.Views;

/// <summary>What <c>POST /events</c> answers.</summary>
public sealed record EventTakenView
{
    [Description("The id of the event.")]
    public required string EventId { get; init; }

    public required string ConversationId { get; init; }

    [Description("The version of the conversation after it.")]
    public required long Version { get; init; }

    [Description("True where the event was taken before.")]
    public required bool Replayed { get; init; }
}

/// <summary>What <c>deliveries</c> answers.</summary>
public sealed record DeliveriesView
{
    public required IReadOnlyList<SinkView> Sinks { get; init; }

    [Description("Events that a sink has not taken, however often it was tried; the oldest first, at most 1,000.")]
    public required IReadOnlyList<DeadLetterView> DeadLetters { get; init; }

    [Description("How many of these events there are in all; absent where all of them are listed.")]
    public int? DeadLettersInAll { get; init; }
}

/// <summary>How it stands with a sink.</summary>
public sealed record SinkView
{
    public required string Sink { get; init; }

    [Description("How many conversations have something to tell, about.")]
    public required long Pending { get; init; }

    [Description("When the first of them is tried next, or was due.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? OldestDue { get; init; }
}

/// <summary>An event that a sink has not taken.</summary>
public sealed record DeadLetterView
{
    public required string Sink { get; init; }

    public required string EventId { get; init; }

    public required int Attempts { get; init; }

    public required string Reason { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset FailedAt { get; init; }
}

/// <summary>What <c>redeliver</c> answers.</summary>
public sealed record RedeliveredView
{
    [Description("How many were taken, or are gone.")]
    public required int Delivered { get; init; }

    [Description("Those that were not taken again.")]
    public required IReadOnlyList<DeadLetterView> Failed { get; init; }
}
