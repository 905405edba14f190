using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting.Http;

/// <summary>What callers may do in a time, at a server over HTTP on each store, and at two on one Redis.</summary>
public sealed class LimitsTests(SharedRedis redis) : IAsyncDisposable
{
    private readonly (string Bot, string Other, string Alice, string Shop) _tokens = (AccessToken.Create(), AccessToken.Create(), AccessToken.Create(), AccessToken.Create());
    private readonly string _prefix = $"t{Guid.NewGuid():N}:";
    private readonly List<RestProbe> _servers = [];

    public static TheoryData<Backend> Backends() => [Backend.Sqlite, Backend.Redis];

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_caller_makes_so_many_calls_and_waits_as_long_as_it_is_told(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { CallsPerMinute = 30 });

        var refusal = await UntilAsync(i => i % 2 == 0 ? ReadAsync(server, _tokens.Bot) : StatusAsync(server, _tokens.Bot), 30);

        Assert.Equal(("calls_per_minute", 30, true), ((string?)refusal["rate"], (int)refusal["most"]!, (bool)refusal["retryable"]!));
        var wait = (int)refusal["retry_after"]!;
        Assert.InRange(wait, 1, 3);
        // Others go on.
        Assert.Null((await ReadAsync(server, _tokens.Other))["rate"]);
        await Task.Delay(TimeSpan.FromSeconds(wait), TestContext.Current.CancellationToken);
        Assert.Null((await ReadAsync(server, _tokens.Bot))["rate"]);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Over_REST_it_is_429_with_the_time_to_wait(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { CallsPerMinute = 20 });
        HttpResponseMessage? last = null;
        // The one that ends it: on a busy machine another call may be allowed again.
        var problem = await UntilAsync(
            async _ =>
            {
                last?.Dispose();
                return await RestProbe.JsonOf(last = await AskAsync(server, _tokens.Bot));
            },
            20);
        using var refused = last!;

        Assert.Equal((HttpStatusCode)429, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("rate_limited", 429), ((string?)problem["code"], (int)problem["status"]!));
        Assert.Equal(refused.Headers.RetryAfter?.ToString(), ((int)problem["retry_after"]!).ToString(CultureInfo.InvariantCulture));
        using var stranger = await server.GetAsync("/support/status/T-1");
        using var nothing = await server.GetAsync("/support/nothing");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (stranger.StatusCode, nothing.StatusCode));
    }

    [Fact]
    public async Task Two_instances_on_one_Redis_share_a_limit()
    {
        var limits = new LimitOptions { CallsPerMinute = 60 };
        RestProbe[] servers = [await StartAsync(Backend.Redis, limits), await StartAsync(Backend.Redis, limits)];

        await UntilAsync(_ => ReadAsync(servers[0], _tokens.Bot), 60);

        // The other one has none left either; one call a second becomes free again.
        var granted = 0;
        while ((string?)(await ReadAsync(servers[1], _tokens.Bot))["code"] != "rate_limited")
            Assert.True(++granted < 30);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Programs_write_so_much_to_one_customer_and_people_go_on(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { WritesPerMinutePerCustomer = 10 });
        foreach (var ticket in (string[])["A-1", "A-2"])
            await server.CallToolAsync(_tokens.Bot, "initialize_conversation", $$"""{"user_id":"maria","ticket_id":"{{ticket}}"}""");

        // By two callers, in two conversations: it is the customer that counts. Two changes have opened them.
        var refusal = await UntilAsync(
            i => SayAsync(server, i % 2 == 0 ? _tokens.Bot : _tokens.Other, i % 2 == 0 ? "cs-A-1" : "cs-A-2", $"m{i}"), 8);

        Assert.Equal("writes_per_minute_per_customer", (string?)refusal["rate"]);
        Assert.Null((await SayAsync(server, _tokens.Alice, "cs-A-1", "person"))["code"]);
        var other = await server.CallToolAsync(_tokens.Bot, "initialize_conversation", """{"user_id":"paul","ticket_id":"B-1"}""");
        Assert.Null(other["code"]);
        // What was done before is told again, and does not count.
        Assert.True((bool)(await SayAsync(server, _tokens.Bot, "cs-A-1", "m0"))["replayed"]!);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_repeat_under_its_key_is_no_change(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { WritesPerMinutePerCustomer = 4 });
        await server.CallToolAsync(_tokens.Bot, "initialize_conversation", """{"user_id":"maria","ticket_id":"K-1"}""");
        var first = await SetAsync("key", "first");
        await UntilAsync(i => SetAsync($"key-{i}", $"{i}"), 2);

        var again = await SetAsync("key", "first");

        Assert.Equal((null, true, (long)first["version"]!), ((string?)again["code"], (bool?)again["replayed"], (long?)again["version"]));

        Task<JsonNode> SetAsync(string key, string seat) => server.CallToolAsync(
            _tokens.Bot, "update_metadata", $$"""{"conversation_id":"cs-K-1","metadata":{"seat":"{{seat}}"},"idempotency_key":"{{key}}"}""");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_system_of_the_company_is_counted_as_any_program(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { WritesPerMinutePerCustomer = 4, ConversationsPerCallerAndDay = 1, MessagesPerConversation = 1 });
        Assert.Null((await server.CallToolAsync(_tokens.Shop, "initialize_conversation", """{"user_id":"u","ticket_id":"S-1"}"""))["code"]);

        var second = await server.CallToolAsync(_tokens.Shop, "initialize_conversation", """{"user_id":"v","ticket_id":"S-2"}""");
        Assert.Null((await SayAsync(server, _tokens.Shop, "cs-S-1", "m1"))["code"]);
        var full = await SayAsync(server, _tokens.Shop, "cs-S-1", "m2");

        Assert.Equal(("conversations_per_day", "conversation_full"), ((string?)second["rate"], (string?)full["code"]));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_write_that_changes_nothing_and_is_kept_under_a_key_counts_too(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { WritesPerMinutePerCustomer = 10 });
        await server.CallToolAsync(_tokens.Bot, "initialize_conversation", """{"user_id":"maria","ticket_id":"A-1"}""");

        var refusal = await UntilAsync(
            i => server.CallToolAsync(_tokens.Bot, "assign_conversation", $$"""{"conversation_id":"cs-A-1","to":"ai:bot","idempotency_key":"k{{i}}"}"""), 9);

        Assert.Equal("writes_per_minute_per_customer", (string?)refusal["rate"]);
        // What was done before is told again; without a key nothing is written.
        Assert.True((bool)(await server.CallToolAsync(_tokens.Bot, "assign_conversation", """{"conversation_id":"cs-A-1","to":"ai:bot","idempotency_key":"k0"}"""))["replayed"]!);
        Assert.Null((await server.CallToolAsync(_tokens.Bot, "assign_conversation", """{"conversation_id":"cs-A-1","to":"ai:bot"}"""))["code"]);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_caller_opens_so_many_conversations_in_a_day(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { ConversationsPerCallerAndDay = 2 });
        foreach (var ticket in (string[])["C-1", "C-2", "C-1", "C-2"])
            Assert.Null((await OpenAsync(_tokens.Bot, ticket))["code"]);

        var refusal = await OpenAsync(_tokens.Bot, "C-3");

        Assert.Equal(("rate_limited", "conversations_per_day"), ((string?)refusal["code"], (string?)refusal["rate"]));
        Assert.InRange((int)refusal["retry_after"]!, 1, 86_401);
        Assert.Null((await OpenAsync(_tokens.Bot, "C-1"))["code"]);
        Assert.Null((await OpenAsync(_tokens.Other, "C-3"))["code"]);

        Task<JsonNode> OpenAsync(string token, string ticket) =>
            server.CallToolAsync(token, "initialize_conversation", $$"""{"user_id":"u","ticket_id":"{{ticket}}"}""");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_full_conversation_takes_no_more_of_programs_and_still_answers(Backend backend)
    {
        var server = await StartAsync(backend, new LimitOptions { MessagesPerConversation = 3 });
        await server.CallToolAsync(_tokens.Bot, "initialize_conversation", """{"user_id":"u","ticket_id":"F-1"}""");
        foreach (var id in (string[])["m1", "m2"])
            Assert.Null((await SayAsync(server, _tokens.Bot, "cs-F-1", id))["code"]);
        var turn = await server.CallToolAsync(_tokens.Bot, "begin_turn", """{"conversation_id":"cs-F-1","message_id":"m3","content":"And now?"}""");

        var full = await SayAsync(server, _tokens.Bot, "cs-F-1", "m4");
        var begun = await server.CallToolAsync(_tokens.Bot, "begin_turn", """{"conversation_id":"cs-F-1","message_id":"m5","content":"Hello?"}""");
        var answered = await server.CallToolAsync(_tokens.Bot, "complete_turn", $$"""{"turn_token":"{{turn["turn_token"]}}","content":"This."}""");

        Assert.Equal([("conversation_full", 3), ("conversation_full", 3)], ((JsonNode[])[full, begun]).Select(r => ((string?)r["code"], (int)r["limit"]!)));
        Assert.Null(answered["code"]);
        Assert.Null((await SayAsync(server, _tokens.Alice, "cs-F-1", "m6"))["code"]);
    }

    [Theory]
    [InlineData("/events/stream")]
    [InlineData("/events/stream/")]
    public async Task The_streams_of_events_are_among_those_that_a_caller_has_open(string path)
    {
        var server = await StartAsync(Backend.Sqlite, new LimitOptions { StreamsPerCaller = 1 });
        using var first = await OpenAsync(_tokens.Bot);
        using var second = await OpenAsync(_tokens.Bot);
        using var other = await OpenAsync(_tokens.Other);

        Assert.Equal([HttpStatusCode.OK, (HttpStatusCode)429, HttpStatusCode.OK], ((HttpResponseMessage[])[first, second, other]).Select(r => r.StatusCode));
        Assert.Equal(("application/problem+json", null), (second.Content.Headers.ContentType?.MediaType, second.Headers.RetryAfter));
        var problem = await RestProbe.JsonOf(second);
        Assert.Equal(("too_many_streams", 429, false), ((string?)problem["code"], (int)problem["status"]!, (bool)problem["retryable"]!));
        Assert.StartsWith("ai:bot has 1 streams open here", (string?)problem["detail"], StringComparison.Ordinal);

        Task<HttpResponseMessage> OpenAsync(string token)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, path));
            request.Headers.Authorization = new("Bearer", token);
            return server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Without_sign_in_streams_are_counted_by_the_name_that_a_client_says()
    {
        await using var server = await RestProbe.StartAsync(o => o with { Limits = new LimitOptions { StreamsPerCaller = 1 } });
        using var first = await ListenAsync("one");
        using var second = await ListenAsync("one");
        using var other = await ListenAsync("other");

        Assert.Equal([HttpStatusCode.OK, (HttpStatusCode)429, HttpStatusCode.OK], ((HttpResponseMessage[])[first, second, other]).Select(r => r.StatusCode));

        async Task<HttpResponseMessage> ListenAsync(string name)
        {
            using var model = ListeningServer.Modern(new Uri(server.Address, "/mcp"), "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[\"support://workflow\"]}");
            var body = await model.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken);
            using var request = ListeningServer.Post(model.RequestUri!, body.Replace("\"name\":\"raw\"", $"\"name\":\"{name}\"", StringComparison.Ordinal));
            request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
            request.Headers.Add("Mcp-Method", "subscriptions/listen");
            return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Reads_of_the_console_are_calls()
    {
        var server = await StartAsync(Backend.Sqlite, new LimitOptions { CallsPerMinute = 5 });

        var refusal = await UntilAsync(async _ =>
        {
            using var response = await server.GetAsync("/console/api/numbers", _tokens.Alice);
            return await RestProbe.JsonOf(response);
        }, 5);

        Assert.Equal("calls_per_minute", (string?)refusal["rate"]);
    }

    [Fact]
    public async Task A_caller_has_so_many_streams_open()
    {
        var server = await StartAsync(Backend.Sqlite, new LimitOptions { StreamsPerCaller = 1 });
        var first = await ListenAsync(_tokens.Bot);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using (var second = await ListenAsync(_tokens.Bot))
        {
            Assert.Equal((HttpStatusCode)429, second.StatusCode);
            var refusal = await RestProbe.JsonOf(second);
            Assert.Equal("q", (string?)refusal["id"]);
            Assert.StartsWith("ai:bot has 1 streams open here", (string?)refusal["error"]!["message"], StringComparison.Ordinal);
        }

        using (var other = await ListenAsync(_tokens.Other))
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        first.Dispose();
        using var patience = new CancellationTokenSource(Eventually.Patience);
        for (var status = (HttpStatusCode)429; status != HttpStatusCode.OK; await Task.Delay(20, patience.Token))
        {
            using var again = await ListenAsync(_tokens.Bot);
            status = again.StatusCode;
        }

        Task<HttpResponseMessage> ListenAsync(string token)
        {
            var request = ListeningServer.Modern(new Uri(server.Address, "/mcp"), "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[\"support://workflow\"]}");
            request.Headers.Authorization = new("Bearer", token);
            return server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    private async Task<RestProbe> StartAsync(Backend backend, LimitOptions limits)
    {
        var connection = backend == Backend.Redis ? (await redis.ServerAsync()).ConnectionString : "";
        var server = await RestProbe.StartAsync(o => o with
        {
            Backend = backend,
            RedisConnection = connection,
            KeyPrefix = _prefix,
            Limits = limits,
            Tokens =
            [
                Token(_tokens.Bot, ActorKind.Ai, "bot"), Token(_tokens.Other, ActorKind.Ai, "other"),
                Token(_tokens.Alice, ActorKind.Human, "alice"), Token(_tokens.Shop, ActorKind.System, "shop"),
            ],
        });
        _servers.Add(server);
        return server;

        static AccessToken Token(string token, ActorKind kind, string id) => new(AccessToken.Digest(token), new Caller(new Actor(kind, id), Roles.Agent));
    }

    /// <summary>Calls until one is refused for its rate, which is not before it should be; a busy machine gives one or the other back meanwhile.</summary>
    private static async Task<JsonNode> UntilAsync(Func<int, Task<JsonNode>> call, int most)
    {
        for (var i = 0; i < 3 * most; i++)
        {
            var answer = await call(i);
            if ((string?)answer["code"] != "rate_limited")
                continue;
            Assert.InRange(i, most, 3 * most);
            return answer;
        }

        throw new InvalidOperationException("Nobody was ever refused.");
    }

    private static Task<JsonNode> ReadAsync(RestProbe server, string token) => server.CallToolAsync(token, "get_state", """{"conversation_id":"cs-NONE"}""");

    private static Task<JsonNode> SayAsync(RestProbe server, string token, string conversation, string id) =>
        server.CallToolAsync(token, "add_message", $$"""{"conversation_id":"{{conversation}}","message_id":"{{id}}","role":"assistant","content":"Hello"}""");

    private static async Task<JsonNode> StatusAsync(RestProbe server, string token)
    {
        using var response = await AskAsync(server, token);
        return await RestProbe.JsonOf(response);
    }

    private static Task<HttpResponseMessage> AskAsync(RestProbe server, string token) =>
        server.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/support/status/T-1")), token);
}
