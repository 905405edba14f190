using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The headers that repeat parts of a message so that proxies can route without reading it: <c>Mcp-Method</c>,
/// <c>Mcp-Name</c>, <c>Mcp-Param-*</c>. They must say what the message says (MCP 2026-07-28, SEP-2243).
/// </summary>
internal static class RoutingHeaders
{
    public const string Method = "Mcp-Method";
    public const string Name = "Mcp-Name";
    public const string ParameterPrefix = "Mcp-Param-";

    private const string HeaderKeyword = "x-mcp-header";

    /// <summary>The largest whole number that every JSON reader holds exactly: 2^53 − 1.</summary>
    private const long MaxSafeInteger = (1L << 53) - 1;

    private static readonly SearchValues<char> s_visible = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c), '\t']);

    /// <summary>Whether a tool has an argument that is repeated in a header.</summary>
    public static bool AsksForHeaders(Tool tool) => tool.InputSchema.GetRawText().Contains(HeaderKeyword, StringComparison.Ordinal);

    /// <summary>What is wrong with the headers, or null.</summary>
    public static string? Violation(
        IHeaderDictionary headers, string method, JsonObject? parameters, IReadOnlyDictionary<string, Tool> toolsWithHeaders)
    {
        if (!headers.TryGetValue(Method, out var told))
            return $"The {Method} header is missing.";
        if (told.ToString().Trim() != method)
            return $"The {Method} header does not say what the message says.";

        var named = method switch
        {
            "tools/call" or "prompts/get" => "name",
            "resources/read" => "uri",
            _ => null,
        };
        if (named is null)
            return null;

        var name = parameters?[named] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        if (!headers.ContainsKey(Name))
            return $"The {Name} header is missing.";
        if (!TryDecode(headers, Name, out var decoded) || decoded != name)
            return $"The {Name} header does not say what params.{named} says.";

        return method == "tools/call" && name is not null && toolsWithHeaders.TryGetValue(name, out var tool)
            ? ParameterViolation(headers, tool.InputSchema, parameters?["arguments"] as JsonObject)
            : null;
    }

    /// <summary>Checks each argument whose schema asks for a header with <c>x-mcp-header</c>, at any depth.</summary>
    private static string? ParameterViolation(IHeaderDictionary headers, JsonElement schema, JsonObject? arguments)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)
            || properties.ValueKind != JsonValueKind.Object)
            return null;

        foreach (var property in properties.EnumerateObject())
        {
            var argument = arguments?[property.Name];
            if (ParameterViolation(headers, property.Value, argument as JsonObject) is { } nested)
                return nested;
            if (property.Value.ValueKind != JsonValueKind.Object || !property.Value.TryGetProperty(HeaderKeyword, out var wanted))
                continue;

            var header = ParameterPrefix + wanted.GetString();
            if (!headers.ContainsKey(header))
            {
                // An argument that is absent or null has no header.
                if (argument is not null)
                    return $"The {header} header is missing.";
            }
            else if (!TryDecode(headers, header, out var told)
                || (argument is not null && !Says(told, McpHeaderEncoder.ConvertToHeaderValue(argument), property.Value)))
            {
                return $"The {header} header does not say what the argument {property.Name} says.";
            }
        }

        return null;
    }

    private static bool Says(string told, string? encoded, JsonElement schema)
    {
        var argument = encoded is null ? null : McpHeaderEncoder.DecodeValue(encoded);
        if (argument is null)
            return true;

        var isInteger = schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("integer");
        return isInteger
            ? TryInteger(told, out var a) && TryInteger(argument, out var b) && a == b
            : told == argument;
    }

    /// <summary>42, 42.0 and 4.2e1 are the same whole number; one beyond the safe range is none.</summary>
    private static bool TryInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
        && value is >= -MaxSafeInteger and <= MaxSafeInteger;

    private static bool TryDecode(IHeaderDictionary headers, string name, out string value)
    {
        var raw = headers[name].ToString().Trim();
        var decoded = raw.AsSpan().ContainsAnyExcept(s_visible) ? null : McpHeaderEncoder.DecodeValue(raw);
        value = decoded ?? "";
        return decoded is not null;
    }
}
