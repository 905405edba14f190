using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Hosting;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Views;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>What the page of numbers counts, on both stores, and the other reads of the console.</summary>
public sealed class DeskNumbersTests(SharedRedis redis)
{
    private readonly FakeTime _time = new(TimeProvider.System.GetUtcNow());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Numbers_are_counted_over_what_there_is(bool onRedis)
    {
        await using var server = await StartAsync(onRedis);
        await server.CallAsync(server.Bot, "initialize_conversation", new JsonObject { ["user_id"] = "maria", ["ticket_id"] = "N-1" });
        var turn = await server.CallAsync(server.Bot, "begin_turn", new JsonObject { ["conversation_id"] = "cs-N-1", ["message_id"] = "m", ["content"] = "Help" });
        _time.Advance(TimeSpan.FromSeconds(40));
        await server.CallAsync(server.Bot, "complete_turn", new JsonObject { ["turn_token"] = (string?)turn["turn_token"], ["content"] = "Yes", ["new_state"] = "processing" });
        var approval = await server.AskAsync("cs-N-1", 700);
        await server.AskAsync("cs-N-1", 800);
        _time.Advance(TimeSpan.FromSeconds(20));
        await server.CallAsync(server.Alice, "decide_approval", new JsonObject { ["approval_id"] = approval, ["approved"] = true });
        var waits = await server.TalkAsync("N-2", "maria", "Broken.");
        await server.CallAsync(server.Bot, "escalate_conversation", new JsonObject { ["conversation_id"] = waits, ["reason"] = "r", ["summary"] = "s" });
        _time.Advance(TimeSpan.FromSeconds(30));

        var numbers = await GetAsync(server, "/console/api/numbers");

        Assert.Equal((2, true, 1, 1), ((int)numbers["conversations"]!, (bool)numbers["complete"]!, (int)numbers["waiting"]!, (int)numbers["pending_approvals"]!));
        Assert.Equal(["escalated 1", "processing 1"], Counts(numbers["by_state"]!));
        Assert.Equal(["ai 1", "queue 1"], Counts(numbers["by_owner"]!));
        Assert.Equal(["granted 1", "pending 1"], Counts(numbers["approvals"]!));
        Assert.Equal((2, 40), ((int)numbers["first_response"]!["count"]!, (int)numbers["first_response"]!["longest"]!));
        Assert.Equal((1, 20), ((int)numbers["decision"]!["count"]!, (int)numbers["decision"]!["median"]!));
        Assert.Equal(30, (int)numbers["waiting_time"]!["longest"]!);
        Assert.Equal((14, 2), (numbers["days"]!.AsArray().Count, numbers["days"]!.AsArray().Sum(d => (int)d!["opened"]!)));
    }

    [Fact]
    public async Task A_count_is_kept_for_ten_seconds()
    {
        await using var server = await StartAsync(false);
        await server.TalkAsync("N-3", "maria", "Help");
        Assert.Equal(1, (int)(await GetAsync(server, "/console/api/numbers"))["conversations"]!);
        await server.TalkAsync("N-4", "maria", "Help");

        _time.Advance(DeskNumbers.Kept - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (int)(await GetAsync(server, "/console/api/numbers"))["conversations"]!);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(2, (int)(await GetAsync(server, "/console/api/numbers"))["conversations"]!);
    }

    [Fact]
    public async Task A_count_is_not_kept_until_a_clock_that_was_set_back_has_caught_up()
    {
        await using var server = await StartAsync(false);
        await server.TalkAsync("N-7", "maria", "Help");
        Assert.Equal(1, (int)(await GetAsync(server, "/console/api/numbers"))["conversations"]!);
        await server.TalkAsync("N-8", "maria", "Help");

        _time.Advance(TimeSpan.FromHours(-1));

        Assert.Equal(2, (int)(await GetAsync(server, "/console/api/numbers"))["conversations"]!);
    }

    [Fact]
    public async Task A_list_of_tickets_is_kept_for_two_seconds()
    {
        await using var server = await StartAsync(false);
        await server.CallAsync(server.Sue, "save_customer", new JsonObject { ["customer_id"] = "maria", ["name"] = "Maria", ["support_entitlement"] = true }, "crm");
        await OpenAsync("N-5");
        Assert.Equal(["N-5"], await TicketsAsync());
        await OpenAsync("N-6");

        _time.Advance(TicketListing.Kept - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["N-5"], await TicketsAsync());
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["N-5", "N-6"], await TicketsAsync());

        Task<JsonNode> OpenAsync(string id) => server.CallAsync(
            server.Bot, "create_ticket", new JsonObject { ["ticket_id"] = id, ["customer_id"] = "maria", ["description"] = "Broken." }, "tickets");

        async Task<IEnumerable<string>> TicketsAsync() => (await GetAsync(server, "/console/api/tickets"))["tickets"]!.AsArray().Select(t => (string)t!["ticket_id"]!).Order();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Drafts_are_listed_newest_first_and_read_as_they_were_written(bool onRedis)
    {
        await using var server = await StartAsync(onRedis);
        foreach (var (id, status) in ((string, string)[])[("a", "draft"), ("b", "published"), ("c", "draft"), ("d", "archived")])
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await SaveAsync(server, id, status);
        }

        await SaveAsync(server, "a", "draft", "# Changed\n\n> quoted\n");
        var drafts = await GetAsync(server, "/console/api/drafts");
        var article = await GetAsync(server, "/console/api/article?id=a");

        Assert.Equal(["a", "c"], drafts["articles"]!.AsArray().Select(a => (string)a!["article_id"]!).Order());
        Assert.True((bool)drafts["complete"]!);
        Assert.Equal("# Changed\n\n> quoted\n", (string?)article["content"]);
        Assert.Equal("article_not_found", (string?)(await GetAsync(server, "/console/api/article?id=x"))["code"]);
        Assert.Equal("invalid_argument", (string?)(await GetAsync(server, "/console/api/article"))["code"]);
    }

    [Fact]
    public async Task Reads_are_for_those_who_have_the_toolset()
    {
        await using var server = await ConsoleServer.StartAsync(o => o with { Toolsets = Toolsets.Crm });

        foreach (var path in (string[])["numbers", "tickets", "drafts", "article?id=a"])
            Assert.Equal("toolset_not_enabled", (string?)(await GetAsync(server, $"/console/api/{path}"))["code"]);
    }

    [Theory]
    [InlineData(new double[0], null, null, null)]
    [InlineData(new double[] { 7 }, 7d, 7d, 7d)]
    [InlineData(new double[] { 4, 1, 3, 2 }, 2d, 4d, 4d)]
    [InlineData(new double[] { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 }, 5d, 9d, 10d)]
    [InlineData(new double[] { -1, 1 }, 0d, 1d, 1d)]
    public void Spans_are_told_by_nearest_rank(double[] seconds, double? median, double? ninthDecile, double? longest)
    {
        var spans = SpansView.Of(seconds.Select(TimeSpan.FromSeconds));

        Assert.Equal((seconds.Length, median, ninthDecile, longest), (spans.Count, spans.Median, spans.NinthDecile, spans.Longest));
    }

    private static IEnumerable<string> Counts(JsonNode counts) =>
        counts.AsArray().Where(c => (int)c!["count"]! > 0).Select(c => $"{c!["name"]} {c["count"]}").Order(StringComparer.Ordinal);

    private static Task<JsonNode> SaveAsync(ConsoleServer server, string id, string status, string content = "# A") => server.CallAsync(
        server.Sue, "save_article", new JsonObject { ["article_id"] = id, ["title"] = id, ["content"] = content, ["status"] = status }, "knowledge");

    private static async Task<JsonNode> GetAsync(ConsoleServer server, string path)
    {
        using var response = await server.SendAsync(HttpMethod.Get, path, server.Alice, null, ("X-Console", "1"), ("Sec-Fetch-Site", "same-origin"));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task<ConsoleServer> StartAsync(bool onRedis)
    {
        var engine = onRedis ? await redis.ServerAsync() : null;
        return await ConsoleServer.StartAsync(
            o => engine is null ? o : o with { Backend = Backend.Redis, RedisConnection = engine.ConnectionString, KeyPrefix = $"console-{Guid.NewGuid():N}:" },
            services => services.AddSingleton<TimeProvider>(_time));
    }
}
