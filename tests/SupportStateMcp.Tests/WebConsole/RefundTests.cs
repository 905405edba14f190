using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>People decide in the console, an agent waits over MCP.</summary>
public sealed class RefundTests(Chromium chromium, SharedRedis redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refund_is_changed_and_approved_and_everybody_sees_it(bool onRedis)
    {
        await using var server = await StartAsync(onRedis);
        var id = await server.TalkAsync("TKT-001", "maria", "The machine arrived broken.");
        var approval = await server.AskAsync(id, 612.40m);
        await using var agent = await ListeningServer.ConnectAsync(new Uri(server.Address, "/mcp"), token: server.Bot);
        var waiting = ConnectedServer.CallAsync(agent, "await_approval", $$"""{"approval_id":"{{approval}}","timeout_seconds":300}""");
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await using var bob = await chromium.OpenAsync(server.Address, server.Bob);
        await bob.GoAsync($"/console/approvals/{approval}");

        await alice.GoAsync("/console/approvals");
        await alice.Link("issue_refund").ClickAsync();
        await alice.Button("Change the arguments").ClickAsync();
        await alice.Field("Final value of amount").FillAsync("six hundred");
        await alice.Button("Approve with changes").ClickAsync();
        await alice.ShowsAsync("amount must be a number.");
        await alice.Field("Final value of amount").FillAsync("580.00");
        Assert.Equal(["612.40", "580.00"], await alice.Page.Locator("tbody del, tbody ins").EvaluateAllAsync<string[]>("all => all.map((e) => e.lastChild.textContent)"));
        await alice.Field("Notes").FillAsync("minus shipping");
        await alice.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");
        await Assertions.Expect(alice.Page.Locator(".outcome")).ToContainTextAsync("It is granted, by human:alice.");

        var answer = ConnectedServer.Structured(await waiting);
        Assert.Equal(("granted", 580m), ((string?)answer["status"], (decimal)answer["arguments"]!["amount"]!));
        Assert.Equal("612.40", Amount(answer["proposed_arguments"]!));
        // Nobody touched the other page.
        await Assertions.Expect(bob.Page.Locator(".outcome")).ToContainTextAsync("It is granted, by human:alice.");
        await Assertions.Expect(bob.Page.Locator("main")).ToContainTextAsync("minus shipping");
        Assert.Equal(0, await bob.Button("Approve").CountAsync());
        Assert.Empty(alice.Faults.Concat(bob.Faults));
    }

    [Fact]
    public async Task Two_people_decide_at_once_and_the_other_reads_why()
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-002", "maria", "Broken."), 700);
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await using var bob = await chromium.OpenAsync(server.Address, server.Bob);
        await alice.GoAsync($"/console/approvals/{approval}");
        await bob.GoAsync($"/console/approvals/{approval}");

        await Task.WhenAll(alice.Button("Approve").ClickAsync(), bob.Button("Reject").ClickAsync());
        await Task.WhenAll(Decided(alice), Decided(bob));

        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval });
        var winner = (string?)decided["votes"]!.AsArray().Single()!["by"];
        var (lost, status) = winner == "human:alice" ? (bob, "granted") : (alice, "refused");
        Assert.Equal(status, (string?)decided["status"]);
        await lost.ShowsAsync($"Somebody decided before you: it is {status}, by {winner}.");
        await Assertions.Expect(lost.Page.Locator(".outcome")).ToContainTextAsync($"It is {status}, by {winner}.");

        static Task Decided(ConsoleTab tab) => Assertions.Expect(tab.Page.Locator(".outcome")).ToContainTextAsync("It is ");
    }

    [Fact]
    public async Task What_is_approved_as_it_was_proposed_is_exactly_that_also_a_number_that_no_browser_holds()
    {
        await using var server = await StartAsync(false);
        var id = await server.TalkAsync("TKT-003", "maria", "Broken.");
        var asked = await server.CallAsync(server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = "pay", ["arguments"] = JsonNode.Parse("""{"account":12345678901234567890,"amount":700.10,"to":{"name":"Maria","lines":["a","b"]}}"""), ["reason"] = "broken",
        });
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await alice.GoAsync($"/console/approvals/{asked["approval_id"]}");
        await alice.ShowsAsync("12345678901234567890");

        await alice.Button("Change the arguments").ClickAsync();
        await alice.Field("Final value of to › name").FillAsync("Maria Meier");
        await alice.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");

        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = (string?)asked["approval_id"] });
        var expected = JsonNode.Parse(asked["arguments"]!.ToJsonString())!;
        expected["to"]!["name"] = "Maria Meier";
        Assert.Equal(expected.ToJsonString(), decided["arguments"]!.ToJsonString());
    }

    [Theory]
    [InlineData("9007199254740993", "9007199254740993", false)]
    [InlineData("100000000000000000001", "100000000000000000001", false)]
    [InlineData("[1000000000000000000000001]", "1000000000000000000000001", false)]
    [InlineData("0.12345678901234567", "0.12345678901234567", false)]
    [InlineData("0.1000000000000000055", "0.1000000000000000055", false)]
    [InlineData("12345678901234.0001", "12345678901234.0001", false)]
    [InlineData("9007199254740991", "", true)]
    [InlineData("612.40", "", true)]
    public async Task A_browser_that_keeps_no_long_number_changes_none_unseen(string number, string told, bool isSent)
    {
        await using var server = await StartAsync(false);
        var asked = await server.CallAsync(server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = await server.TalkAsync("TKT-009", "maria", "Broken."), ["action"] = "pay", ["arguments"] = JsonNode.Parse($$"""{"account":{{number}},"to":"Maria"}"""), ["reason"] = "broken",
        });
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await alice.Page.AddInitScriptAsync(ViewHost.OldJson);
        await alice.GoAsync($"/console/approvals/{asked["approval_id"]}");
        if (!isSent)
            await alice.ShowsAsync(number);

        await alice.Button("Change the arguments").ClickAsync();
        await alice.Field("Final value of to").FillAsync("Maria Meier");
        await alice.Button("Approve with changes").ClickAsync();

        if (isSent)
            await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");
        else
            await alice.ShowsAsync($"This browser does not keep every digit of {told}.");
        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = (string?)asked["approval_id"] });
        Assert.Equal((isSent ? "granted" : "pending", isSent ? "Maria Meier" : "Maria"), ((string?)decided["status"], (string?)decided["arguments"]!["to"]));
        Assert.Equal(number.Replace(".40", ".4", StringComparison.Ordinal), decided["arguments"]!["account"]!.ToJsonString().Replace(".40", ".4", StringComparison.Ordinal));
        Assert.Empty(alice.Faults);
    }

    [Fact]
    public async Task A_number_that_is_typed_into_such_a_browser_is_sent_as_it_was_typed_or_not_at_all()
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-010", "maria", "Broken."), 700);
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await alice.Page.AddInitScriptAsync(ViewHost.OldJson);
        await alice.GoAsync($"/console/approvals/{approval}");

        await alice.Button("Change the arguments").ClickAsync();
        await alice.Field("Final value of amount").FillAsync("0.30000000000000000001");
        await alice.Button("Approve with changes").ClickAsync();
        await alice.ShowsAsync("This browser does not keep every digit of 0.30000000000000000001.");
        await alice.Field("Final value of amount").FillAsync("580.00");
        await alice.Button("Approve with changes").ClickAsync();

        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");
        Assert.Equal("580", Amount((await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval }))["arguments"]!));
    }

    [Fact]
    public async Task Which_numbers_a_browser_sends_back_as_they_came_is_known()
    {
        await using var server = await StartAsync(false);
        await using var tab = await chromium.OpenAsync(server.Address);
        await tab.GoAsync("/console/sign-in");

        string[] unwritten = ["0", "-5", "612.4", "1e-7", "9007199254740991", "0.123456789012345", "9007199254740993", "100000000000000000001", "1e21", "1e400", "0.1234567890123456"];
        string[] written = ["0", "612.40", "0.10", "9007199254740991", "1.50e300", "100000000000000000000", "123456789012345.000", "9007199254740993", "100000000000000000001", "1e400", "0.30000000000000000001", "1e-400", "4.94e-324"];
        Assert.Equal(unwritten[..6], await ExactAsync(unwritten, "isExact(Number(n))"));
        Assert.Equal(written[..7], await ExactAsync(written, "isExact(Number(n), n)"));

        Task<string[]> ExactAsync(string[] all, string test) =>
            tab.Page.EvaluateAsync<string[]>($"async all => {{ const {{ isExact }} = await import('/console/calls.js'); return all.filter((n) => {test}); }}", all);
    }

    [Fact]
    public async Task One_who_may_not_decide_sees_it_and_is_told_why()
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-004", "maria", "Broken."), 700);
        await using var bot = await chromium.OpenAsync(server.Address, server.Bot);
        await bot.GoAsync($"/console/approvals/{approval}");

        await bot.ShowsAsync("You can look, but not decide: that takes a person with the role approver.");
        await bot.ShowsAsync("You are not signed in as a person");
        Assert.Equal(0, await bot.Button("Approve").CountAsync());
    }

    [Fact]
    public async Task A_yes_is_to_what_stands_in_the_fields_also_where_another_vote_changed_the_arguments()
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-005", "maria", "Broken."), 100, quorum: 2);
        await using var bob = await chromium.OpenAsync(server.Address, server.Bob);
        await bob.GoAsync($"/console/approvals/{approval}");
        await bob.Button("Change the arguments").ClickAsync();

        await ChangeAsync(server, approval, 900);
        await bob.ShowsAsync("human:alice changed the arguments in between, to: order: 4711, amount: 900.");
        Assert.Equal("100", await bob.Field("Final value of amount").InputValueAsync());
        await bob.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(bob.Notice).ToHaveTextAsync("Your yes counts: 1 of 2.");

        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval });
        Assert.Equal(("pending", "100", 1), ((string?)decided["status"], Amount(decided["arguments"]!), (int)decided["yes"]!));
        Assert.Empty(bob.Faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_approves_arguments_that_their_page_has_not_shown(bool editing)
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-006", "maria", "Broken."), 100, quorum: 2);
        await using var bob = await chromium.OpenAsync(server.Address, server.Bob);
        // A stream that does not begin: the page hears of nothing.
        await bob.Page.RouteAsync("**/events/stream", _ => { });
        await bob.GoAsync($"/console/approvals/{approval}");
        if (editing)
            await bob.Button("Change the arguments").ClickAsync();
        await ChangeAsync(server, approval, 900);

        await bob.Button(editing ? "Approve with changes" : "Approve").ClickAsync();
        await bob.ShowsAsync("Somebody changed the arguments in between, and nothing was decided.");
        await bob.ShowsAsync("human:alice changed the arguments in between");
        Assert.Single((await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval }))["votes"]!.AsArray());

        if (editing)
            await bob.Button("Keep the proposed arguments").ClickAsync();
        await Assertions.Expect(bob.Page.Locator("tbody ins").First).ToContainTextAsync("900");
        await bob.Button("Approve").ClickAsync();
        await Assertions.Expect(bob.Page.Locator(".outcome")).ToContainTextAsync("It is granted, by human:bob.");
        Assert.Equal("900", Amount((await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval }))["arguments"]!));
        Assert.Empty(bob.Faults);
    }

    [Fact]
    public async Task Notes_stay_where_the_arguments_are_changed_and_long_numbers_in_lists_too()
    {
        await using var server = await StartAsync(false);
        var id = await server.TalkAsync("TKT-007", "maria", "Broken.");
        var asked = await server.CallAsync(server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = "pay", ["arguments"] = JsonNode.Parse("""{"amount":700,"accounts":[12345678901234567890]}"""), ["reason"] = "broken",
        });
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await alice.GoAsync($"/console/approvals/{asked["approval_id"]}");
        Assert.False(await alice.WouldAskAsync());

        await alice.Field("Notes").FillAsync("both accounts");
        await alice.Button("Change the arguments").ClickAsync();
        await alice.Field("Final value of accounts").FillAsync("[12345678901234567890, 98765432109876543210]");
        Assert.Equal("both accounts", await alice.Field("Notes").InputValueAsync());
        Assert.True(await alice.WouldAskAsync());
        await alice.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");

        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = (string?)asked["approval_id"] });
        Assert.Equal(("both accounts", """{"amount":700,"accounts":[12345678901234567890,98765432109876543210]}"""), ((string?)decided["votes"]![0]!["notes"], decided["arguments"]!.ToJsonString()));
        Assert.False(await alice.WouldAskAsync());
        Assert.Empty(alice.Faults);
    }

    [Fact]
    public async Task A_text_with_other_ends_of_lines_is_changed_only_where_somebody_changes_it()
    {
        await using var server = await StartAsync(false);
        var asked = await server.CallAsync(server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = await server.TalkAsync("TKT-013", "maria", "Broken."), ["action"] = "write", ["reason"] = "broken",
            ["arguments"] = new JsonObject { ["first"] = "Dear Maria,\r\nit is paid.", ["second"] = "Yours,\r\nthe desk", ["to"] = "maria" },
        });
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await alice.GoAsync($"/console/approvals/{asked["approval_id"]}");

        await alice.Button("Change the arguments").ClickAsync();
        Assert.False(await alice.WouldAskAsync());
        await Assertions.Expect(alice.Page.Locator("main tbody :is(ins, del)")).ToHaveCountAsync(0);
        await alice.Field("Final value of second").FillAsync("Yours,\nthe whole desk");
        await Assertions.Expect(alice.Page.Locator("main tbody del")).ToHaveCountAsync(1);
        await alice.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");

        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = (string?)asked["approval_id"] });
        Assert.Equal(("Dear Maria,\r\nit is paid.", "Yours,\r\nthe whole desk"), ((string?)decided["arguments"]!["first"], (string?)decided["arguments"]!["second"]));
        Assert.Empty(alice.Faults);
    }

    [Fact]
    public async Task Notes_on_what_another_has_decided_keep_nobody_on_the_page()
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-012", "maria", "Broken."), 700);
        await using var bob = await chromium.OpenAsync(server.Address, server.Bob);
        await bob.GoAsync($"/console/approvals/{approval}");
        await bob.Field("Notes").FillAsync("minus shipping");
        Assert.True(await bob.WouldAskAsync());

        await server.CallAsync(server.Alice, "decide_approval", new JsonObject { ["approval_id"] = approval, ["approved"] = false });
        await Assertions.Expect(bob.Page.Locator(".outcome")).ToContainTextAsync("It is refused, by human:alice.");

        await Assertions.Expect(bob.Field("Notes")).ToHaveCountAsync(0);
        Assert.False(await bob.WouldAskAsync());
        Assert.Empty(bob.Faults);
    }

    [Fact]
    public async Task Nothing_is_written_while_a_decision_is_on_its_way_that_would_be_lost_with_it()
    {
        await using var server = await StartAsync(false);
        var approval = await server.AskAsync(await server.TalkAsync("TKT-011", "maria", "Broken."), 700);
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await alice.Page.RouteAsync("**/mcp/**", async route =>
        {
            if (route.Request.Headers.GetValueOrDefault("mcp-name") != "decide_approval" || answered.Task.IsCompleted)
            {
                await route.ContinueAsync();
                return;
            }

            await answered.Task;
            await route.AbortAsync("connectionrefused");
        });
        await alice.GoAsync($"/console/approvals/{approval}");
        await alice.Field("Notes").FillAsync("minus shipping");
        await alice.Button("Change the arguments").ClickAsync();
        await alice.Field("Final value of amount").FillAsync("580");

        await alice.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(alice.Field("Notes")).Not.ToBeEditableAsync();
        await Assertions.Expect(alice.Field("Final value of amount")).Not.ToBeEditableAsync();
        answered.SetResult();
        await alice.ShowsAsync("The server does not answer.");
        await Assertions.Expect(alice.Field("Notes")).ToBeEditableAsync();
        await alice.Field("Notes").FillAsync("minus shipping, again");
        await alice.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Approved.");

        var decided = await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval });
        Assert.Equal(("580", "minus shipping, again"), (Amount(decided["arguments"]!), (string?)decided["votes"]![0]!["notes"]));
        Assert.Empty(alice.Faults);
    }

    [Fact]
    public async Task Who_cannot_decide_reads_why_in_the_place_of_buttons()
    {
        await using var server = await StartAsync(false);
        var id = await server.TalkAsync("TKT-008", "maria", "Broken.");
        var ofTwo = await server.AskAsync(id, 700, quorum: 2);
        var own = await AskAsync(server.Alice, "own", "approver");
        var forSupervisors = await AskAsync(server.Bot, "dear", "supervisor");
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);

        await alice.GoAsync($"/console/approvals/{ofTwo}");
        await alice.Button("Approve").ClickAsync();
        await Assertions.Expect(alice.Notice).ToHaveTextAsync("Your yes counts: 1 of 2.");
        await NobodyDecidesAsync("Your yes counts: 1 of 2.");
        await alice.ShowAsync($"/console/approvals/{own}");
        await NobodyDecidesAsync("You asked for it, so somebody else decides.");
        await alice.ShowAsync($"/console/approvals/{forSupervisors}");
        await NobodyDecidesAsync("You can look, but not decide: that takes a person with the role supervisor.");
        await using var sue = await chromium.OpenAsync(server.Address, server.Sue);
        await sue.GoAsync($"/console/approvals/{forSupervisors}");
        await sue.Button("Approve").ClickAsync();
        await Assertions.Expect(sue.Notice).ToHaveTextAsync("Approved.");
        Assert.Empty(alice.Faults);

        async Task NobodyDecidesAsync(string why)
        {
            await Assertions.Expect(alice.Page.Locator("main .hint")).ToHaveTextAsync([why]);
            Assert.Equal(0, await alice.Button("Approve").CountAsync());
        }

        async Task<string> AskAsync(string who, string action, string role) => (string)(await server.CallAsync(who, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = action, ["arguments"] = new JsonObject { ["amount"] = 700 }, ["reason"] = "r", ["approver_role"] = role,
        }))["approval_id"]!;
    }

    private static Task<JsonNode> ChangeAsync(ConsoleServer server, string approval, int amount) => server.CallAsync(server.Alice, "decide_approval", new JsonObject
    {
        ["approval_id"] = approval, ["approved"] = true, ["final_arguments"] = new JsonObject { ["order"] = "4711", ["amount"] = amount },
    });

    private async Task<ConsoleServer> StartAsync(bool onRedis)
    {
        if (!onRedis)
            return await ConsoleServer.StartAsync(o => o);
        var engine = await redis.ServerAsync();
        return await ConsoleServer.StartAsync(o => o with { Backend = Backend.Redis, RedisConnection = engine.ConnectionString, KeyPrefix = $"console-{Guid.NewGuid():N}:" });
    }

    private static string Amount(JsonNode arguments) => arguments["amount"]!.ToJsonString();
}
