using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>Tokens that are wrong in one thing each, at every address that asks who calls.</summary>
public sealed class TokenZooTests : IAsyncLifetime
{
    private readonly string _static = AccessToken.Create();
    private TokenProvider _provider = null!;
    private RestProbe _server = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await TokenProvider.StartAsync();
        _server = await RestProbe.StartAsync(o => o with
        {
            OAuth = new OAuthOptions(_provider.Issuer, TokenProvider.Audience),
            Tokens = [new AccessToken(AccessToken.Digest(_static), new Caller(new Actor(ActorKind.Ai, "listed"), Roles.Agent))],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    public static TheoryData<string, string> Zoo() => new()
    {
        { "alg none", "signature" },
        { "alg none, signed", "signature" },
        { "HS256 with the public key", "signature" },
        { "HS256 with the public key, its kid", "signature" },
        { "wrong issuer", "issuer" },
        { "issuer with a slash", "issuer" },
        { "wrong audience", "audience" },
        { "no audience", "audience" },
        { "expired", "expired" },
        { "not valid yet", "not valid yet" },
        { "without an end", "no end" },
        { "unknown key", "signature" },
        { "unknown key, known kid", "signature" },
        { "own key in the header", "signature" },
        { "changed claims", "signature" },
        { "signature of another token", "signature" },
        { "without a signature", "signature" },
        { "critical header", "cannot be read" },
        { "no JSON", "cannot be read" },
        { "an ID token", "ID token" },
        { "an ID token of Keycloak", "ID token" },
        { "an ID token of Cognito", "ID token" },
        { "nobody", "names nobody" },
        { "a person without a visible name", "names nobody" },
        { "two tokens", "more than one token" },
        { "the same token twice", "more than one token" },
        { "one more in the address", "more than one token" },
    };

    [Theory]
    [MemberData(nameof(Zoo))]
    public async Task A_token_that_is_not_right_in_everything_lets_nobody_in(string kind, string told)
    {
        foreach (var path in (string[])["/mcp", "/mcp/knowledge", "/support/status/T-1"])
        {
            using var request = Ask(path);
            Show(request, kind);

            using var response = await _server.SendAsync(request);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            var challenge = Assert.Single(response.Headers.GetValues("WWW-Authenticate"));
            Assert.StartsWith("Bearer error=\"invalid_token\", error_description=\"", challenge, StringComparison.Ordinal);
            Assert.Contains(told, challenge, StringComparison.Ordinal);
            Assert.EndsWith($"resource_metadata=\"{_server.Address}.well-known/oauth-protected-resource{(path.StartsWith("/mcp", StringComparison.Ordinal) ? path : "")}\"", challenge, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_headers_are_two_tokens()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(_server.Address.Host, _server.Address.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET /support/probe/T-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_provider.Token()}\r\nAuthorization: Bearer {_static}\r\n\r\n"),
            TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 401 Unauthorized", await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
    }

    private HttpRequestMessage Ask(string path) => path.StartsWith("/mcp", StringComparison.Ordinal)
        ? ListeningServer.Modern(new Uri(_server.Address, path), "tools/list")
        : new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, path));

    private void Show(HttpRequestMessage request, string kind)
    {
        var right = _provider.Token();
        var (secret, known) = (Encoding.UTF8.GetBytes(_provider.PublicPem()), _provider.Keys[0].KeyId);
        string[] shown = kind switch
        {
            "alg none" => [Unsigned(right) + "."],
            "alg none, signed" => [Unsigned(right) + "." + right.Split('.')[2]],
            "HS256 with the public key" => [_provider.Token(key: new SymmetricSecurityKey(secret))],
            "HS256 with the public key, its kid" => [_provider.Token(key: new SymmetricSecurityKey(secret) { KeyId = known })],
            "wrong issuer" => [_provider.Token("""{"iss":"https://evil.example"}""")],
            "issuer with a slash" => [_provider.Token($$"""{"iss":"{{_provider.Issuer}}/"}""")],
            "wrong audience" => [_provider.Token("""{"aud":"https://other.example"}""")],
            "no audience" => [_provider.Token("""{"aud":null}""")],
            "expired" => [_provider.Token($$"""{"exp":{{TimeProvider.System.GetUtcNow().AddMinutes(-5).ToUnixTimeSeconds()}},"nbf":1}""")],
            "not valid yet" => [_provider.Token($$"""{"nbf":{{TimeProvider.System.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds()}}}""")],
            "without an end" => [_provider.Token("""{"exp":null}""")],
            "unknown key" => [_provider.Token(key: TokenProvider.ForeignRsa())],
            "unknown key, known kid" => [_provider.Token(key: new RsaSecurityKey(TokenProvider.ForeignRsa().Rsa) { KeyId = known })],
            "own key in the header" => [WithOwnKey()],
            "changed claims" => [With(right, 1, """{"sub":"root"}""")],
            "signature of another token" => [string.Join('.', [.. right.Split('.')[..2], _provider.Token("""{"sub":"bob"}""").Split('.')[2]])],
            "without a signature" => [string.Join('.', right.Split('.')[..2]) + "."],
            "critical header" => [_provider.Token(header: """{"crit":["exp"]}""")],
            "no JSON" => ["a.b.c"],
            "an ID token" => [_provider.Token("""{"at_hash":"x"}""")],
            "an ID token of Keycloak" => [_provider.Token("""{"typ":"ID"}""")],
            "an ID token of Cognito" => [_provider.Token("""{"token_use":"id"}""")],
            "nobody" => [_provider.Token("""{"sub":null,"client_id":null}""")],
            "a person without a visible name" => [_provider.Token("""{"sub":"al ice"}""")],
            "two tokens" => [right, _static],
            "the same token twice" => [right, right],
            "one more in the address" => [right],
            _ => throw new ArgumentException(kind),
        };
        foreach (var token in shown)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (kind == "one more in the address")
            request.RequestUri = new Uri(request.RequestUri + $"?access_token={right}");
    }

    private static string Unsigned(string token) => With(string.Join('.', token.Split('.')[..2]), 0, """{"alg":"none"}""");

    private string WithOwnKey()
    {
        var own = TokenProvider.ForeignRsa();
        var of = own.Rsa.ExportParameters(false);
        var jwk = new JsonObject { ["kty"] = "RSA", ["n"] = Base64UrlEncoder.Encode(of.Modulus), ["e"] = Base64UrlEncoder.Encode(of.Exponent) };
        var signed = With(_provider.Token(key: own), 0, new JsonObject { ["alg"] = "RS256", ["jwk"] = jwk }.ToJsonString());
        var parts = signed.Split('.');
        var signature = own.Rsa.SignData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{parts[0]}.{parts[1]}.{Base64UrlEncoder.Encode(signature)}";
    }

    /// <summary>The token with members of one part replaced; the signature stays.</summary>
    private static string With(string token, int part, string members)
    {
        var parts = token.Split('.');
        var value = JsonNode.Parse(Base64UrlEncoder.Decode(parts[part]))!.AsObject();
        foreach (var (name, member) in JsonNode.Parse(members)!.AsObject())
            value[name] = member!.DeepClone();
        parts[part] = Base64UrlEncoder.Encode(value.ToJsonString());
        return string.Join('.', parts);
    }
}
