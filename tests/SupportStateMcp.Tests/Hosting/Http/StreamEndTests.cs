using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>What becomes of an open stream when the list of tokens is replaced.</summary>
public sealed class StreamEndTests : IAsyncLifetime
{
    /// <summary>What comes where a stream was quiet for a while.</summary>
    private const string Beat = "event: beat\ndata: {}\n\n";

    private static readonly Caller s_bot = new(new Actor(ActorKind.Ai, "bot"), Roles.Agent);
    private static readonly DateTimeOffset s_end = TimeProvider.System.GetUtcNow().AddDays(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _token = AccessToken.Create();
    private ConsoleServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ConsoleServer.StartAsync(o => o with { Tokens = [Entry()] });

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    public static TheoryData<string> Changes() => ["actor", "roles", "toolsets", "expires", "removed"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_stream_ends_when_the_entry_of_its_token_changes(string what)
    {
        using var stream = await OpenAsync();

        Replace(what switch
        {
            "actor" => [Entry() with { Caller = s_bot with { Actor = new Actor(ActorKind.Ai, "other") } }],
            "roles" => [Entry() with { Caller = s_bot with { Roles = Roles.Auditor } }],
            "toolsets" => [Entry() with { Toolsets = Toolsets.Conversations }],
            "expires" => [Entry() with { Expires = s_end.AddMinutes(-1) }],
            _ => [],
        });

        var read = await stream.ReadToEndAsync(Stop).WaitAsync(Eventually.Patience, Stop);
        Assert.Equal("", read.Replace(Beat, "", StringComparison.Ordinal).Trim(':', '\n'));
    }

    [Fact]
    public async Task A_stream_goes_on_when_others_change()
    {
        using var stream = await OpenAsync();

        Replace([Entry(), new AccessToken(AccessToken.Digest(AccessToken.Create()), s_bot)]);
        await _server.CallAsync(_token, "initialize_conversation", new() { ["user_id"] = "u", ["ticket_id"] = "GOES-ON" });

        string? line;
        do
            line = await stream.ReadLineAsync(Stop);
        while (line is not null && (line is ":" || Beat.Split('\n').Contains(line)));
        Assert.Equal("id: cs-GOES-ON:1", line);
    }

    /// <summary>A new one each time, as it is when a file is read again.</summary>
    private AccessToken Entry() => new(AccessToken.Digest(_token), s_bot, Expires: s_end);

    private void Replace(AccessToken[] tokens) => _server.Services.GetRequiredService<AccessTokens>().Replace(tokens);

    private async Task<StreamReader> OpenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, "/events/stream"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
    }
}
