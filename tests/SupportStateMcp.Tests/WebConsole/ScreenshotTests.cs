using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>
/// The pictures of docs/console.md. They are made anew by <c>dotnet run --project tests/SupportStateMcp.Tests -- -explicit only -class "*ScreenshotTests"</c>,
/// on a desk that the test fills.
/// </summary>
public sealed class ScreenshotTests(Chromium chromium, ConsoleDesk desk) : IClassFixture<ConsoleDesk>
{
    private const int MostBytes = 60_000;

    private static readonly ViewportSize s_window = new() { Width = 1024, Height = 640 };
    private static readonly ViewportSize s_telephone = new() { Width = 375, Height = 640 };

    [Fact(Explicit = true)]
    public async Task Every_page_has_its_picture()
    {
        await using var tab = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice, dark: false, s_window);
        await using var dark = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice, dark: true, s_window);
        await using var telephone = await chromium.OpenAsync(desk.Server.Address, desk.Server.Alice, dark: false, s_telephone);
        await using var stranger = await chromium.OpenAsync(desk.Server.Address, null, dark: false, s_window);
        foreach (var (name, path) in desk.Pages)
            await TakeAsync(tab, name, path);
        await TakeAsync(stranger, "sign-in", "/console/sign-in");
        await TakeAsync(dark, "dark", "/console/queue?view=all");
        await TakeAsync(telephone, "telephone", "/console/queue");
        await tab.GoAsync($"/console/approvals/{desk.Approval}");
        await tab.Button("Change the arguments").ClickAsync();
        await tab.Field("Final value of amount").FillAsync("580.00");
        await KeepAsync(tab, "change");
    }

    [Fact]
    public void Every_page_of_the_guide_has_a_picture_and_none_is_large()
    {
        var guide = File.ReadAllText(Repository.File("docs", "console.md"));
        var pictures = Directory.GetFiles(Repository.File("docs", "images"), "console-*.png");

        Assert.All(desk.Pages.Select(p => p.Name).Append("sign-in"), name => Assert.Contains($"(images/console-{name}.png)", guide, StringComparison.Ordinal));
        Assert.All(pictures, file => Assert.Contains($"(images/{Path.GetFileName(file)})", guide, StringComparison.Ordinal));
        Assert.All(pictures, file => Assert.InRange(new FileInfo(file).Length, 1, MostBytes));
    }

    private static async Task TakeAsync(ConsoleTab tab, string name, string path)
    {
        await tab.GoAsync(path);
        await KeepAsync(tab, name);
    }

    private static async Task KeepAsync(ConsoleTab tab, string name)
    {
        var picture = SmallPng.Of(await tab.Page.ScreenshotAsync());
        Directory.CreateDirectory(Repository.File("docs", "images"));
        await File.WriteAllBytesAsync(Repository.File("docs", "images", $"console-{name}.png"), picture, TestContext.Current.CancellationToken);
    }
}
