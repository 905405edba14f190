using SupportStateMcp.Conversations;
using SupportStateMcp.Tickets.Workers;

namespace SupportStateMcp.Tickets;

/// <summary>Which built-in worker a server runs.</summary>
public enum WorkerKind
{
    /// <summary>None: agents do the steps.</summary>
    None,

    /// <summary>The worker that needs no model.</summary>
    Rules,

    /// <summary>The worker that asks a model.</summary>
    Llm,
}

/// <summary>How tickets are worked, as configured.</summary>
public sealed record TicketSetup
{
    public TicketOptions Rules { get; init; } = new();

    public WorkerKind Worker { get; init; }

    /// <summary>How many steps the built-in worker is at at a time. Default 4; 1 to 64.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>How long the built-in worker has a step before it goes to another. Default 300 s; 5 s to a day.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The model, where the worker asks one; null otherwise.</summary>
    public LlmOptions? Llm { get; init; }
}
