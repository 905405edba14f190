using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Customers;

/// <summary>What a customer has bought. It says nothing about entitlement: only <see cref="Customer.SupportEntitlement"/> does.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SupportPlan>))]
public enum SupportPlan
{
    Enterprise,
    Professional,
    Basic,
}

/// <summary>A customer of the desk.</summary>
public sealed record Customer
{
    /// <summary>The kind of its records.</summary>
    public const string Kind = "customer";

    /// <summary>The id in the desk's own systems; the <c>user_id</c> of the customer's conversations.</summary>
    public required string CustomerId { get; init; }

    public required string Name { get; init; }

    public string? Company { get; init; }

    /// <summary>The address the customer can be found by, in any case.</summary>
    public string? Email { get; init; }

    public string? Phone { get; init; }

    public SupportPlan? Plan { get; init; }

    /// <summary>Whether support is owed; null where nobody has said so.</summary>
    public bool? SupportEntitlement { get; init; }

    /// <summary>The last moment at which support is owed; null where it does not end.</summary>
    public DateTimeOffset? EntitledUntil { get; init; }

    /// <summary>For example <c>en-US</c>.</summary>
    public string? Locale { get; init; }

    // What is absent in stored JSON arrives here as null.
    public IReadOnlyList<string> Tags { get; init => field = value ?? []; } = [];

    /// <summary>Custom facts, by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Custom { get; init => field = value ?? Conversation.EmptyMetadata; } = Conversation.EmptyMetadata;

    /// <summary>
    /// Whether support is owed at a time: somebody said so, and it has not ended. Nothing is inferred, not from the plan and not from a
    /// name: a record that does not say it is not entitled.
    /// </summary>
    public bool IsEntitled(DateTimeOffset now) => SupportEntitlement is true && (EntitledUntil is not { } until || now <= until);

    /// <summary>What a customer is found by beside the id; null where there is no address.</summary>
    public static string? LookupKey(string? email) => email?.Trim().ToLowerInvariant();
}
