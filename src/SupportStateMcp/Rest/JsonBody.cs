using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Rest;

/// <summary>
/// Reads the body of a request, as strictly as arguments of tools are read: JSON and nothing else, at most as long as a
/// message, the members that the route takes and no others (unless it says that there may be), each of its type. A web page of a stranger can send a form, and a
/// text, but no JSON without being asked for leave first (Fetch standard, "CORS-safelisted request-header").
/// </summary>
internal static class JsonBody
{
    /// <summary>The most faults of one body that are told at once.</summary>
    private const int MaxFaults = 10;

    private const string Json = "application/json";

    /// <summary>The body; or the refusal where it is no JSON object; or neither, and the faults of its members.</summary>
    public static async ValueTask<(T? Body, ProblemReply? Refusal)> ReadAsync<T>(HttpContext context, List<Errors.InvalidArgument> faults) where T : class
    {
        if (!IsJson(context.Request, isEvent: typeof(T) == typeof(EventBody)))
        {
            context.Response.Headers.Accept = Json;
            return (null, ProblemReply.Of(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON in UTF-8: send it with Content-Type: application/json, and without a Content-Encoding."));
        }

        if (await BytesAsync(context) is not { } bytes)
            return (null, ProblemReply.Of(StatusCodes.Status413PayloadTooLarge, $"A body has at most {Limits.RequestBytes} bytes, this one is longer."));
        if (StrictJson.Read(StrictJson.WithoutMark(bytes).Span, "The body", out var root) is { } fault)
            return (null, ProblemReply.OfBody(fault.Sentence));
        if (root.ValueKind != JsonValueKind.Object)
            return (null, ProblemReply.OfBody($"The body must be one JSON object; you sent {SentValue.Of(root)}."));

        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var found = Faults(root, type).Take(MaxFaults).ToList();
        faults.AddRange(found);
        return found.Count > 0 ? (null, null) : Made(root, type);
    }

    private static (T? Body, ProblemReply? Refusal) Made<T>(JsonElement root, JsonTypeInfo<T> type) where T : class
    {
        // An explicit null counts as a member left out, as it does for tools.
        var members = JsonObject.Create(root)!;
        foreach (var left in root.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Null))
            members.Remove(left.Name);
        try
        {
            return (members.Deserialize(type), null);
        }
        catch (JsonException e)
        {
            return (null, ProblemReply.OfBody($"The body is not what this route takes; see {e.Path}."));
        }
    }

    private static bool IsJson(HttpRequest request, bool isEvent) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) || (isEvent && type.MediaType.Equals(CloudEvent.MediaType, StringComparison.OrdinalIgnoreCase)))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.Count == 0;

    /// <summary>The whole body; null where it is longer than it may be.</summary>
    private static async ValueTask<byte[]?> BytesAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > Limits.RequestBytes)
            return null;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > Limits.RequestBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>What is wrong with the members, in the order in which they were sent; then what is missing.</summary>
    private static IEnumerable<Errors.InvalidArgument> Faults(JsonElement root, JsonTypeInfo type)
    {
        var known = type.Properties.Where(p => !p.IsExtensionData).ToDictionary(p => p.Name, StringComparer.Ordinal);
        var isOpen = type.Properties.Any(p => p.IsExtensionData);
        var sent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (!known.TryGetValue(member.Name, out var property))
            {
                if (isOpen)
                    continue;
                var shown = member.Name.Length <= 64 ? member.Name : member.Name[..64] + "…";
                yield return new Errors.InvalidArgument(shown, $"there is no such member; there are: {string.Join(", ", known.Keys)}");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                sent.Add(member.Name);
                if (JsonKind.Of(property.PropertyType) is { } kind && !kind.Fits(member.Value))
                    yield return new Errors.InvalidArgument(member.Name, kind.Rule) { Sent = SentValue.Of(member.Value) };
            }
        }

        foreach (var (name, property) in known.Where(p => p.Value.IsRequired && !sent.Contains(p.Key)))
            yield return new Errors.InvalidArgument(name, JsonKind.Of(property.PropertyType) is { } kind ? $"it is required; {kind.Rule}" : "it is required");
    }
}
