using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Customers;

/// <summary>What somebody wants to be recorded of customers. The union is closed: these are all there are.</summary>
public abstract record CustomerCommand
{
    private protected CustomerCommand() { }

    /// <summary>Who wants it; from the connection.</summary>
    public required Actor Actor { get; init; }

    /// <summary>What they may do; from the connection.</summary>
    public Roles Roles { get; init; }

    /// <summary>The first bound that the arguments break; null where they break none. The service refuses such a command.</summary>
    public abstract Error? Violation();

    /// <summary>Custom facts after a change of some: a JSON null removes a key.</summary>
    private protected static IReadOnlyDictionary<string, JsonElement> Merge(
        IReadOnlyDictionary<string, JsonElement> before, IReadOnlyDictionary<string, JsonElement>? changes)
    {
        if (changes is null)
            return before;
        // In the order in which they came, so that the same change again gives the same record.
        return before.Where(f => !changes.ContainsKey(f.Key) || changes[f.Key].ValueKind != JsonValueKind.Null)
            .Select(f => KeyValuePair.Create(f.Key, changes.GetValueOrDefault(f.Key, f.Value)))
            .Concat(changes.Where(f => f.Value.ValueKind != JsonValueKind.Null && !before.ContainsKey(f.Key)))
            .ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
    }
}

/// <summary>Records a customer, or changes what is not null of one.</summary>
[Requires(Roles = Roles.Supervisor)]
public sealed record SaveCustomer : CustomerCommand
{
    public required string CustomerId { get; init; }

    /// <summary>Has to be there for a customer that is new.</summary>
    public string? Name { get; init; }
    public string? Company { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public SupportPlan? Plan { get; init; }
    public bool? SupportEntitlement { get; init; }

    /// <summary>As text (<see cref="CustomerBounds.ParseEntitledUntil"/>).</summary>
    public string? EntitledUntil { get; init; }
    public string? Locale { get; init; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Those to change; a JSON null removes a key.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Custom { get; init; }

    /// <summary>Refuse unless the record stands at this version, 0: unless there is none; null accepts any.</summary>
    public long? ExpectedVersion { get; init; }

    public override Error? Violation() =>
        CustomerBounds.Violation(CustomerId, Name, Company, Email, Phone, Locale, Tags, Custom)
        ?? (EntitledUntil is null || CustomerBounds.ParseEntitledUntil(EntitledUntil) is not null
            ? null
            : Error.InvalidArgument("entitled_until", CustomerBounds.EntitledUntilRule));

    /// <summary>The customer after it.</summary>
    /// <param name="before">The customer as it is; null where there is none.</param>
    internal Result<Customer> Apply(Customer? before)
    {
        if ((Name ?? before?.Name) is not { } name)
            return Error.InvalidArgument("name", "it is required for a customer that is new");
        var after = new Customer
        {
            CustomerId = CustomerId,
            Name = name,
            Company = Company ?? before?.Company,
            Email = Email ?? before?.Email,
            Phone = Phone ?? before?.Phone,
            Plan = Plan ?? before?.Plan,
            SupportEntitlement = SupportEntitlement ?? before?.SupportEntitlement,
            EntitledUntil = EntitledUntil is null ? before?.EntitledUntil : CustomerBounds.ParseEntitledUntil(EntitledUntil),
            Locale = Locale ?? before?.Locale,
            Tags = Tags ?? before?.Tags ?? [],
            Custom = Merge(before?.Custom ?? Conversation.EmptyMetadata, Custom),
        };
        return CustomerBounds.Violation(after) is { } violation ? violation : after;
    }
}

/// <summary>Records what a customer runs, or changes what is not null of it.</summary>
[Requires(Roles = Roles.Supervisor)]
public sealed record SaveSystem : CustomerCommand
{
    public required string CustomerId { get; init; }
    public string? DaprVersion { get; init; }

    /// <summary>Has to be there for a system that is new.</summary>
    public string? Platform { get; init; }

    /// <summary>Has to be there for a system that is new.</summary>
    public string? CloudProvider { get; init; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<InstalledApplication>? Applications { get; init; }

    /// <summary>Those to change; a JSON null removes a key.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Custom { get; init; }

    /// <summary>Refuse unless the record stands at this version, 0: unless there is none; null accepts any.</summary>
    public long? ExpectedVersion { get; init; }

    public override Error? Violation() => CustomerBounds.Violation(CustomerId, DaprVersion, Platform, CloudProvider, Applications, Custom);

    /// <summary>The system after it.</summary>
    /// <param name="before">The system as it is; null where there is none.</param>
    internal Result<CustomerSystem> Apply(CustomerSystem? before)
    {
        if ((Platform ?? before?.Platform) is not { } platform)
            return Error.InvalidArgument("platform", "it is required for a system that is new");
        if ((CloudProvider ?? before?.CloudProvider) is not { } cloudProvider)
            return Error.InvalidArgument("cloud_provider", "it is required for a system that is new; on-premises where there is none");
        var after = new CustomerSystem
        {
            CustomerId = CustomerId,
            DaprVersion = DaprVersion ?? before?.DaprVersion,
            Platform = platform,
            CloudProvider = cloudProvider,
            Applications = Applications ?? before?.Applications ?? [],
            Custom = Merge(before?.Custom ?? Conversation.EmptyMetadata, Custom),
        };
        return CustomerBounds.Violation(after) is { } violation ? violation : after;
    }
}

/// <summary>Records many customers, and what they run, as they are given: what was recorded of them before does not stay.</summary>
[Requires(Roles = Roles.Supervisor)]
public sealed record ImportCustomers : CustomerCommand
{
    public IReadOnlyList<Customer> Customers { get; init; } = [];

    public IReadOnlyList<CustomerSystem> Systems { get; init; } = [];

    public override Error? Violation() =>
        Customers.Count > CustomerLimits.Imported || Systems.Count > CustomerLimits.Imported
            ? Error.InvalidArgument("customers", $"one import takes at most {CustomerLimits.Imported} of them")
            : Customers.Select(CustomerBounds.Violation).FirstOrDefault(v => v is not null)
                ?? Systems.Select(CustomerBounds.Violation).FirstOrDefault(v => v is not null)
                ?? (HasTwice(Customers.Select(c => c.CustomerId)) || HasTwice(Systems.Select(s => s.CustomerId))
                    ? Error.InvalidArgument("customers", "none of them comes twice")
                    : null);

    private static bool HasTwice(IEnumerable<string> ids)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return ids.Any(id => !seen.Add(id));
    }
}
