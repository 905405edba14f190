using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// The keys that the provider signs with, from its discovery document. The library's own manager fetches new keys behind the back of the
/// request that shows one, which is refused, and does not tell a provider that is down from a token that is wrong. Here the request waits for
/// the keys, all requests together fetch them once, and a token with a key that nobody knows has them fetched at most once in
/// <see cref="LeastPause"/>.
/// </summary>
internal sealed partial class ProviderKeys(OAuthOptions oauth, TimeProvider time, ILogger<ProviderKeys> log) : IConfigurationManager<OpenIdConnectConfiguration>, IDisposable
{
    /// <summary>How long the provider is left alone after it was asked.</summary>
    public static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(10);

    /// <summary>After this keys are fetched again, so that those that the provider has withdrawn stop to count.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromHours(1);

    /// <summary>How long keys count while the provider does not answer.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(24);

    private const long MostBytes = 1 << 20;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly bool _isHere = new Uri(oauth.Issuer) is { IsLoopback: true };
    private readonly HttpClient _http = ClientFor(oauth);
    private readonly SemaphoreSlim _fetching = new(1, 1);
    private volatile Known? _known;
    private Instant? _asked;
    private volatile bool _isFailing;

    /// <summary>The keys, with those of a token where the provider has them.</summary>
    /// <param name="keyId">The <c>kid</c> of the token; null where it names none.</param>
    /// <param name="cancellationToken">Ends the wait, not what is being fetched.</param>
    /// <returns>Null where the provider has not said them, or not for too long, or does not say now whether there are others.</returns>
    public async ValueTask<OpenIdConnectConfiguration?> FindAsync(string? keyId, CancellationToken cancellationToken)
    {
        if (_known is { } known && known.Has(keyId))
        {
            if (AgeOf(known) < RefreshAfter)
                return known.Configuration;
            if (AgeOf(known) < Oldest)
            {
                // These still count: nobody waits for newer ones.
                if (_fetching.CurrentCount > 0)
                    _ = RefreshAsync(known);
                return known.Configuration;
            }
        }

        await RefreshAsync(_known).WaitAsync(cancellationToken);
        return _known is { } now && AgeOf(now) < Oldest && (now.Has(keyId) || !_isFailing) ? now.Configuration : null;
    }

    /// <summary>The keys as they were fetched last; none where the provider has not said them.</summary>
    public IEnumerable<SecurityKey> Newest => _known?.Configuration.SigningKeys ?? [];

    /// <summary>What is known; fetched where nothing is.</summary>
    /// <exception cref="InvalidOperationException">The provider does not say it.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) =>
        await FindAsync(keyId: null, cancel) ?? throw new InvalidOperationException("The provider does not say its keys.");

    /// <summary>How the provider is reached: at its own addresses, and by no proxy where it is on this machine.</summary>
    public static SocketsHttpHandler HandlerFor(OAuthOptions oauth) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = OutboundProxy.IsFor(new Uri(oauth.Issuer)),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    public void RequestRefresh()
    {
        // FindAsync does so, where it is due.
    }

    public void Dispose()
    {
        _http.Dispose();
        _fetching.Dispose();
    }

    /// <summary>Fetches the keys, unless somebody else has since, or it is too early.</summary>
    private async Task RefreshAsync(Known? seen)
    {
        await _fetching.WaitAsync();
        try
        {
            if (_known != seen || (_asked is { } asked && asked.Age(time) < LeastPause))
                return;
            _asked = Instant.Now(time);
            using var patience = new CancellationTokenSource(s_timeout);
            _known = new Known(await FetchAsync(patience.Token), Instant.Now(time));
            if (_isFailing)
                LogAnswers(oauth.Issuer);
            _isFailing = false;
        }
        // The libraries throw what they like for a document that is none.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!_isFailing)
                LogSilent(oauth.Issuer, Innermost(e).Message);
            _isFailing = true;
        }
        finally
        {
            _fetching.Release();
        }
    }

    private async Task<OpenIdConnectConfiguration> FetchAsync(CancellationToken cancellationToken)
    {
        var documents = new HttpDocumentRetriever(_http) { RequireHttps = !_isHere, SendAdditionalHeaderData = false };
        var found = await OpenIdConnectConfigurationRetriever.GetAsync(oauth.Issuer.TrimEnd('/') + "/.well-known/openid-configuration", documents, cancellationToken);
        if (found.Issuer != oauth.Issuer)
            throw new InvalidDataException("its discovery document names another issuer (OpenID Connect Discovery 1.0, section 4.3); http.oauth.issuer is written exactly as there");
        if (!_isHere && ((string?[])[found.AuthorizationEndpoint, found.TokenEndpoint]).Any(e => e is { Length: > 0 } && !e.StartsWith("https://", StringComparison.OrdinalIgnoreCase)))
            throw new InvalidDataException("its discovery document names an endpoint that is not https");
        return found.SigningKeys.Count > 0 ? found : throw new InvalidDataException("it has no keys to sign with");
    }

    private TimeSpan AgeOf(Known known) => known.At.Age(time);

    private static HttpClient ClientFor(OAuthOptions oauth) => new(HandlerFor(oauth)) { Timeout = s_timeout, MaxResponseContentBufferSize = MostBytes };

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    [LoggerMessage(LogLevel.Error, "The provider {Issuer} does not say its keys: {Reason}. Tokens whose key is known are served as before, the others are refused with 503 until it does.")]
    private partial void LogSilent(string issuer, string reason);

    [LoggerMessage(LogLevel.Warning, "The provider {Issuer} says its keys again.")]
    private partial void LogAnswers(string issuer);

    private sealed record Known(OpenIdConnectConfiguration Configuration, Instant At)
    {
        public bool Has(string? keyId) => keyId is null || Configuration.SigningKeys.Any(k => k.KeyId == keyId);
    }
}
