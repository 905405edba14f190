using Microsoft.Playwright;
using SupportStateMcp.Tests.Support;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// One browser for all tests that open the console, started at the first use: the Chromium of this machine, driven by Playwright, whose
/// driver comes with its package. Each test has a context of its own: cookies, and what the page sent and said.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Variable = "SUPPORTSTATE_TEST_CHROMIUM";

    /// <summary>How long a page may take to become what a test expects, in milliseconds.</summary>
    private const float Patience = 60_000;

    private static readonly string? s_path = new[]
    {
        // The headless shell is the same engine without windows: the tests take half the time.
        Environment.GetEnvironmentVariable(Variable), "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    }.FirstOrDefault(File.Exists);

    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>A person at a console, with a browser of their own.</summary>
    /// <param name="address">The server.</param>
    /// <param name="token">Whom the console is signed in as from the start; null for nobody.</param>
    /// <param name="dark">Whether they prefer dark pages.</param>
    /// <param name="size">The size of the window; null: that of a small laptop.</param>
    internal async Task<ConsoleTab> OpenAsync(Uri address, string? token = null, bool dark = false, ViewportSize? size = null)
    {
        Assert.SkipWhen(s_path is null, $"There is no Chromium on this machine: apt-get install chromium-headless-shell, or name one in {Variable}.");
        var (_, browser) = await _started.Value;
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = size ?? new ViewportSize { Width = 1100, Height = 700 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        if (token is not null)
            await SignInAsync(context, token);
        return new ConsoleTab(context, await context.NewPageAsync(), address);
    }

    /// <summary>Signs in to the console with a token, for all pages of the browser.</summary>
    internal static async Task SignInAsync(IBrowserContext browser, string token)
    {
        var response = await browser.APIRequest.PostAsync("/console/session", new() { Headers = new Dictionary<string, string> { ["X-Console"] = "1" }, DataObject = new { token } });
        Assert.True(response.Ok, "The console did not take the token.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            return;
        var (driver, browser) = await _started.Value;
        await browser.CloseAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = s_path, Headless = true, Args = ["--no-sandbox"] }));
    }
}
