using System.Net;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Asks a running HTTP server whether it is ready. An image without a shell or curl has the server itself to ask with:
/// <c>SupportStateMcp health</c>.
/// </summary>
public static class HealthCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>0 where the server at this address is ready; 1, with a sentence on the error stream, where it is not.</summary>
    public static async Task<int> RunAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            // The server listens on an address of this machine, which a proxy of the environment may not reach.
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = s_patience };
            using var answer = await http.GetAsync(ReadyAt(url), cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
                return 0;
            await Console.Error.WriteLineAsync(Sentence(await answer.Content.ReadAsStringAsync(cancellationToken)));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"Not ready: nothing answers at {url}");
        }

        return 1;
    }

    private static string Sentence(string said) => said.StartsWith("not ready: ", StringComparison.Ordinal) ? "N" + said[1..] : $"Not ready: {said}";

    /// <summary>A server bound to every address is asked on this machine's own.</summary>
    internal static Uri ReadyAt(Uri url) =>
        new UriBuilder(url) { Host = url.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : url.Host, Path = "/health/ready" }.Uri;
}
