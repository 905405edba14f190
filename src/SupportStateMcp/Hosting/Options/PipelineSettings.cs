using Microsoft.Extensions.Configuration;

namespace SupportStateMcp.Hosting;

/// <summary>The section <c>tickets</c>.</summary>
public sealed class TicketSettings
{
    public string? AutoApprove { get; set; }

    public string? Pipeline { get; set; }

    public string? Worker { get; set; }

    public string? Workers { get; set; }

    public string? Lease { get; set; }
}

/// <summary>The section <c>llm</c>.</summary>
public sealed class LlmSettings
{
    public string? Endpoint { get; set; }

    public string? Model { get; set; }

    public string? Timeout { get; set; }

    public string? TokensPerRun { get; set; }
}

/// <summary>An entry of <c>pipelines</c>.</summary>
public sealed class PipelineSettings
{
    public List<PipelineStepSettings>? Steps { get; set; }
}

/// <summary>A step of a pipeline.</summary>
public sealed class PipelineStepSettings
{
    public string? Name { get; set; }

    public string? Role { get; set; }

    public List<string>? Tools { get; set; }

    public List<string>? Requires { get; set; }

    [ConfigurationKeyName("result_schema")]
    public string? ResultSchema { get; set; }

    public string? Timeout { get; set; }

    public string? Attempts { get; set; }

    public string? State { get; set; }

    public string? Instructions { get; set; }

    public List<PipelineBranchSettings>? Next { get; set; }
}

/// <summary>A branch of a step.</summary>
public sealed class PipelineBranchSettings
{
    public string? When { get; set; }

    public string? To { get; set; }
}
