using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>Every page without a violation of axe-core, in light and dark, on a laptop and on a telephone; and what axe-core cannot see.</summary>
public sealed class AccessibilityTests(Chromium chromium, ConsoleDesk desk) : IClassFixture<ConsoleDesk>
{
    [Theory]
    [InlineData(false, 1100)]
    [InlineData(true, 1100)]
    [InlineData(false, 375)]
    public async Task Every_page_is_without_a_violation(bool dark, int width)
    {
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Sue, dark, new ViewportSize { Width = width, Height = 800 });
        var found = new List<string>();
        await tab.GoAsync("/console");
        foreach (var (_, path) in desk.Pages)
        {
            await tab.ShowAsync(path);
            found.AddRange(await tab.ViolationsAsync());
            if (await tab.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth"))
                found.Add($"{path} is wider than {width}.");
        }

        await tab.ShowAsync($"/console/approvals/{desk.Approval}");
        await tab.Button("Change the arguments").ClickAsync();
        await tab.Field("Final value of amount").FillAsync("12");
        found.AddRange(await tab.ViolationsAsync());
        await tab.Button("Keep the proposed arguments").ClickAsync();
        await tab.ShowAsync($"/console/conversations/{desk.Conversation}");
        await tab.Page.GetByText("Handoff brief").ClickAsync();
        await tab.Page.Locator("details .prose").WaitForAsync();
        found.AddRange(await tab.ViolationsAsync());
        await tab.Button("Assign").ClickAsync();
        await tab.Field("To").FillAsync("nobody");
        await tab.Page.Locator("dialog button[type=submit]").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        found.AddRange(await tab.ViolationsAsync());

        await using var stranger = await chromium.OpenAsync(desk.Server.Address, null, dark, new ViewportSize { Width = width, Height = 800 });
        await stranger.GoAsync("/console");
        found.AddRange(await stranger.ViolationsAsync());
        Assert.Empty(found);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task A_person_signs_in_opens_a_conversation_and_replies_with_the_keyboard_alone()
    {
        var id = await desk.Server.TalkAsync("KEY-1", "maria", "Where is my parcel?");
        await using var tab = await chromium.OpenAsync(desk.Server.Address);
        var keyboard = tab.Page.Keyboard;
        await tab.GoAsync("/console/queue?view=all");

        await TabToAsync(tab, "INPUT", "Token");
        await keyboard.TypeAsync(desk.Server.Alice);
        await keyboard.PressAsync("Enter");
        await tab.Link(id).WaitForAsync();
        Assert.Equal("Queue", await FocusAsync(tab, "e.textContent"));
        await TabToAsync(tab, "A", id);
        await keyboard.PressAsync("Enter");
        await tab.ShowsAsync("Where is my parcel?");
        Assert.Equal($"Conversation {id}", await FocusAsync(tab, "e.textContent"));
        await TabToAsync(tab, "TEXTAREA", "Text");
        await keyboard.TypeAsync("It comes tomorrow.");
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The reply is sent.");

        Assert.Equal("", await FocusAsync(tab, "e.value"));
        var state = await desk.Server.CallAsync(desk.Server.Bot, "get_state", new JsonObject { ["conversation_id"] = id });
        var history = await desk.Server.CallAsync(desk.Server.Bot, "get_history", new JsonObject { ["conversation_id"] = id });
        Assert.Equal("human:alice", (string?)state["owner"]);
        Assert.Equal("It comes tomorrow.", (string?)history["messages"]!.AsArray()[^1]!["content"]);
    }

    [Fact]
    public async Task The_first_stop_of_the_keyboard_leads_past_the_navigation()
    {
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice);
        await tab.GoAsync("/console/approvals");

        await tab.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await FocusAsync(tab, "e.textContent"));
        await tab.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("content", await FocusAsync(tab, "e.id"));
        Assert.EndsWith("/console/approvals", tab.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dialog_keeps_the_focus_and_gives_it_back()
    {
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice);
        await tab.GoAsync($"/console/conversations/{desk.Conversation}");

        await tab.Button("Priority").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("SELECT", await FocusAsync(tab, "e.tagName"));
        await tab.Page.Keyboard.PressAsync("Escape");

        Assert.Equal("Priority", await FocusAsync(tab, "e.textContent"));
    }

    [Fact]
    public async Task The_focus_is_never_lost()
    {
        var id = await desk.Server.TalkAsync("KEY-2", "maria", "Where is my parcel?");
        await desk.Server.CallAsync(desk.Server.Bot, "escalate_conversation", new JsonObject { ["conversation_id"] = id, ["reason"] = "r", ["summary"] = "s" });
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice);
        var keyboard = tab.Page.Keyboard;
        foreach (var (path, label) in ((string, string)[])[("/console/customers", "Customer id or e-mail address"), ("/console/knowledge", "Search for"), ("/console/queue?view=all", "Customer")])
        {
            await tab.GoAsync(path);
            await tab.Field(label).FillAsync("CUST001");
            await keyboard.PressAsync("Enter");
            await Assertions.Expect(tab.Field(label)).ToBeFocusedAsync();
            Assert.Contains("CUST001", tab.Page.Url, StringComparison.Ordinal);
        }

        await tab.GoAsync("/console/queue");
        await tab.Button($"Claim {id}").FocusAsync();
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Notice).ToHaveTextAsync($"You have {id}.");
        Assert.NotEqual("BODY", await FocusAsync(tab, "e.tagName"));
        await tab.GoAsync($"/console/conversations/{id}");
        await tab.Button("Release").FocusAsync();
        await keyboard.PressAsync("Enter");
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("The conversation is back in its queue.");
        await Assertions.Expect(tab.Page.Locator("dialog")).ToHaveCountAsync(0);
        Assert.NotEqual("BODY", await FocusAsync(tab, "e.tagName"));
        await tab.Button("Claim").FocusAsync();
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Notice).ToHaveTextAsync("You have the conversation.");
        Assert.NotEqual("BODY", await FocusAsync(tab, "e.tagName"));
        Assert.Empty(tab.Faults);
    }

    private static Task<string> FocusAsync(ConsoleTab tab, string what) => tab.Page.EvaluateAsync<string>($"() => ((e) => {what})(document.activeElement)");

    /// <summary>Presses Tab until an element with this name has the focus.</summary>
    private static async Task TabToAsync(ConsoleTab tab, string element, string name)
    {
        for (var i = 0; i < 80; i++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await FocusAsync(tab, "e.tagName + ' ' + (e.labels?.[0]?.textContent ?? e.textContent)") == $"{element} {name}")
                return;
        }

        Assert.Fail($"The keyboard does not reach {element} {name}.");
    }
}
