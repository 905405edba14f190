namespace SupportStateMcp.Workflow;

/// <summary>
/// How a ticket is worked: the steps it goes through, who does each, and what follows from what. A pipeline is data: the built-in one is
/// <see cref="SupportTicketPipeline"/>, others come from the configuration.
/// </summary>
public sealed record PipelineDefinition
{
    public required string Name { get; init; }

    /// <summary>The steps; the first begins the run.</summary>
    public required IReadOnlyList<PipelineStep> Steps { get; init; }

    /// <summary>The step with this name; null where there is none.</summary>
    public PipelineStep? Step(string? name) => Steps.FirstOrDefault(s => s.Name == name);
}

/// <summary>One step of a pipeline.</summary>
public sealed record PipelineStep
{
    /// <summary>1 to 50 lower-case letters, digits and underscores, a letter first.</summary>
    public required string Name { get; init; }

    /// <summary>Which workers do it.</summary>
    public required string Role { get; init; }

    /// <summary>The tools that a worker of the step may use for its conversation; the step's token opens no others.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>What is special about the step.</summary>
    public IReadOnlyList<StepRequirement> Requires { get; init; } = [];

    /// <summary>What the result has to look like, as a JSON Schema; null takes any object.</summary>
    public ResultSchema? ResultSchema { get; init; }

    /// <summary>The longest that a worker may hold it; for an approval, until when a person decides. Default one hour.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often it is tried before the run has failed, 1 to 10. Default 3.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The state that the conversation moves to when the step is done, where the workflow has that transition; null leaves it where it is.</summary>
    public string? State { get; init; }

    /// <summary>What follows; the first whose condition is met.</summary>
    public required IReadOnlyList<PipelineBranch> Next { get; init; }

    /// <summary>What a worker is told to do.</summary>
    public required string Instructions { get; init; }

    public bool Has(StepRequirement requirement) => Requires.Contains(requirement);
}

/// <summary>What is special about a step.</summary>
public enum StepRequirement
{
    /// <summary>The server adds customer, system and entitlement from the records to the result.</summary>
    Customer,

    /// <summary>The result is an analysis: at least three distinct recorded queries came before it, and it cites what they returned.</summary>
    Research,

    /// <summary>A person decides on the solution of the analysis; no worker does.</summary>
    Approval,

    /// <summary>The result is a message to the customer, to which the server adds the approved text.</summary>
    Letter,
}

/// <summary>What follows from a step.</summary>
/// <param name="When">On which condition; null: in any case.</param>
/// <param name="To">Where it leads.</param>
public sealed record PipelineBranch(PipelineCondition? When, PipelineTarget To);

/// <summary>Where a branch leads: to a step, or to the end of the run with an outcome.</summary>
/// <param name="Step">The step; null where the run ends.</param>
/// <param name="Outcome">The outcome that the run ends with; null where it goes on.</param>
/// <param name="Escalates">True where the conversation is handed to people as the run ends.</param>
public sealed record PipelineTarget(string? Step, string? Outcome, bool Escalates)
{
    private const string EndPrefix = "end:";
    private const string EscalatePrefix = "escalate:";

    public static PipelineTarget ToStep(string step) => new(step, null, false);

    public static PipelineTarget End(string outcome) => new(null, outcome, false);

    public static PipelineTarget Escalate(string outcome) => new(null, outcome, true);

    /// <summary>Reads a step's name, <c>end:OUTCOME</c> or <c>escalate:OUTCOME</c>.</summary>
    public static PipelineTarget Parse(string text) =>
        text.StartsWith(EndPrefix, StringComparison.Ordinal) ? End(text[EndPrefix.Length..])
        : text.StartsWith(EscalatePrefix, StringComparison.Ordinal) ? Escalate(text[EscalatePrefix.Length..])
        : ToStep(text);

    /// <inheritdoc/>
    public override string ToString() => Step ?? (Escalates ? EscalatePrefix : EndPrefix) + Outcome;
}
