using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>What a person sees and does in the views that a host shows, in a frame without origin and network.</summary>
public sealed class AppViewTests(Chromium chromium, AppViewTests.Desk desk) : IClassFixture<AppViewTests.Desk>
{
    private const string Approval = "ui://support/approval.html";
    private const string Conversation = "ui://support/conversation.html";

    private readonly ConsoleServer _server = desk.Server;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ai_shows_a_pending_approval_and_leads_to_the_console(bool dark)
    {
        var approval = await AskAsync($"VIEW-1-{dark}");
        await using var host = await OpenAsync(_server.Bot, Approval, "get_approval", Of(approval), dark);

        await Assertions.Expect(host.Main).ToContainTextAsync("issue_refund");
        await Assertions.Expect(host.Main).ToContainTextAsync("612.40");
        await Assertions.Expect(host.Main.Locator(".outcome time")).ToContainTextAsync("left");
        Assert.Equal(dark ? "rgb(18, 21, 26)" : "rgb(246, 247, 249)", await GroundAsync(host));
        Assert.Empty(await host.ViolationsAsync());
        Assert.Equal(0, await host.Button("Approve").CountAsync());
        // It shows what it was opened with, and has asked for nothing.
        Assert.Empty(await host.AskedAsync("tools/call"));

        await host.Button("Decide in the console").FocusAsync();
        await host.View.Page.Keyboard.PressAsync("Enter");
        await Eventually.TrueAsync(async () => (await host.AskedAsync("ui/open-link")).Count == 1, () => "It asks for no page.");
        Assert.Equal(new Uri(_server.Address, $"/console/approvals/{approval}").AbsoluteUri, (string?)(await host.AskedAsync("ui/open-link"))[0]!["url"]);

        await host.TellAsync("ui/notifications/host-context-changed", new JsonObject { ["theme"] = dark ? "light" : "dark" });
        await Eventually.TrueAsync(async () => await GroundAsync(host) == (dark ? "rgb(246, 247, 249)" : "rgb(18, 21, 26)"), () => "The theme does not change.");
        var height = await host.View.EvaluateAsync<int>("() => document.documentElement.scrollHeight");
        await Eventually.TrueAsync(async () => Math.Abs(await host.HeightAsync() - height) <= 1, () => $"The frame is not {height} high.");
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task A_person_changes_the_amount_and_approves()
    {
        var approval = await AskAsync("VIEW-2");
        await using var host = await OpenAsync(_server.Alice, Approval, "get_approval", Of(approval));

        await host.Button("Change the arguments").ClickAsync();
        await host.Field("Final value of amount").FillAsync("580.00");
        await host.Field("Notes").FillAsync("minus shipping");
        Assert.Empty(await host.ViolationsAsync());
        await host.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(host.Main.Locator(".outcome")).ToContainTextAsync("It is granted, by human:alice.");

        var decided = await _server.CallAsync(_server.Bot, "get_approval", Of(approval));
        Assert.Equal(("granted", 580m, "minus shipping"), ((string?)decided["status"], (decimal)decided["arguments"]!["amount"]!, (string?)decided["votes"]![0]!["notes"]));
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task A_host_may_take_minutes_to_ask_its_person_before_it_passes_a_decision_on()
    {
        var approval = await AskAsync("VIEW-14");
        await using var host = await OpenAsync(_server.Alice, Approval, "get_approval", Of(approval));
        var (asked, agreed) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await host.View.Page.RouteAsync("**/mcp/**", async route =>
        {
            if (route.Request.Headers.GetValueOrDefault("mcp-name") == "decide_approval")
            {
                asked.TrySetResult();
                await agreed.Task;
            }

            await route.ContinueAsync();
        });
        await host.View.Page.Clock.InstallAsync();

        await host.Button("Approve").ClickAsync();
        await asked.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await host.View.Page.Clock.FastForwardAsync(300_000);
        Assert.Equal(0, await host.View.GetByRole(AriaRole.Alert).CountAsync());
        agreed.SetResult();

        await Assertions.Expect(host.Main.Locator(".outcome")).ToContainTextAsync("It is granted, by human:alice.");
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task A_number_that_a_host_would_change_is_shown_and_approved_as_it_is_and_never_changed_unseen()
    {
        var id = await _server.TalkAsync("VIEW-3", "maria", "Broken.");
        var approval = (string)(await _server.CallAsync(_server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = "pay", ["arguments"] = JsonNode.Parse("""{"account":12345678901234567890,"to":"Maria"}"""), ["reason"] = "broken",
        }))["approval_id"]!;
        await using var host = await OpenAsync(_server.Alice, Approval, "get_approval", Of(approval));
        await Assertions.Expect(host.Main).ToContainTextAsync("12345678901234567890");

        await host.Button("Change the arguments").ClickAsync();
        await host.Field("Final value of to").FillAsync("Maria Meier");
        await host.Button("Approve with changes").ClickAsync();
        await Assertions.Expect(host.View.GetByRole(AriaRole.Alert)).ToContainTextAsync("12345678901234567890 has more digits than a host passes on.");
        Assert.Equal("pending", (string?)(await _server.CallAsync(_server.Bot, "get_approval", Of(approval)))["status"]);

        await host.Button("Keep the proposed arguments").ClickAsync();
        await host.Button("Approve").ClickAsync();
        await Assertions.Expect(host.Main.Locator(".outcome")).ToContainTextAsync("It is granted");
        Assert.Equal("""{"account":12345678901234567890,"to":"Maria"}""", (await _server.CallAsync(_server.Bot, "get_approval", Of(approval)))["arguments"]!.ToJsonString());
    }

    [Fact]
    public async Task A_browser_that_keeps_no_long_number_passes_none_on_that_it_has_changed()
    {
        var id = await _server.TalkAsync("VIEW-13", "maria", "Broken.");
        var approval = (string)(await _server.CallAsync(_server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = "pay", ["arguments"] = JsonNode.Parse("""{"account":100000000000000000001,"to":"Maria"}"""), ["reason"] = "broken",
        }))["approval_id"]!;
        await using var host = await ViewHost.OpenAsync(chromium, _server, _server.Alice, Approval, "get_approval", Of(approval), script: ViewHost.OldJson);

        await host.Button("Change the arguments").ClickAsync();
        await host.Field("Final value of to").FillAsync("Maria Meier");
        await host.Button("Approve with changes").ClickAsync();

        await Assertions.Expect(host.View.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not keep every digit of 100000000000000000001.");
        Assert.Equal("pending", (string?)(await _server.CallAsync(_server.Bot, "get_approval", Of(approval)))["status"]);
    }

    [Fact]
    public async Task A_decision_by_way_of_an_ais_host_is_refused_and_changes_nothing()
    {
        var approval = await AskAsync("VIEW-4");
        var before = await _server.CallAsync(_server.Bot, "get_approval", Of(approval));
        await using var host = await OpenAsync(_server.Bot, Approval, "get_approval", Of(approval));

        var answer = await host.AskAsync("tools/call", new JsonObject { ["name"] = "decide_approval", ["arguments"] = new JsonObject { ["approval_id"] = approval, ["approved"] = true } });

        Assert.Equal((true, "not_authorized"), ((bool)answer["result"]!["isError"]!, (string?)answer["result"]!["structuredContent"]!["code"]));
        Assert.Equal(before.ToJsonString(), (await _server.CallAsync(_server.Bot, "get_approval", Of(approval))).ToJsonString());
    }

    [Fact]
    public async Task Pending_approvals_are_a_list_that_opens_each_within_the_view()
    {
        var approval = await AskAsync("VIEW-5");
        await using var host = await OpenAsync(_server.Bot, Approval, "list_pending_approvals", new JsonObject { ["conversation_id"] = "cs-VIEW-5", ["limit"] = 10 });

        Assert.Empty(await host.ViolationsAsync());
        await host.View.GetByRole(AriaRole.Link, new() { Name = "issue_refund" }).ClickAsync();
        await Assertions.Expect(host.View.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync($"Approval {approval}");
        await host.Button("Back to Approvals").ClickAsync();
        await host.View.GetByRole(AriaRole.Link, new() { Name = "issue_refund" }).WaitForAsync();
        await _server.CallAsync(_server.Alice, "decide_approval", new JsonObject { ["approval_id"] = approval, ["approved"] = false });
        await host.Button("Refresh").ClickAsync();
        await Assertions.Expect(host.Main).ToContainTextAsync("Nothing waits for a decision.");
        // What the way back read may say that nothing waits before what was asked for again has left.
        await Eventually.TrueAsync(async () => (await host.AskedAsync("tools/call")).Count > 2, () => "The list is not read again.");
        Assert.Equal(["get_approval", "list_pending_approvals", "list_pending_approvals"], (await host.AskedAsync("tools/call")).Select(c => (string?)c!["name"]));
        Assert.Equal("cs-VIEW-5", (string?)(await host.AskedAsync("tools/call"))[2]!["arguments"]!["conversation_id"]);
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task A_conversation_is_shown_with_its_messages_and_read_again_on_demand()
    {
        var id = await _server.TalkAsync("VIEW-6", "maria", "Where is my parcel?");
        await using var host = await OpenAsync(_server.Bot, Conversation, "get_state", new JsonObject { ["conversation_id"] = id });

        await Assertions.Expect(host.Main.Locator(".transcript")).ToContainTextAsync("Where is my parcel?");
        Assert.Empty(await host.ViolationsAsync());
        // It is to look at: nothing is written by way of the host.
        Assert.Equal(0, await host.View.Locator("textarea, select").CountAsync());
        await _server.CallAsync(_server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Hello?" });
        await host.Button("Refresh").ClickAsync();
        await Assertions.Expect(host.Main.Locator(".transcript")).ToContainTextAsync("Hello?");
        await host.View.GetByText("Handoff brief").ClickAsync();
        await host.View.Locator("details .prose").WaitForAsync();
        Assert.All(await host.AskedAsync("tools/call"), c => Assert.Contains((string)c!["name"]!, (string[])["get_state", "get_history", "get_events", "list_pending_approvals"]));
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task The_past_of_a_conversation_is_shown_as_it_was()
    {
        var id = await _server.TalkAsync("VIEW-7", "maria", "Where is my parcel?");
        var version = (long)(await _server.CallAsync(_server.Bot, "get_state", new JsonObject { ["conversation_id"] = id }))["version"]!;
        // More than a page shows at first.
        for (var i = 0; i < 60; i++)
            await _server.CallAsync(_server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Said later." });

        await using var host = await OpenAsync(_server.Bot, Conversation, "get_state", new JsonObject { ["conversation_id"] = id, ["at_version"] = version });

        await Assertions.Expect(host.Main.Locator(".transcript")).ToContainTextAsync("Where is my parcel?");
        await Assertions.Expect(host.Main).Not.ToContainTextAsync("Said later.");
        await Assertions.Expect(host.View.GetByText("2 messages", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(Approval)]
    [InlineData(Conversation)]
    public async Task A_host_that_does_nothing_for_a_view_still_shows_the_answer(string uri)
    {
        var approval = await AskAsync($"VIEW-8-{uri.Length}");
        var (tool, arguments) = uri == Approval ? ("get_approval", Of(approval)) : ("get_state", new JsonObject { ["conversation_id"] = $"cs-VIEW-8-{uri.Length}" });
        await using var host = await OpenAsync(_server.Alice, uri, tool, arguments, capabilities: []);

        await Assertions.Expect(host.Main).ToContainTextAsync(uri == Approval ? "612.40" : "The host passes no calls on to the server.");
        Assert.Equal(0, await host.View.Locator("a[href]").CountAsync());
        Assert.Equal(0, await host.Button("Refresh").CountAsync());
        if (uri == Approval)
            await Assertions.Expect(host.Main).ToContainTextAsync($"SupportStateMcp approve {approval}");
        Assert.Empty(await host.ViolationsAsync());
        Assert.Empty(await host.AskedAsync("tools/call"));
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task Where_nobody_works_in_the_console_the_command_line_is_named()
    {
        await using var open = await ConsoleServer.StartAsync(o => o with { Tokens = [] }, routes: ViewHost.Map);
        await open.CallAsync(null, "initialize_conversation", new JsonObject { ["user_id"] = "maria", ["ticket_id"] = "VIEW-9" });
        var asked = await open.CallAsync(null, "request_approval", new JsonObject
        {
            ["conversation_id"] = "cs-VIEW-9", ["action"] = "issue_refund", ["arguments"] = new JsonObject { ["amount"] = 700 }, ["reason"] = "broken",
        });
        await using var host = await ViewHost.OpenAsync(chromium, open, null, Approval, "get_approval", Of((string)asked["approval_id"]!));

        await Assertions.Expect(host.Main.Locator("pre")).ToContainTextAsync($"SupportStateMcp reject {asked["approval_id"]}");
        Assert.Equal(0, await host.Button("Decide in the console").CountAsync());
    }

    [Fact]
    public async Task A_refusal_is_told()
    {
        await using var host = await OpenAsync(_server.Bot, Approval, "get_approval", Of("ap-1a2b3c4d-NOTHING"));

        await Assertions.Expect(host.View.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no approval ap-1a2b3c4d-NOTHING");
        Assert.Empty(await host.ViolationsAsync());
        Assert.Empty(host.Faults);
    }

    [Fact]
    public async Task Hostile_texts_stay_inert()
    {
        var texts = HostileTexts.All;
        await _server.CallAsync(_server.Bot, "initialize_conversation", new JsonObject { ["user_id"] = texts[0], ["ticket_id"] = "VIEW-10", ["description"] = texts[1], ["metadata"] = new JsonObject { ["fact"] = texts[2] } });
        foreach (var part in texts.Chunk(20))
            await _server.CallAsync(_server.Bot, "add_message", new JsonObject { ["conversation_id"] = "cs-VIEW-10", ["role"] = "user", ["content"] = string.Join('\n', part) });
        var approval = (string)(await _server.CallAsync(_server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = "cs-VIEW-10", ["action"] = texts[3][..Math.Min(50, texts[3].Length)], ["reason"] = texts[5],
            ["arguments"] = new JsonObject { ["amount"] = 700, [texts[6]] = texts[7], ["all"] = string.Join('\n', texts) },
        }))["approval_id"]!;

        foreach (var (uri, tool, arguments) in ((string, string, JsonObject)[])
            [(Approval, "get_approval", Of(approval)), (Approval, "list_pending_approvals", new JsonObject { ["conversation_id"] = "cs-VIEW-10" }), (Conversation, "get_state", new JsonObject { ["conversation_id"] = "cs-VIEW-10" })])
        {
            await using var host = await ViewHost.OpenAsync(chromium, _server, _server.Alice, uri, tool, arguments, script: "window.hits = 0; window.hit = () => { window.hits += 1; };");
            await host.View.EvaluateAsync("() => document.querySelectorAll('main *').forEach((e) => e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })))");

            Assert.Equal(0, await host.View.EvaluateAsync<int>("() => window.hits"));
            Assert.Equal(0, await host.View.Locator("main script, main img, main iframe, main object, main embed, main link, main style, main base, main meta, main [onerror], main [onload], main a:not([href^='/console'])").CountAsync());
            // Not left out: it is there, as text.
            Assert.Contains(uri == Conversation ? texts[0] : texts[5], await host.Main.InnerTextAsync(), StringComparison.Ordinal);
            Assert.Empty(host.Faults);
        }
    }

    [Fact]
    public async Task What_would_stay_invisible_is_spelled_out()
    {
        var id = await _server.TalkAsync("VIEW-12", "maria", "Broken.");
        var approval = (string)(await _server.CallAsync(_server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = "pay", ["arguments"] = new JsonObject { ["to"] = "DE89\u200b3704", ["amount"] = 700 }, ["reason"] = "\u202ebroken",
        }))["approval_id"]!;

        await using var host = await OpenAsync(_server.Alice, Approval, "get_approval", Of(approval));

        await Assertions.Expect(host.Main).ToContainTextAsync("DE89<U+200B>3704");
        await Assertions.Expect(host.Main).ToContainTextAsync("<U+202E>broken");
    }

    [Fact]
    public async Task The_document_allows_itself_nothing_of_this_even_where_the_host_does()
    {
        var approval = await AskAsync("VIEW-11");
        await using var host = await OpenAsync(_server.Bot, Approval, "get_approval", Of(approval));

        foreach (var (rule, script) in ((string, string)[])
            [
                ("TrustedScript", "() => { const s = document.createElement('script'); s.textContent = 'top.hit()'; document.body.append(s); }"),
                ("TrustedHTML", "() => { document.body.innerHTML = '<b>x</b>'; }"),
                ("connect-src", "() => { fetch('/mcp').catch(() => {}); }"),
                ("img-src", "() => { const i = document.createElement('img'); i.src = '/console/console.css'; document.body.append(i); }"),
                ("style-src", "() => { document.body.setAttribute('style', 'color: red'); }"),
            ])
        {
            await host.View.EvaluateAsync("script => { setTimeout(new Function('return ' + script)(), 0); }", script);
            // One may be told several times, also after the next has begun: the rule tells them apart.
            await Eventually.TrueAsync(() => host.Faults.Any(f => f.Contains(rule, StringComparison.Ordinal)), () => $"Nothing stopped {script}:\n{string.Join('\n', host.Faults)}");
        }
    }

    private static Task<string> GroundAsync(ViewHost host) => host.View.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");

    private static JsonObject Of(string approval) => new() { ["approval_id"] = approval };

    private async Task<string> AskAsync(string ticket) => await _server.AskAsync(await _server.TalkAsync(ticket, "maria", "The machine arrived broken."), 612.40m);

    private Task<ViewHost> OpenAsync(string token, string uri, string tool, JsonObject arguments, bool dark = false, string[]? capabilities = null) =>
        ViewHost.OpenAsync(chromium, _server, token, uri, tool, arguments, dark, capabilities);

    /// <summary>A server with the page of a host beside it.</summary>
    public sealed class Desk : IAsyncLifetime
    {
        internal ConsoleServer Server { get; } = new(o => o, routes: ViewHost.Map);

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
