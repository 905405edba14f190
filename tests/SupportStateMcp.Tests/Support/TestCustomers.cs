using System.Text.Json;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>Commands about customers, by a supervisor.</summary>
internal static class TestCustomers
{
    public static Actor Sue { get; } = new(ActorKind.Human, "sue");

    public static SaveCustomer Save(string id = "CUST001", string? name = "Acme Corporation") =>
        new() { Actor = Sue, Roles = Roles.Supervisor, CustomerId = id, Name = name };

    public static SaveSystem SaveSystem(string id = "CUST001") =>
        new() { Actor = Sue, Roles = Roles.Supervisor, CustomerId = id, Platform = "kubernetes", CloudProvider = "azure" };

    public static ImportCustomers Import(params Customer[] customers) => new() { Actor = Sue, Roles = Roles.Supervisor, Customers = customers };

    public static Dictionary<string, JsonElement> Facts(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
}
