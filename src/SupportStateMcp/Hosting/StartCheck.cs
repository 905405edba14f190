using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Hosting;

/// <summary>Tries the store and its archive before a server starts, so that a wrong configuration is found then and not by the first caller.</summary>
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
        var time = services.GetRequiredService<TimeProvider>();
        var (store, archive) = (services.GetRequiredService<IConversationStore>(), services.GetService<IConversationArchive>());
        var refusals = await Task.WhenAll(
            TryAsync("The store", store.CheckAsync, time, cancellationToken),
            archive is null ? Task.FromResult<string?>(null) : TryAsync("The archive", archive.CheckAsync, time, cancellationToken));
        return refusals.OfType<string>().ToList() is { Count: > 0 } all ? string.Join(' ', all) : null;
    }

    private static async Task<string?> TryAsync(string what, Func<CancellationToken, ValueTask> check, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await check(cancellationToken);
                return null;
            }
            catch (StoreUnavailableException e) when (!e.Passes)
            {
                return $"{what} cannot be used: {e.Message}";
            }
            catch (StoreUnavailableException) when (tries < Tries)
            {
                // A client that is still connecting says so before it knows why it cannot.
                await Task.Delay(s_pause, time, cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                return null;
            }
        }
    }
}
