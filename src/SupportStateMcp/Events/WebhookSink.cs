using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace SupportStateMcp.Events;

/// <summary>
/// Posts events to a web address, one at a time, signed as Standard Webhooks describes it. It follows no redirect, uses no proxy and reads
/// nothing of the answer but its status.
/// </summary>
public sealed class WebhookSink : IEventSink, IDisposable
{
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="subscription">What it is told.</param>
    /// <param name="options">Where, and how it is signed.</param>
    /// <param name="time">The clock that stamps attempts.</param>
    public WebhookSink(EventSubscription subscription, WebhookOptions options, TimeProvider time)
    {
        (Subscription, _options, _time) = (subscription, options, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 16,
        };
        if (!options.AllowsPrivate)
            handler.ConnectCallback = PublicAddress.ConnectAsync;
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("SupportStateMcp");
    }

    public EventSubscription Subscription { get; }

    public async ValueTask<Delivery> DeliverAsync(CloudEvent e, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var body = _options.Format == WebhookFormat.CloudEvent ? json : ChatMessage.Of(e, _options.Format);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(_options.Format == WebhookFormat.CloudEvent ? CloudEvent.MediaType : "application/json");
        var at = _time.GetUtcNow();
        request.Headers.Add("webhook-id", e.Id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (_options.Secrets.Count > 0)
            request.Headers.Add("webhook-signature", WebhookSignature.Of(_options.Secrets, e.Id, at, body.Span));
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode ? Delivery.Done
                : new Delivery($"It answered with status {(int)response.StatusCode}.", RetryAfter(response));
        }
        catch (Exception x) when (x is HttpRequestException or SocketException or IOException)
        {
            return new Delivery($"{_options} cannot be reached: {x.Message.TrimEnd('.')}.");
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>RFC 9110, section 10.2.3.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is { } header
            ? header.Delta ?? (header.Date is { } date ? date - _time.GetUtcNow() : null)
            : null;
}
