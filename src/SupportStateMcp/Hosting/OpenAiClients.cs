using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting;

/// <summary>Clients of servers that speak as OpenAI's does.</summary>
internal static class OpenAiClients
{
    /// <summary>A client that tries each request once: who asks counts its own tries, and waits in between.</summary>
    /// <param name="endpoint">Where the server is; null: OpenAI's own.</param>
    /// <param name="apiKey">The key.</param>
    /// <param name="timeout">How long one answer may take.</param>
    public static OpenAIClient Create(Uri? endpoint, string apiKey, TimeSpan timeout)
    {
        var options = new OpenAIClientOptions { NetworkTimeout = timeout, RetryPolicy = new ClientRetryPolicy(0) };
        if (endpoint is not null)
        {
            options.Endpoint = endpoint;
            // As the library makes its own client: the pipeline has the timeout.
            options.Transport = new HttpClientPipelineTransport(
                new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = OutboundProxy.IsFor(endpoint) }) { Timeout = Timeout.InfiniteTimeSpan });
        }

        return new OpenAIClient(new ApiKeyCredential(apiKey), options);
    }
}
