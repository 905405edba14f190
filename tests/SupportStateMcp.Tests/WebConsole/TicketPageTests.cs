using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tickets;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>Tickets in the console, with the built-in worker behind them.</summary>
public sealed class TicketPageTests(Chromium chromium, ConsoleDesk desk) : IClassFixture<ConsoleDesk>
{
    [Fact]
    public async Task A_solution_is_sent_back_to_the_expert_with_notes()
    {
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice);
        await tab.GoAsync("/console/tickets");
        await tab.Link("TKT-201").ClickAsync();
        var steps = tab.Page.GetByRole(AriaRole.Table, new() { Name = "The steps of the run, in their order" }).GetByRole(AriaRole.Rowheader);
        await Assertions.Expect(steps).ToHaveTextAsync(["triage", "expert analysis", "approval", "notification"]);
        await tab.Link("Open the approval").ClickAsync();

        await tab.Button("Send back to the expert").ClickAsync();
        await tab.ShowsAsync("Say in the notes what the expert should do differently.");
        await tab.Field("Notes").FillAsync("Name the namespace.");
        await tab.Button("Send back to the expert").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The expert looks for another solution.");
        await Assertions.Expect(tab.Page.Locator(".outcome")).ToContainTextAsync("It is refused, by human:alice.");

        var ticket = await desk.Server.UntilAsync("TKT-201", "WAITING_FOR_APPROVAL");
        Assert.Contains(ticket["output"]!["timeline"]!.AsArray(), e => (string?)e!["event"] == "step_ready" && (string?)e["step"] == "expert_analysis" && (string?)e["by"] == "human:alice");
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_solution_that_the_page_does_not_show_is_not_sent_back()
    {
        var server = desk.Server;
        await server.CallAsync(server.Bot, "create_ticket", new JsonObject { ["ticket_id"] = "TKT-202", ["customer_id"] = "CUST001", ["description"] = "The Dapr sidecar does not start." }, "tickets");
        var seen = await SolutionAsync();
        await using var alice = await chromium.OpenAsync(server.Address, server.Alice);
        // A stream that does not begin: the page hears of nothing.
        await alice.Page.RouteAsync("**/events/stream", _ => { });
        await alice.GoAsync($"/console/approvals/{seen}");
        await using (var bob = await chromium.OpenAsync(server.Address, server.Bob))
        {
            await bob.GoAsync($"/console/approvals/{seen}");
            await bob.Field("Notes").FillAsync("Shorter.");
            await bob.Button("Send back to the expert").ClickAsync();
            await Assertions.Expect(bob.Notice).ToHaveTextAsync("The expert looks for another solution.");
        }

        var next = await SolutionAsync();
        Assert.NotEqual(seen, next);

        await alice.Field("Notes").FillAsync("Longer.");
        await alice.Button("Send back to the expert").ClickAsync();

        await alice.ShowsAsync("Somebody decided before you: it is refused, by human:bob. Nothing was changed.");
        await Assertions.Expect(alice.Page.Locator(".outcome")).ToContainTextAsync("It is refused, by human:bob.");
        Assert.Equal("pending", (string?)(await server.CallAsync(server.Bot, "get_approval", new JsonObject { ["approval_id"] = next }))["status"]);
        Assert.Empty(alice.Faults);

        async Task<string> SolutionAsync() => (string)(await server.UntilAsync("TKT-202", "WAITING_FOR_APPROVAL"))["output"]!["approval"]!["approval_id"]!;
    }

    [Fact]
    public async Task Articles_of_another_server_are_named_and_lead_nowhere()
    {
        await using var server = await ConsoleServer.StartAsync(
            o => o with { Tickets = o.Tickets with { Worker = WorkerKind.Rules } }, services => services.AddSingleton<IForeignKnowledge>(new Elsewhere()));
        Assert.Null(await DemoData.LoadAsync(server.Services, TestContext.Current.CancellationToken));
        await server.CallAsync(server.Bot, "create_ticket", new JsonObject { ["ticket_id"] = "TKT-203", ["customer_id"] = "CUST001", ["description"] = "The Dapr sidecar does not start." }, "tickets");
        await server.UntilAsync("TKT-203", "WAITING_FOR_APPROVAL");
        await using var tab = await chromium.OpenAsync(server.Address, server.Alice);

        await tab.GoAsync("/console/knowledge?q=sidecar");
        await tab.ShowsAsync("The one elsewhere");
        Assert.Equal(0, await tab.Page.Locator("main a[href*='article=']").CountAsync());
        await tab.GoAsync("/console/tickets/TKT-203");
        await Assertions.Expect(tab.Page.Locator("main dd li").First).ToHaveTextAsync("elsewhere-1");
        Assert.Equal(0, await tab.Page.Locator("main a[href*='article=']").CountAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task The_articles_that_an_analysis_cites_are_a_click_away()
    {
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice);
        await tab.GoAsync("/console/tickets/TKT-201");

        await tab.Page.Locator("dd a[href^='/console/knowledge?article=']").First.ClickAsync();

        await tab.ShowsAsync("Published");
        await Assertions.Expect(tab.Page.Locator(".prose")).ToBeVisibleAsync();
    }

    /// <summary>A knowledge base elsewhere, with one article.</summary>
    private sealed class Elsewhere : IForeignKnowledge
    {
        public ValueTask<Result<KnowledgeAnswers>> QueryAsync(IReadOnlyList<string> queries, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken) =>
            new(new KnowledgeAnswers([.. queries.Select(q => new KnowledgeAnswer(q, [new KnowledgeHit("elsewhere-1", "The one elsewhere", 1, "Turn it off and on.", "", default)]))]) { Mode = SearchMode.Foreign });
    }
}
