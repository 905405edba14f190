using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <summary>Tries the store before a server starts, so that a wrong configuration is found then and not by the first caller.</summary>
internal static class StartCheck
{
    private const int Tries = 2;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Why the server must not start, for an operator; null where it may. A store that is not there yet is no reason: it
    /// may come, and callers are told to try again until then.
    /// </summary>
    public static async Task<string?> RefusalAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var store = services.GetRequiredService<IConversationStore>();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await store.CheckAsync(cancellationToken);
                return null;
            }
            catch (StoreUnavailableException e) when (!e.Passes)
            {
                return $"The store cannot be used: {e.Message}";
            }
            catch (StoreUnavailableException) when (tries < Tries)
            {
                // A client that is still connecting says so before it knows why it cannot.
                await Task.Delay(s_pause, services.GetRequiredService<TimeProvider>(), cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                return null;
            }
        }
    }
}
