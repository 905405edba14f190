using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

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

        var ticket = await desk.Server.CallAsync(desk.Server.Bot, "ticket_status", new JsonObject { ["ticket_id"] = "TKT-201", ["wait_seconds"] = 30 }, "tickets");
        Assert.Equal("WAITING_FOR_APPROVAL", (string?)ticket["status"]);
        Assert.Contains(ticket["output"]!["timeline"]!.AsArray(), e => (string?)e!["event"] == "step_ready" && (string?)e["step"] == "expert_analysis" && (string?)e["by"] == "human:alice");
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
}
