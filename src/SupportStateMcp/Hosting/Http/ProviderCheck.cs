using Microsoft.Extensions.Hosting;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Asks the provider for its keys when the server starts, so that an issuer that was mistyped is in the log then. It is no reason not to start:
/// the provider may come, and callers are told to try again until then.
/// </summary>
internal sealed class ProviderCheck(ProviderKeys keys) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken) => await keys.FindAsync(keyId: null, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
