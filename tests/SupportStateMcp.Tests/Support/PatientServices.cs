using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Support;

/// <summary>What the services of tests have that the server's own have not.</summary>
internal static class PatientServices
{
    /// <summary>Lets calls of Redis, where it is the store, take longer than by default, since a busy machine is slow.</summary>
    public static IServiceCollection AddPatience(this IServiceCollection services) =>
        services.LastOrDefault(s => s.ServiceType == typeof(RedisOptions))?.ImplementationInstance is RedisOptions options
            ? services.AddSingleton(options with { CallTimeout = TimeSpan.FromSeconds(10) })
            : services;
}
