using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Cli;
using SupportStateMcp.Identity;
using SupportStateMcp.Tickets;

namespace SupportStateMcp.Hosting;

/// <summary>Loads the sample data for a server that is started to be tried.</summary>
internal static class DemoData
{
    /// <summary>Why it could not be loaded; null where it was, or was there already.</summary>
    public static async Task<string?> LoadAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var loaded = await services.GetRequiredService<SampleData>().LoadAsync(new LoadSampleData(ServerActors.Demo, Roles.Supervisor), cancellationToken);
        return loaded.TryGet(out _, out var error) ? null : $"The sample data of --demo could not be loaded: {CliErrorMessages.Of(error)}";
    }
}
