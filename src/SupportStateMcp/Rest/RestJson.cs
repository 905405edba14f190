using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary>
/// What REST alone reads and writes: problems, and the bodies of routes; the same conventions as in the views. Also the types of
/// parameters in path and query, which the OpenAPI document describes.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemView))]
[JsonSerializable(typeof(TicketBody))]
[JsonSerializable(typeof(DecisionBody))]
[JsonSerializable(typeof(EventBody))]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
internal sealed partial class RestJsonContext : JsonSerializerContext;

/// <summary>The serializer of ASP.NET, for bodies and for the schemas of the OpenAPI document: generated code alone.</summary>
internal static class RestJson
{
    public static void Configure(JsonOptions options)
    {
        var serializer = options.SerializerOptions;
        serializer.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        serializer.NumberHandling = JsonNumberHandling.Strict;
        serializer.PropertyNameCaseInsensitive = false;
        serializer.TypeInfoResolverChain.Insert(0, RestJsonContext.Default);
        serializer.TypeInfoResolverChain.Insert(1, ViewJsonContext.Default);
    }
}
