using System.ComponentModel;
using System.Reflection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>
/// A templated resource that the SDK makes when one of its addresses is asked for first. It compiles the template into an
/// automaton of 0.9 MB, a tenth of a start for all of them, and most sessions read no resource. Until then this class says
/// what a list needs, from the same attributes.
/// </summary>
/// <param name="method">Has a <see cref="McpServerResourceAttribute"/> with a template.</param>
/// <param name="make">Makes it.</param>
internal sealed class ResourceOnUse(MethodInfo method, Func<McpServerResource> make) : McpServerResource
{
    private readonly Lazy<McpServerResource> _made = new(make);

    /// <inheritdoc/>
    public override ResourceTemplate ProtocolResourceTemplate { get; } = TemplateOf(method);

    /// <summary>None: it stands for many.</summary>
    public override Resource? ProtocolResource => null;

    /// <inheritdoc/>
    public override IReadOnlyList<object> Metadata { get; } = [method, .. method.DeclaringType!.GetCustomAttributes(), .. method.GetCustomAttributes()];

    /// <summary>True once it was needed.</summary>
    internal bool IsMade => _made.IsValueCreated;

    /// <inheritdoc/>
    /// <remarks>No address that begins otherwise can match, so none makes it.</remarks>
    public override bool IsMatch(string uri) => HasStart(uri) && _made.Value.IsMatch(uri);

    /// <inheritdoc/>
    public override ValueTask<ReadResourceResult> ReadAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken = default) =>
        _made.Value.ReadAsync(request, cancellationToken);

    private bool HasStart(string uri)
    {
        var template = ProtocolResourceTemplate.UriTemplate;
        return uri.AsSpan().StartsWith(template.AsSpan(0, template.IndexOf('{', StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
    }

    private static ResourceTemplate TemplateOf(MethodInfo method)
    {
        var resource = method.GetCustomAttribute<McpServerResourceAttribute>()!;
        return new ResourceTemplate
        {
            UriTemplate = resource.UriTemplate!,
            Name = resource.Name!,
            Title = resource.Title,
            Description = method.GetCustomAttribute<DescriptionAttribute>()?.Description,
            MimeType = resource.MimeType,
        };
    }
}
