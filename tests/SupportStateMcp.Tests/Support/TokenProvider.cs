using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SupportStateMcp.Tests.Support;

/// <summary>A real provider of access tokens on a port of this machine: a discovery document, its keys, and tokens signed with them.</summary>
internal sealed class TokenProvider : IAsyncDisposable
{
    public const string Audience = "https://desk.example/mcp";

    public const string ClientId = "desk-console";
    public const string ClientSecret = "a secret of the console";

    // To find the primes of a key takes a large part of a second; a hundred tests start a provider.
    private static readonly Lazy<RSAParameters> s_published = new(NewRsa);
    private static readonly Lazy<RSAParameters> s_foreign = new(NewRsa);

    private readonly ConcurrentDictionary<string, (string Challenge, string Address, string Nonce, string Resource)> _codes = new();
    private readonly WebApplication _app;
    private int _asked;

    private TokenProvider()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", context =>
        {
            Interlocked.Increment(ref _asked);
            return AnswerAsync(context, new JsonObject
            {
                ["issuer"] = NamedIssuer ?? Issuer, ["jwks_uri"] = $"{Issuer}/keys", ["authorization_endpoint"] = $"{Issuer}/authorize", ["token_endpoint"] = $"{Issuer}/token",
                ["response_types_supported"] = new JsonArray("code"), ["grant_types_supported"] = new JsonArray("authorization_code"),
                ["code_challenge_methods_supported"] = new JsonArray("S256"), ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post"),
            });
        });
        _app.MapGet("/authorize", AuthorizeAsync);
        _app.MapPost("/token", ExchangeAsync);
        _app.MapGet("/keys", context => AnswerAsync(context, new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(PublicPart)]) }));
    }

    public string Issuer => _app.Urls.Single();

    /// <summary>The issuer that the discovery document names; null: the right one.</summary>
    public string? NamedIssuer { get; set; }

    /// <summary>The keys that are published; the first one signs where nothing else is said.</summary>
    public List<AsymmetricSecurityKey> Keys { get; } = [Key(s_published)];

    /// <summary>The claims of the access tokens that people get who sign in, as <see cref="Token"/> takes them.</summary>
    public string Claims { get; set; } = """{"roles":["approver"]}""";

    /// <summary>Whether people get tokens for the resource that their client has named, and for nothing else (RFC 8707, section 2).</summary>
    public bool HonoursResource { get; set; }

    /// <summary>Answers with 500 while true.</summary>
    public bool IsDown { get; set; }

    /// <summary>The resources that clients have named when they asked for a token (RFC 8707).</summary>
    public ConcurrentQueue<string> Resources { get; } = [];

    /// <summary>How often its discovery document was asked for.</summary>
    public int Asked => _asked;

    public static async Task<TokenProvider> StartAsync()
    {
        var provider = new TokenProvider();
        await provider._app.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    /// <summary>A key that no provider publishes, under an id of its own.</summary>
    public static RsaSecurityKey ForeignRsa() => Key(s_foreign);

    public static ECDsaSecurityKey NewEc() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>A token of a person, where nothing else is said: <c>alice</c>, by the client <c>console</c>, for an hour.</summary>
    /// <param name="claims">Claims to add or replace, as JSON; null takes one away.</param>
    /// <param name="key">The key that signs.</param>
    /// <param name="header">Members of the header to add, as JSON.</param>
    public string Token(string claims = "{}", SecurityKey? key = null, string? header = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var payload = new JsonObject
        {
            ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = "alice", ["client_id"] = "console", ["iat"] = now, ["nbf"] = now - 5, ["exp"] = now + 3600,
        };
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject())
        {
            if (value is null)
                payload.Remove(name);
            else
                payload[name] = value.DeepClone();
        }

        key ??= Keys[0];
        var credentials = new SigningCredentials(key, key switch
        {
            RsaSecurityKey => SecurityAlgorithms.RsaSha256,
            ECDsaSecurityKey => SecurityAlgorithms.EcdsaSha256,
            _ => SecurityAlgorithms.HmacSha256,
        });
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return header is null
            ? handler.CreateToken(payload.ToJsonString(), credentials)
            : handler.CreateToken(payload.ToJsonString(), credentials, JsonNode.Parse(header)!.AsObject().ToDictionary(p => p.Key, p => (object)p.Value!.AsArray().Select(v => (string)v!).ToArray()));
    }

    /// <summary>A token of a client by itself (RFC 6749, section 4.4).</summary>
    public string ClientToken(string client, string roles = "[\"agent\"]") => Token($$"""{"sub":"{{client}}","client_id":"{{client}}","roles":{{roles}}}""");

    /// <summary>The PEM of the key that is published first: what a forger would take for a shared secret.</summary>
    public string PublicPem() => ((RsaSecurityKey)Keys[0]).Rsa.ExportSubjectPublicKeyInfoPem();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static RSAParameters NewRsa()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportParameters(true);
    }

    private static RsaSecurityKey Key(Lazy<RSAParameters> of) => new(RSA.Create(of.Value)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>The person is signed in here already, and agrees: the browser goes back with a code (RFC 6749, section 4.1.2).</summary>
    private Task AuthorizeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["response_type"] != "code" || query["client_id"] != ClientId || query["code_challenge_method"] != "S256" || !$"{query["scope"]}".Split(' ').Contains("openid"))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        var code = Guid.NewGuid().ToString("N");
        Resources.Enqueue($"{query["resource"]}");
        _codes[code] = ($"{query["code_challenge"]}", $"{query["redirect_uri"]}", $"{query["nonce"]}", $"{query["resource"]}");
        context.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString($"{query["state"]}")}");
        return Task.CompletedTask;
    }

    /// <summary>A code is good once, for the client that has its secret, and for who began (RFC 7636, section 4.6).</summary>
    private async Task ExchangeAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsync("""{"error":"invalid_client"}""");
            return;
        }

        if (!_codes.TryRemove($"{form["code"]}", out var kept)
            || form["redirect_uri"] != kept.Address
            || Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"{form["code_verifier"]}"))) != kept.Challenge)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("""{"error":"invalid_grant"}""");
            return;
        }

        var claims = JsonNode.Parse(Claims)!.AsObject();
        if (HonoursResource)
            claims["aud"] = kept.Resource;
        await AnswerAsync(context, new JsonObject
        {
            ["access_token"] = Token(claims.ToJsonString()), ["token_type"] = "Bearer", ["expires_in"] = 3600,
            ["id_token"] = Token($$"""{"aud":"{{ClientId}}","nonce":"{{kept.Nonce}}","client_id":null}"""),
        });
    }

    private Task AnswerAsync(HttpContext context, JsonObject document)
    {
        context.Response.StatusCode = IsDown ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(IsDown ? "" : document.ToJsonString());
    }

    private static JsonNode PublicPart(AsymmetricSecurityKey key)
    {
        if (key is RsaSecurityKey rsa)
        {
            var of = rsa.Rsa.ExportParameters(false);
            return new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = key.KeyId, ["n"] = Base64UrlEncoder.Encode(of.Modulus), ["e"] = Base64UrlEncoder.Encode(of.Exponent) };
        }

        var point = ((ECDsaSecurityKey)key).ECDsa.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["use"] = "sig", ["kid"] = key.KeyId, ["crv"] = "P-256", ["x"] = Base64UrlEncoder.Encode(point.X), ["y"] = Base64UrlEncoder.Encode(point.Y) };
    }
}
