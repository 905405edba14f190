using System.ComponentModel;

namespace SupportStateMcp.Views;

/// <summary>How a server is. It tells nothing of what is stored.</summary>
public sealed record HealthView
{
    [Description("healthy: the store takes a write; unhealthy: it does not, and /health/ready says why.")]
    public required string Status { get; init; }

    [Description("Where conversations are kept: sqlite or redis.")]
    public required string Store { get; init; }

    [Description("The version of the server.")]
    public required string Version { get; init; }
}
