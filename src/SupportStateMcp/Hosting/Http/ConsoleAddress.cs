using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Mcp.Extensions;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Where people find the console of this server: at the address that the request came to.</summary>
internal static class ConsoleAddress
{
    /// <summary>Has views lead to the console.</summary>
    /// <param name="services">The services of the server over HTTP.</param>
    /// <param name="hasPeople">Whether anybody can be a person in the console; where nobody can, no view leads there.</param>
    public static IServiceCollection AddAppDocuments(this IServiceCollection services, bool hasPeople)
    {
        if (!hasPeople)
            return services;
        services.AddHttpContextAccessor();
        return services.AddSingleton<IAppDocuments>(provider =>
        {
            var requests = provider.GetRequiredService<IHttpContextAccessor>();
            return new AppDocuments(() => Of(requests.HttpContext));
        });
    }

    private static Uri? Of(HttpContext? context) =>
        context is not null && Uri.TryCreate(ResourceMetadata.Origin(context.Request), UriKind.Absolute, out var address) ? address : null;
}
