using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Customers;

/// <summary>What a customer runs: what an expert has to know before giving advice.</summary>
public sealed record CustomerSystem
{
    /// <summary>The kind of its records.</summary>
    public const string Kind = "system";

    public required string CustomerId { get; init; }

    /// <summary>For example <c>1.15.5</c>; null where Dapr is not used, or nobody has said.</summary>
    public string? DaprVersion { get; init; }

    /// <summary>For example <c>kubernetes</c> or <c>self-hosted</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>For example <c>azure</c>, <c>aws</c> or <c>on-premises</c>.</summary>
    public required string CloudProvider { get; init; }

    // What is absent in stored JSON arrives here as null.
    public IReadOnlyList<InstalledApplication> Applications { get; init => field = value ?? []; } = [];

    /// <summary>Custom facts, by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Custom { get; init => field = value ?? Conversation.EmptyMetadata; } = Conversation.EmptyMetadata;
}

/// <summary>An application that a customer runs.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Version">Its version; null where nobody has said.</param>
public sealed record InstalledApplication(string Name, string? Version = null);
