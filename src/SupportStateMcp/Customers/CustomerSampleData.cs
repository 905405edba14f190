using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SupportStateMcp.Customers;

/// <summary>Three customers and what they run, to try the server with: two that support is owed to, and one to whom it is not.</summary>
public static class CustomerSampleData
{
    /// <summary>CUST001 (enterprise, entitled), CUST002 (professional, entitled), CUST003 (basic, not entitled).</summary>
    public static IReadOnlyList<Customer> Customers { get; } = Read("customers.json", CustomerJson.Default.CustomerArray);

    /// <summary>One for each of them.</summary>
    public static IReadOnlyList<CustomerSystem> Systems { get; } = Read("systems.json", CustomerJson.Default.CustomerSystemArray);

    private static T[] Read<T>(string file, JsonTypeInfo<T[]> type)
    {
        using var stream = typeof(CustomerSampleData).Assembly.GetManifestResourceStream($"{typeof(CustomerSampleData).Namespace}.SampleData.{file}")
            ?? throw new InvalidOperationException($"{file} is not embedded.");
        return JsonSerializer.Deserialize(stream, type)!;
    }
}
