using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>The console of a server that is started to be tried: the real program.</summary>
public sealed class DemoTests(Chromium chromium)
{
    [Fact]
    public async Task A_demo_opens_signed_in_and_a_ticket_goes_from_the_report_to_the_letter()
    {
        await using var server = await ServerProcess.HttpAsync("--demo");
        Assert.Contains("works in the console, as human:support-team", server.Errors, StringComparison.Ordinal);
        await using var reporter = await ListeningServer.ConnectAsync(server.Endpoint);
        await ConnectedServer.CallAsync(reporter, "create_ticket", """{"ticket_id":"TKT-1","customer_id":"CUST001","description":"The Dapr sidecar does not start after the upgrade to 1.15."}""");
        await using var tab = await chromium.OpenAsync(new Uri(server.Endpoint, "/"));

        await tab.GoAsync("/console");
        await tab.ShowsAsync("human:support-team");
        await tab.Link("Tickets").ClickAsync();
        await tab.Link("TKT-1").ClickAsync();
        await tab.Link("Open the approval").ClickAsync();
        await tab.Button("Approve").ClickAsync();
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("Approved.");

        JsonNode? ticket = null;
        await Eventually.TrueAsync(
            async () => (string?)(ticket = ConnectedServer.Structured(await ConnectedServer.CallAsync(reporter, "ticket_status", """{"ticket_id":"TKT-1","wait_seconds":30}""")))["status"] == "COMPLETED",
            () => $"The ticket: {ticket}");
        Assert.Equal("human:support-team", (string?)ticket!["output"]!["approval"]!["decided_by"]);
        Assert.Empty(tab.Faults);
    }
}
