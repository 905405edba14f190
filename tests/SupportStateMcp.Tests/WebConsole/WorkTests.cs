using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>What people do in the console all day.</summary>
public sealed class WorkTests(Chromium chromium, ConsoleServer server) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_person_claims_leaves_a_note_answers_and_hands_back()
    {
        var id = await server.TalkAsync("WORK-1", "maria", "Where is my parcel?", "urgent");
        await server.CallAsync(server.Bot, "escalate_conversation", new JsonObject { ["conversation_id"] = id, ["reason"] = "asks for a person", ["summary"] = "Waits for a parcel." });
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/queue");

        await tab.Button($"Claim {id}").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync($"You have {id}.");
        await Assertions.Expect(tab.Link(id)).ToHaveCountAsync(0);
        await tab.Link("Mine").ClickAsync();
        await tab.Link(id).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Internal note" }).CheckAsync();
        await tab.Field("Text").FillAsync("The carrier has it.");
        await tab.Button("Add note").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The note is stored.");
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Reply to the customer" }).CheckAsync();
        await tab.Button("Send reply").ClickAsync();
        await tab.ShowsAsync("Write something first.");
        await tab.Field("Text").FillAsync("It comes tomorrow.");
        await tab.Button("Send reply").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The reply is sent.");
        await tab.Button("Hand back").ClickAsync();
        await tab.Field("Note").FillAsync("Ask tomorrow whether it came.");
        await tab.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The AI goes on.");

        Assert.Equal(
            ["Waits in the queue support", "human:alice has the conversation", "ai:bot goes on"],
            (await tab.Page.Locator(".mark").AllInnerTextsAsync()).Select(t => t.Split(" · ")[0]).TakeLast(3));
        Assert.Equal(2, await tab.Page.Locator(".message.internal").CountAsync());
        Assert.Contains("It comes tomorrow.", await tab.Page.Locator(".message.assistant.by-person").InnerTextAsync(), StringComparison.Ordinal);
        var history = await server.CallAsync(server.Bot, "get_history", new JsonObject { ["conversation_id"] = id, ["visibility"] = "public" });
        Assert.Equal("It comes tomorrow.", (string?)history["messages"]!.AsArray()[^1]!["content"]);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Who_does_not_have_a_conversation_is_told_who_has_it()
    {
        var id = await server.TalkAsync("WORK-2", "maria", "Where is my parcel?");
        await server.CallAsync(server.Bob, "claim_conversation", new JsonObject { ["conversation_id"] = id });
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");

        await tab.Field("Text").FillAsync("It comes tomorrow.");
        await tab.Button("Send reply").ClickAsync();

        await tab.ShowsAsync("human:bob has the conversation, and alone answers the customer now.");
        Assert.Equal("It comes tomorrow.", await tab.Field("Text").InputValueAsync());
    }

    [Fact]
    public async Task A_draft_is_read_edited_and_published_by_a_supervisor_and_by_nobody_else()
    {
        var content = "# Refund\n\nSecond line with  two spaces and a tab\t.\n\n<b>not bold</b>\n";
        await server.CallAsync(server.Bot, "save_article", new JsonObject { ["article_id"] = "refunds", ["title"] = "Refunds", ["content"] = content, ["tags"] = new JsonArray("money") }, "knowledge");
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        await alice.GoAsync("/console/knowledge");
        await alice.Link("Refunds").ClickAsync();
        await alice.Button("Publish").ClickAsync();
        await alice.ShowsAsync("You may not do this. It needs the role supervisor.");

        await using var sue = await chromium.OpenAsync(server.Address, server.Sue);
        await sue.GoAsync("/console/knowledge?article=refunds");
        await sue.Button("Edit").ClickAsync();
        await sue.Field("Title").FillAsync("Refunds, when goods arrive broken");
        await sue.Button("Publish").ClickAsync();
        await Assertions.Expect(sue.Notice).ToHaveTextAsync("The article is published: searches find it.");

        using var read = await server.SendAsync(HttpMethod.Get, "/console/api/article?id=refunds", server.Sue, null, ("X-Console", "1"));
        var article = JsonNode.Parse(await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(("published", content, "Refunds, when goods arrive broken"), ((string?)article["status"], (string?)article["content"], (string?)article["title"]));
        await sue.GoAsync("/console/knowledge?q=goods+arrive+broken");
        await sue.Link("Refunds, when goods arrive broken").WaitForAsync();
        await sue.Page.GetByRole(AriaRole.Heading, new() { Name = "Drafts", Exact = true }).WaitForAsync();
        // The search has found it; among the drafts, which other tests make too, it is not any more.
        await Assertions.Expect(sue.Link("Refunds, when goods arrive broken")).ToHaveCountAsync(1);
        Assert.Empty(sue.Faults);
    }

    [Fact]
    public async Task A_person_signs_in_where_they_were_going_and_out_again()
    {
        await using var tab = await chromium.OpenAsync(server.Address);
        await tab.GoAsync("/console/customers?q=nobody");
        await tab.Field("Token").FillAsync("ssm_wrong");
        await tab.Button("Sign in").ClickAsync();
        await tab.ShowsAsync("This server does not know the token.");

        await tab.Field("Token").FillAsync(server.Alice);
        await tab.Button("Sign in").ClickAsync();
        await tab.ShowsAsync("No customer is recorded under this id or address.");
        Assert.Equal("", await tab.Page.EvaluateAsync<string>("() => document.cookie"));
        Assert.Equal("human:alice (agent, approver)", await tab.Page.Locator(".who").InnerTextAsync());
        await tab.Button("Sign out").ClickAsync();
        await tab.Field("Token").WaitForAsync();
        await tab.GoAsync("/console/queue");

        await tab.Field("Token").WaitForAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Who_is_signed_out_elsewhere_is_asked_to_sign_in_again_and_comes_back()
    {
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/knowledge?q=refund");
        await tab.Page.Context.ClearCookiesAsync();

        await tab.Button("Search").ClickAsync();
        await tab.ShowsAsync("You are not signed in any more.");
        await tab.Field("Token").FillAsync(server.Bob);
        await tab.Button("Sign in").ClickAsync();

        await Assertions.Expect(tab.Field("Search for")).ToHaveValueAsync("refund");
        await tab.ShowsAsync("human:bob");
    }

    [Fact]
    public async Task What_somebody_writes_is_there_when_they_come_back_until_they_sign_out()
    {
        var id = await server.TalkAsync("WORK-3", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Internal note" }).CheckAsync();
        await tab.Field("Text").FillAsync("The carrier has");

        await tab.Link("Back to Queue").ClickAsync();
        await tab.SettledAsync();
        await tab.Page.GoBackAsync();
        await Assertions.Expect(tab.Field("Text")).ToHaveValueAsync("The carrier has");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Internal note" })).ToBeCheckedAsync();
        await tab.Page.ReloadAsync();
        await Assertions.Expect(tab.Field("Text")).ToHaveValueAsync("The carrier has");
        await tab.Field("Text").FillAsync("The carrier has it.");
        await tab.Button("Add note").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The note is stored.");
        Assert.Equal(0, await DraftsAsync());

        await tab.Field("Text").FillAsync("secret");
        Assert.Equal(1, await DraftsAsync());
        await tab.Button("Sign out").ClickAsync();
        await tab.Field("Token").WaitForAsync();
        Assert.Equal(0, await DraftsAsync());
        Assert.Empty(tab.Faults);

        Task<int> DraftsAsync() => tab.Page.EvaluateAsync<int>("() => sessionStorage.length");
    }

    [Fact]
    public async Task What_is_written_while_a_reply_is_sent_is_the_next_message()
    {
        var id = await server.TalkAsync("WORK-4", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await tab.Page.RouteAsync("**/mcp/**", async route =>
        {
            if (route.Request.Headers.GetValueOrDefault("mcp-name") == "add_message")
                await sent.Task;
            await route.ContinueAsync();
        });
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.Field("Text").FillAsync("It comes tomorrow.");
        await tab.Button("Send reply").ClickAsync();
        await tab.Field("Text").FillAsync("It comes tomorrow. In the morning.");
        sent.SetResult();

        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The reply is sent.");
        Assert.Equal("It comes tomorrow. In the morning.", await tab.Field("Text").InputValueAsync());
        await Assertions.Expect(tab.Page.Locator(".message.assistant .content").Last).ToHaveTextAsync("It comes tomorrow.");
    }

    [Fact]
    public async Task What_is_written_while_an_article_is_saved_stays_and_goes_on_top_of_it()
    {
        await server.CallAsync(server.Bot, "save_article", new JsonObject { ["article_id"] = "opening-hours", ["title"] = "Opening hours", ["content"] = "Nine to five." }, "knowledge");
        await using var sue = await chromium.OpenAsync(server.Address, server.Sue);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await sue.Page.RouteAsync("**/mcp/**", async route =>
        {
            if (route.Request.Headers.GetValueOrDefault("mcp-name") == "save_article")
                await sent.Task;
            await route.ContinueAsync();
        });
        await sue.GoAsync("/console/knowledge?article=opening-hours");
        await sue.Button("Edit").ClickAsync();
        var content = sue.Page.GetByRole(AriaRole.Textbox, new() { Name = "Content", Exact = true });
        await content.FillAsync("Nine to six.");
        await sue.Button("Save as draft").ClickAsync();
        await content.FillAsync("Nine to six. Closed on Sundays.");
        sent.SetResult();

        await Assertions.Expect(sue.Notice).ToHaveTextAsync("The draft is saved.");
        await sue.ShowsAsync("Version 2,");
        Assert.Equal("Nine to six. Closed on Sundays.", await content.InputValueAsync());
        Assert.Equal("Nine to six.", await ContentAsync());
        // Nobody else has changed it.
        Assert.Equal(0, await sue.Page.GetByText("saved version 2 in between").CountAsync());
        await sue.Button("Save as draft").ClickAsync();
        await Assertions.Expect(content).ToHaveCountAsync(0);
        Assert.Equal("Nine to six. Closed on Sundays.", await ContentAsync());
        Assert.Empty(sue.Faults);

        async Task<string?> ContentAsync()
        {
            using var read = await server.SendAsync(HttpMethod.Get, "/console/api/article?id=opening-hours", server.Sue, null, ("X-Console", "1"));
            return (string?)JsonNode.Parse(await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["content"];
        }
    }

    [Fact]
    public async Task An_article_from_a_system_with_other_ends_of_lines_is_shown_and_edited_as_any_other()
    {
        await server.CallAsync(server.Bot, "save_article", new JsonObject { ["article_id"] = "returns", ["title"] = "Returns", ["content"] = "# Send it back\r\n\r\n- Pack it.\r\n- Send it." }, "knowledge");
        await using var sue = await chromium.OpenAsync(server.Address, server.Sue);
        await sue.GoAsync("/console/knowledge?article=returns");
        await Assertions.Expect(sue.Page.Locator(".prose h3")).ToHaveTextAsync("Send it back");
        await Assertions.Expect(sue.Page.Locator(".prose li")).ToHaveTextAsync(["Pack it.", "Send it."]);

        await sue.Button("Edit").ClickAsync();
        Assert.False(await sue.WouldAskAsync());
        await sue.Field("Title").FillAsync("How to return something");
        Assert.True(await sue.WouldAskAsync());
        await sue.Button("Save as draft").ClickAsync();
        await Assertions.Expect(sue.Notice).ToHaveTextAsync("The draft is saved.");

        using var read = await server.SendAsync(HttpMethod.Get, "/console/api/article?id=returns", server.Sue, null, ("X-Console", "1"));
        Assert.Equal("# Send it back\r\n\r\n- Pack it.\r\n- Send it.", (string?)JsonNode.Parse(await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["content"]);
        Assert.Empty(sue.Faults);
    }

    [Fact]
    public async Task A_sign_in_that_runs_out_takes_nothing_away_from_the_page()
    {
        var id = await server.TalkAsync("WORK-5", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.ShowsAsync("Live");
        await tab.Field("Text").FillAsync("It comes tomorrow.");
        await tab.Page.Context.ClearCookiesAsync();

        await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Hello?" });
        await tab.ShowsAsync("You are not signed in any more. Sign in to go on.");
        Assert.Equal(("It comes tomorrow.", $"Conversation {id}"), (await tab.Field("Text").InputValueAsync(), await tab.Heading.InnerTextAsync()));
        await tab.Button("Send reply").ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(2);
        await tab.Link("Sign in").First.ClickAsync();
        await tab.Field("Token").FillAsync(server.Alice);
        await tab.Button("Sign in").ClickAsync();

        await tab.ShowsAsync("Hello?");
        Assert.Equal("It comes tomorrow.", await tab.Field("Text").InputValueAsync());
        await tab.ShowsAsync("Live");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_page_goes_on_where_somebody_signs_in_again_on_another()
    {
        var id = await server.TalkAsync("WORK-13", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.ShowsAsync("Live");
        await tab.Field("Text").FillAsync("It comes tomorrow.");
        await tab.Page.Context.ClearCookiesAsync();
        await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Hello?" });
        await tab.ShowsAsync("Not signed in");
        await Chromium.SignInAsync(tab.Page.Context, server.Alice);

        await tab.Button("Send reply").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The reply is sent.");

        await tab.ShowsAsync("Live");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Thank you." });
        await tab.ShowsAsync("Thank you.");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_page_acts_for_nobody_but_whom_it_shows()
    {
        var approval = await server.AskAsync(await server.TalkAsync("WORK-11", "maria", "Broken."), 700, quorum: 2);
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/approvals/{approval}");
        await tab.Field("Notes").FillAsync("minus shipping");
        await Chromium.SignInAsync(tab.Page.Context, server.Bob);

        await tab.Button("Approve").ClickAsync();
        await tab.ShowsAsync("In this browser human:bob has signed in since. Nothing was done. Sign in again to go on.");
        await tab.ShowsAsync("Not signed in");
        Assert.Empty(await VotesAsync());
        Assert.Equal("minus shipping", await tab.Field("Notes").InputValueAsync());
        await Chromium.SignInAsync(tab.Page.Context, server.Alice);
        await tab.Button("Approve").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("Your yes counts: 1 of 2.");
        await tab.ShowsAsync("Live");

        var vote = Assert.Single(await VotesAsync())!;
        Assert.Equal(("human:alice", "minus shipping"), ((string?)vote["by"], (string?)vote["notes"]));
        Assert.Empty(tab.Faults);

        async Task<JsonArray> VotesAsync() => (await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = approval }))["votes"]!.AsArray();
    }

    [Fact]
    public async Task A_sign_out_that_fails_is_told()
    {
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/queue");
        await tab.Page.RouteAsync("**/console/session", route => route.AbortAsync("connectionrefused"));

        await tab.Button("Sign out").ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The server does not answer.");
        await Assertions.Expect(tab.Button("Sign out")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_Back_button_takes_nothing_away_that_is_not_saved_without_asking()
    {
        const string Question = "What you have changed here is not saved. Leave the page?";
        var approval = await server.AskAsync(await server.TalkAsync("WORK-9", "maria", "Broken."), 700);
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/approvals");
        await tab.ShowAsync($"/console/approvals/{approval}");
        var address = tab.Page.Url;
        await tab.Field("Notes").FillAsync("minus shipping");

        tab.Answer = false;
        await BackAsync(1);
        await Assertions.Expect(tab.Page).ToHaveURLAsync(address);
        Assert.Equal("minus shipping", await tab.Field("Notes").InputValueAsync());
        await tab.Button("Sign out").ClickAsync();
        await AskedAsync(2);
        Assert.Equal("minus shipping", await tab.Field("Notes").InputValueAsync());
        await Assertions.Expect(tab.Button("Sign out")).ToBeVisibleAsync();

        // What stays can be left later, and the way back is still there.
        tab.Answer = true;
        await BackAsync(3);
        await Assertions.Expect(tab.Heading).ToHaveTextAsync("Approvals");
        Assert.Equal(new Uri(server.Address, "/console/approvals").AbsoluteUri, tab.Page.Url);
        Assert.All(tab.Questions, q => Assert.Equal(Question, q));
        Assert.Empty(tab.Faults);

        async Task BackAsync(int questions)
        {
            await tab.Page.EvaluateAsync("() => { history.back(); }");
            await AskedAsync(questions);
        }

        Task AskedAsync(int questions) => Eventually.TrueAsync(() => tab.Questions.Count == questions, () => $"{tab.Questions.Count} questions were asked.");
    }

    [Fact]
    public async Task Text_in_a_dialog_is_not_taken_away_without_asking()
    {
        var id = await server.TalkAsync("WORK-10", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/queue");
        await tab.ShowAsync($"/console/conversations/{id}");
        await tab.Button("Escalate").ClickAsync();
        // What the dialog brings along is no text of the person.
        await tab.ShowAsync("/console/queue");
        await tab.ShowAsync($"/console/conversations/{id}");
        await tab.Button("Escalate").ClickAsync();
        await tab.Field("Reason").FillAsync("a refund above the limit");

        tab.Answer = false;
        await tab.Page.EvaluateAsync("() => { history.back(); }");
        await Eventually.TrueAsync(() => tab.Questions.Count == 1, () => "Nobody was asked.");

        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Uri(server.Address, $"/console/conversations/{id}").AbsoluteUri);
        Assert.Equal("a refund above the limit", await tab.Field("Reason").InputValueAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_dialog_names_its_conversation_and_ends_with_its_page()
    {
        var id = await server.TalkAsync("WORK-6", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.Button("Assign").ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToHaveAccessibleNameAsync($"Assign the conversation: {id}");

        await tab.ShowAsync("/console/queue");

        await Assertions.Expect(tab.Page.Locator("dialog")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_move_goes_from_the_state_that_was_seen_whatever_else_happened()
    {
        var id = await server.TalkAsync("WORK-7", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.Button("Move").ClickAsync();
        await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = "Hello?" });
        await tab.ShowsAsync("Hello?");

        await tab.Page.Locator("dialog button[type=submit]").ClickAsync();

        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The conversation is moved.");
    }

    [Fact]
    public async Task Who_edits_what_another_saved_sees_the_change_and_saves_on_top_of_it()
    {
        await SaveAsync("# Parcels\n\n1. Look.\n\nThen:\n\n2. Ask.\n");
        await using var sue = await chromium.OpenAsync(server.Address, server.Sue);
        await sue.GoAsync("/console/knowledge?article=parcels");
        var numbers = await sue.Page.Locator("main ol").EvaluateAllAsync<int[]>("all => all.map((e) => e.start)");
        Assert.Equal([1, 2], numbers);
        await sue.Button("Edit").ClickAsync();
        await sue.Field("Title").FillAsync("Parcels that are late");
        await SaveAsync("# Parcels\n\nAsk the carrier.\n");

        await sue.Button("Save as draft").ClickAsync();
        await sue.ShowsAsync("ai:bot saved version 2 in between.");
        await Assertions.Expect(sue.Page.Locator("main ins")).ToContainTextAsync(["Ask the carrier."]);
        Assert.Equal("Parcels that are late", await sue.Field("Title").InputValueAsync());
        await sue.Button("Publish").ClickAsync();
        await Assertions.Expect(sue.Notice).ToHaveTextAsync("The article is published: searches find it.");

        await sue.ShowsAsync("Version 3,");
        Assert.Equal(0, await sue.Page.GetByText("saved version 2 in between").CountAsync());
        Assert.Empty(sue.Faults);

        Task<JsonNode> SaveAsync(string content) => server.CallAsync(
            server.Bot, "save_article", new JsonObject { ["article_id"] = "parcels", ["title"] = "Parcels", ["content"] = content }, "knowledge");
    }

    [Fact]
    public async Task Who_comes_back_finds_the_list_where_they_left_it()
    {
        for (var i = 0; i < 60; i++)
            await server.CallAsync(server.Bot, "initialize_conversation", new JsonObject { ["user_id"] = "many", ["ticket_id"] = $"MANY-{i}", ["description"] = "One of many" });
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/queue?view=all&user_id=many");
        await tab.Button("Show more").ClickAsync();
        await tab.Link("cs-MANY-0").ScrollIntoViewIfNeededAsync();
        await tab.Page.WaitForFunctionAsync("() => history.state?.scroll > 0");
        var scrolled = await tab.Page.EvaluateAsync<int>("() => scrollY");
        await tab.Link("cs-MANY-0").ClickAsync();
        await tab.ShowsAsync("Nothing was said yet.");
        Assert.Equal(0, await tab.Page.EvaluateAsync<int>("() => scrollY"));

        await tab.Page.GoBackAsync();

        await tab.Link("cs-MANY-0").WaitForAsync();
        await tab.Page.WaitForFunctionAsync("scrolled => scrollY === scrolled", scrolled);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_customer_is_found_by_an_id_that_looks_like_an_address_and_by_an_address()
    {
        await server.CallAsync(server.Sue, "save_customer", new JsonObject { ["customer_id"] = "olga@shop", ["name"] = "Olga", ["support_entitlement"] = true, ["email"] = "olga@example.com" }, "crm");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);

        foreach (var sought in (string[])["olga@shop", "olga@example.com"])
        {
            await tab.GoAsync($"/console/customers?q={Uri.EscapeDataString(sought)}");
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Olga", Exact = true })).ToBeVisibleAsync();
        }

        foreach (var sought in (string[])["nobody@example.com", "nobody@"])
        {
            await tab.GoAsync($"/console/customers?q={Uri.EscapeDataString(sought)}");
            await tab.ShowsAsync("No customer is recorded under this id or address.");
        }

        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Who_looks_for_something_rare_goes_on_where_the_looking_ended()
    {
        const int Match = 30;
        var asked = new ConcurrentQueue<int>();
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        // A desk with 2,000 conversations for each of these calls, of which one matches.
        await tab.Page.RouteAsync("**/mcp/**", async route =>
        {
            if (route.Request.Headers.GetValueOrDefault("mcp-name") != "list_conversations")
            {
                await route.ContinueAsync();
                return;
            }

            var from = (string?)JsonNode.Parse(route.Request.PostData!)!["params"]!["arguments"]!["cursor"];
            var page = from is null ? 0 : int.Parse(from, CultureInfo.InvariantCulture);
            asked.Enqueue(page);
            var answer = new JsonObject { ["conversations"] = new JsonArray() };
            if (page == Match)
                answer["conversations"]!.AsArray().Add(JsonNode.Parse("""{"conversation_id":"cs-RARE","user_id":"maria","state":"new","priority":"low","owner":"ai:bot","updated_at":"2026-11-01T09:00:00Z"}"""));
            else
                answer["next_cursor"] = (page + 1).ToString(CultureInfo.InvariantCulture);
            await route.FulfillAsync(new RouteFulfillOptions
            {
                ContentType = "application/json", Body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["result"] = new JsonObject { ["content"] = new JsonArray(), ["structuredContent"] = answer } }.ToJsonString(),
            });
        });
        await tab.GoAsync("/console/queue?view=all&text=parcel");
        await tab.ShowsAsync("Of the conversations that changed last, none matches. There are older ones to look at.");
        Assert.Equal(0, await tab.Page.GetByText("No conversation matches.").CountAsync());

        await tab.Button("Show more").ClickAsync();
        await tab.Link("cs-RARE").WaitForAsync();
        await Assertions.Expect(tab.Button("Show more")).ToHaveCountAsync(0);

        // What was found stays where the newest are read again.
        var before = asked.Count(page => page == 0);
        await server.TalkAsync("WORK-12", "maria", "Where is my parcel?");
        await Eventually.TrueAsync(() => asked.Count(page => page == 0) > before, () => "The list was not read again.");
        await tab.Link("cs-RARE").WaitForAsync();
        Assert.Equal(1, asked.Count(page => page == Match));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_refresh_leaves_open_what_was_opened()
    {
        var id = await server.TalkAsync("WORK-8", "maria", "Where is my parcel?");
        var text = $"{new string('a', 70_000)} the end";
        await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = text });
        for (var i = 0; i < 20; i++)
            await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "assistant", ["content"] = "n", ["visibility"] = "internal" });
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.Button("Show all of it").ClickAsync();
        await tab.ShowsAsync("the end");
        Assert.Equal(text, await tab.Page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await tab.Page.GetByText("Handoff brief").ClickAsync();
        await tab.Page.Locator("details .prose").WaitForAsync();
        await tab.Page.Locator(".scroll").EvaluateAsync("e => { e.scrollTop = 100; }");

        await server.CallAsync(server.Bot, "escalate_conversation", new JsonObject { ["conversation_id"] = id, ["reason"] = "asks for a person", ["summary"] = "Waits for a parcel." });
        await Assertions.Expect(tab.Page.Locator("aside")).ToContainTextAsync("Waits for a parcel.");

        await tab.ShowsAsync("the end");
        await tab.Page.Locator("details[open] .prose").WaitForAsync();
        Assert.Equal(100, await tab.Page.Locator(".scroll").EvaluateAsync<int>("e => e.scrollTop"));
        Assert.Equal(0, await tab.Button("Show all of it").CountAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Older_messages_come_with_who_had_the_conversation_then()
    {
        var id = await server.TalkAsync("WORK-16", "maria", "Where is my parcel?");
        await server.CallAsync(server.Bob, "claim_conversation", new JsonObject { ["conversation_id"] = id });
        for (var i = 0; i < 210; i++)
            await server.CallAsync(server.Bot, "add_message", new JsonObject { ["conversation_id"] = id, ["role"] = "user", ["content"] = $"Hello {i}?" });
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync($"/console/conversations/{id}");

        for (var shown = 100; shown <= 250; shown += 50)
        {
            await tab.Button("Show older messages").ClickAsync();
            await Assertions.Expect(tab.Page.Locator(".message")).ToHaveCountAsync(Math.Min(shown, 212));
        }

        await Assertions.Expect(tab.Page.Locator(".mark.person")).ToContainTextAsync("human:bob has the conversation");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task What_is_erased_goes_from_the_pages_that_show_it()
    {
        var id = await server.TalkAsync("WORK-15", "maria", "My number is 0170 1234567.");
        var approval = await server.AskAsync(id, 700);
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await using var decides = await chromium.OpenAsync(server.Address, server.Bob);
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.ShowsAsync("0170 1234567");
        await decides.GoAsync($"/console/approvals/{approval}");
        await decides.Button("Change the arguments").ClickAsync();

        var erased = await server.CallAsync(server.Sue, "delete_conversation", new JsonObject { ["conversation_id"] = id, ["reason"] = "on request" });
        Assert.Null((string?)erased["code"]);

        await tab.ShowsAsync($"Conversation {id} does not exist, has expired or was erased.");
        await Assertions.Expect(tab.Page.Locator("main")).Not.ToContainTextAsync("0170 1234567");
        await decides.ShowsAsync($"There is no approval {approval}, or its conversation has expired.");
        await Assertions.Expect(decides.Page.Locator("main")).Not.ToContainTextAsync("4711");
        await Assertions.Expect(decides.Page.Locator("main :is(input, textarea)")).ToHaveCountAsync(0);
        Assert.False(await decides.WouldAskAsync());
        Assert.Empty(tab.Faults.Concat(decides.Faults));
    }

    [Fact]
    public async Task The_newest_events_are_shown_however_long_those_before_them_are()
    {
        var id = await server.TalkAsync("WORK-14", "maria", "Where is my parcel?");
        // An answer has room for three of them.
        for (var i = 0; i < 75; i++)
            await server.CallAsync(server.Bot, "update_metadata", new JsonObject { ["conversation_id"] = id, ["metadata"] = new JsonObject { ["report"] = $"{new string('a', 15_000)} {i}" } });
        await server.CallAsync(server.Bot, "escalate_conversation", new JsonObject { ["conversation_id"] = id, ["reason"] = "asks for a person", ["summary"] = "Waits for a parcel." });
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);

        await tab.GoAsync($"/console/conversations/{id}");

        var timeline = tab.Page.GetByRole(AriaRole.Region, new() { Name = "What happened, newest first" });
        await Assertions.Expect(timeline).ToContainTextAsync("conversation escalated");
        await Assertions.Expect(timeline).ToContainTextAsync("conversation initialized");
        await Assertions.Expect(tab.Page.Locator(".mark").Last).ToContainTextAsync("Waits in the queue support");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_page_of_another_origin_cannot_use_the_sign_in()
    {
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);
        await tab.GoAsync("/console/queue");
        // The same machine under its other name, at the same port: another origin, and where a page of it asks, another site.
        var other = new UriBuilder(server.Address) { Host = "localhost" }.Uri;
        await tab.Page.GotoAsync(new Uri(other, "/health/live").ToString());

        foreach (var options in (string[])["{ method: 'POST', credentials: 'include', headers: { 'X-Console': '1', 'Content-Type': 'application/json' }, body: '{}' }", "{ method: 'POST', credentials: 'include', body: '{}' }", "{ method: 'GET', credentials: 'include' }"])
        {
            var status = await tab.StatusAsync($"() => fetch('{server.Address}mcp', {options}).then((r) => r.status, () => 0)");
            Assert.True(status is 0 or 401 or 403, $"{options}: {status}");
        }
    }

    [Fact]
    public async Task Where_a_toolset_is_not_served_its_pages_are_not_there()
    {
        await using var small = await ConsoleServer.StartAsync(o => o with { Toolsets = Toolsets.Knowledge });
        await using var tab = await chromium.OpenAsync(small.Address, small.Alice);
        await tab.GoAsync("/console/queue");

        await tab.ShowsAsync("This server does not serve what this page shows.");
        Assert.Equal(["Knowledge"], await tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link).AllInnerTextsAsync());
        Assert.Empty(tab.Faults);
    }
}
