using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Records;

namespace SupportStateMcp.Views;

/// <summary>What <c>lookup_customer</c> answers.</summary>
public record CustomerView
{
    public CustomerView() { }

    [SetsRequiredMembers]
    public CustomerView(CustomerDetails details)
    {
        var customer = details.Customer.Value;
        CustomerId = customer.CustomerId;
        Name = customer.Name;
        Company = customer.Company;
        Email = customer.Email;
        Phone = customer.Phone;
        Plan = customer.Plan;
        Entitled = details.IsEntitled;
        SupportEntitlement = customer.SupportEntitlement;
        EntitledUntil = customer.EntitledUntil;
        Locale = customer.Locale;
        Tags = customer.Tags.Count > 0 ? customer.Tags : null;
        Custom = customer.Custom;
        OpenConversations = [.. details.OpenConversations.Select(OpenConversationView.Of)];
        MoreConversations = details.MayHaveMore ? true : null;
        UpdatedAt = details.Customer.UpdatedAt;
        Version = details.Customer.Version;
    }

    public required string CustomerId { get; init; }

    public required string Name { get; init; }

    public string? Company { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public SupportPlan? Plan { get; init; }

    [Description("Whether support is owed now: support_entitlement is true and entitled_until is not over. Nothing else counts.")]
    public required bool Entitled { get; init; }

    [Description("What is recorded; absent where nobody has said, which means not entitled.")]
    public bool? SupportEntitlement { get; init; }

    [Description("The last moment at which support is owed; absent where it does not end.")]
    [JsonConverter(typeof(SecondsConverter))]
    public DateTimeOffset? EntitledUntil { get; init; }

    public string? Locale { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    [Description("Custom facts about the customer, by key.")]
    public required IReadOnlyDictionary<string, JsonElement> Custom { get; init; }

    [Description("The customer's open conversations, newest change first.")]
    public required IReadOnlyList<OpenConversationView> OpenConversations { get; init; }

    [Description("True where there are more, or may be: list_conversations shows them.")]
    public bool? MoreConversations { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    [Description("Pass it as expected_version to write only if nothing changed since.")]
    public required long Version { get; init; }
}

/// <summary>A customer with what the customer runs.</summary>
public sealed record CustomerDetailsView : CustomerView
{
    public CustomerDetailsView() { }

    /// <param name="details">The customer.</param>
    /// <param name="system">What the customer runs; null where nothing is recorded.</param>
    [SetsRequiredMembers]
    public CustomerDetailsView(CustomerDetails details, Versioned<CustomerSystem>? system) : base(details) =>
        System = system is null ? null : new SystemView(system);

    [Description("What the customer runs; absent where nothing is recorded.")]
    public SystemView? System { get; init; }
}

/// <summary>An open conversation of a customer, in a line.</summary>
public sealed record OpenConversationView
{
    public required string ConversationId { get; init; }

    public required string State { get; init; }

    public required Priority Priority { get; init; }

    [Description(FieldText.Owner)]
    public required string Owner { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    public static OpenConversationView Of(Conversation c) => new()
    {
        ConversationId = c.ConversationId,
        State = c.State,
        Priority = c.Priority,
        Owner = c.Owner.ToString(),
        UpdatedAt = c.UpdatedAt,
    };
}

/// <summary>What <c>lookup_system_info</c> answers.</summary>
public sealed record SystemView
{
    public SystemView() { }

    [SetsRequiredMembers]
    public SystemView(Versioned<CustomerSystem> record)
    {
        var system = record.Value;
        CustomerId = system.CustomerId;
        DaprVersion = system.DaprVersion;
        Platform = system.Platform;
        CloudProvider = system.CloudProvider;
        Applications = [.. system.Applications.Select(a => new ApplicationView { Name = a.Name, Version = a.Version })];
        Custom = system.Custom;
        UpdatedAt = record.UpdatedAt;
        Version = record.Version;
    }

    public required string CustomerId { get; init; }

    public string? DaprVersion { get; init; }

    public required string Platform { get; init; }

    public required string CloudProvider { get; init; }

    public required IReadOnlyList<ApplicationView> Applications { get; init; }

    [Description("Custom facts about the system, by key.")]
    public required IReadOnlyDictionary<string, JsonElement> Custom { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    [Description("Pass it as expected_version to write only if nothing changed since.")]
    public required long Version { get; init; }
}

/// <summary>An application that a customer runs; as an argument too.</summary>
public sealed record ApplicationView
{
    [StringLength(CustomerLimits.ApplicationName, MinimumLength = 1)]
    public required string Name { get; init; }

    [StringLength(CustomerLimits.Version, MinimumLength = 1)]
    public string? Version { get; init; }
}

/// <summary>What <c>save_customer</c> answers.</summary>
public sealed record CustomerSavedView
{
    public required string CustomerId { get; init; }

    [Description("True where the customer was not recorded before.")]
    public required bool Created { get; init; }

    [Description("False where all of it was so already.")]
    public required bool Changed { get; init; }

    [Description("Whether support is owed to the customer now.")]
    public required bool Entitled { get; init; }

    public required long Version { get; init; }

    public static CustomerSavedView Of(Saved<Customer> saved, DateTimeOffset now) => new()
    {
        CustomerId = saved.Record.Value.CustomerId,
        Created = saved.Created,
        Changed = saved.Changed,
        Entitled = saved.Record.Value.IsEntitled(now),
        Version = saved.Record.Version,
    };
}

/// <summary>What <c>save_system_info</c> answers.</summary>
public sealed record SystemSavedView
{
    public required string CustomerId { get; init; }

    [Description("True where nothing was recorded before.")]
    public required bool Created { get; init; }

    [Description("False where all of it was so already.")]
    public required bool Changed { get; init; }

    public required long Version { get; init; }

    public static SystemSavedView Of(Saved<CustomerSystem> saved) => new()
    {
        CustomerId = saved.Record.Value.CustomerId,
        Created = saved.Created,
        Changed = saved.Changed,
        Version = saved.Record.Version,
    };
}

/// <summary>What came of an import.</summary>
public sealed record CustomersImportedView
{
    [Description("How many customers the file has.")]
    public required int Customers { get; init; }

    [Description("How many were new, or have changed.")]
    public required int Written { get; init; }

    [Description("How many were recorded so already.")]
    public required int Unchanged { get; init; }

    [Description("The fields with payment data that were not stored, each with the number of its lines.")]
    public required IReadOnlyDictionary<string, int> LeftOut { get; init; }
}
