using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>All resources of this server.</summary>
public static class ResourceCatalogue
{
    /// <summary>Registers the resources; their targets are services. Those with a template are made when they are first asked for.</summary>
    public static IMcpServerBuilder WithResourceCatalogue(this IMcpServerBuilder builder) => builder
        .Add<SupportResources>()
        .Add<TicketResources>()
        .Add<AppResources>();

    // The type is named in the code, so that a native program keeps its methods.
    private static IMcpServerBuilder Add<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IMcpServerBuilder builder)
        where T : class
    {
        builder.Services.AddSingleton<T>();
        foreach (var method in typeof(T).GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            if (method.GetCustomAttribute<McpServerResourceAttribute>() is { UriTemplate: { } uri })
                builder.Services.AddSingleton(services => uri.Contains('{', StringComparison.Ordinal) ? new ResourceOnUse(method, () => Make(method, services)) : Make(method, services));
        }

        return builder;

        static McpServerResource Make(MethodInfo method, IServiceProvider services) =>
            McpServerResource.Create(method, services.GetRequiredService<T>(), new McpServerResourceCreateOptions { Services = services });
    }
}
