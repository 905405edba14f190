using Microsoft.Extensions.DependencyInjection;

namespace SupportStateMcp.Rest;

/// <summary>What REST needs beside the desk. Nothing of it is made before a route, or the document, is asked for.</summary>
internal static class RestServices
{
    /// <param name="services">Where they are added.</param>
    /// <param name="server">What is served.</param>
    /// <param name="asksForTokens">Whether the server has tokens.</param>
    public static IServiceCollection AddRest(this IServiceCollection services, ServerDescription server, bool asksForTokens)
    {
        services.AddSingleton(server);
        services.ConfigureHttpJsonOptions(RestJson.Configure);
        services.AddOpenApi(options => RestOpenApi.Configure(options, server, asksForTokens));
        return services;
    }
}
