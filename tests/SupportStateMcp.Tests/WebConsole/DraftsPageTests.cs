using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>The page of drafts, where there are more than it shows.</summary>
public sealed class DraftsPageTests(Chromium chromium)
{
    [Fact]
    public async Task That_there_are_more_drafts_than_are_shown_is_said()
    {
        await using var server = await ConsoleServer.StartAsync(o => o);
        for (var n = 0; n < 101; n++)
            await server.CallAsync(server.Bot, "save_article", new JsonObject { ["article_id"] = $"a-{n}", ["title"] = $"Draft {n}", ["content"] = "Text." }, "knowledge");
        await using var tab = await chromium.OpenAsync(server.Address, server.Sue);

        await tab.GoAsync("/console/knowledge");

        await tab.ShowsAsync("Only the 100 that changed last are shown here.");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Rowheader)).ToHaveCountAsync(100);
        Assert.Empty(tab.Faults);
    }
}
