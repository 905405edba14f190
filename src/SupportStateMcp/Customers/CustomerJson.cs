using System.Text.Json.Serialization;

namespace SupportStateMcp.Customers;

/// <summary>Customers and systems as their records hold them, and the sample data that come with the program.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(CustomerSystem))]
[JsonSerializable(typeof(Customer[]))]
[JsonSerializable(typeof(CustomerSystem[]))]
internal sealed partial class CustomerJson : JsonSerializerContext;
