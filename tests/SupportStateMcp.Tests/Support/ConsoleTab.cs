using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace SupportStateMcp.Tests.Support;

/// <summary>A page of the console in a browser, and what went on in it.</summary>
internal sealed class ConsoleTab : IAsyncDisposable
{
    /// <summary>The script of axe-core.</summary>
    public static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly IBrowserContext _context;
    private readonly Uri _address;
    private readonly ConcurrentQueue<string> _faults = [];
    private readonly ConcurrentQueue<string> _questions = [];

    public ConsoleTab(IBrowserContext context, IPage page, Uri address)
    {
        (_context, _address, Page) = (context, address, page);
        page.Dialog += (_, dialog) =>
        {
            if (Answer is null)
                _faults.Enqueue($"dialog: {dialog.Message}");
            else
                _questions.Enqueue(dialog.Message);
            _ = Answer is true ? dialog.AcceptAsync() : dialog.DismissAsync();
        };
        page.PageError += (_, error) => _faults.Enqueue($"script error: {error}");
        page.Popup += (_, popup) => _faults.Enqueue($"window: {popup.Url}");
        page.Console += (_, message) =>
        {
            if (message.Type is "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _faults.Enqueue($"console: {message.Text}");
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address.GetLeftPart(UriPartial.Authority) + "/", StringComparison.Ordinal) && !request.Url.StartsWith("data:,", StringComparison.Ordinal))
                _faults.Enqueue($"request: {request.Url}");
        };
        page.FrameAttached += (_, frame) => _faults.Enqueue($"frame: {frame.Url}");
    }

    public IPage Page { get; }

    /// <summary>Dialogs, errors of scripts, refusals of the Content Security Policy, windows, frames and requests that leave the server.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>What the person answers where the page asks before it is left; null where it has nothing to ask, so that a question is a fault.</summary>
    public bool? Answer { get; set; }

    /// <summary>What the page has asked.</summary>
    public IReadOnlyCollection<string> Questions => _questions;

    /// <summary>Waits for the first of these.</summary>
    public Task FaultAsync() => Eventually.TrueAsync(() => !_faults.IsEmpty, () => "Nothing of these came.");

    /// <summary>What is said aloud: the line that tells what came of an action.</summary>
    public ILocator Notice => Page.Locator(".notice");

    public ILocator Heading => Page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    /// <summary>Opens a page, and waits until it shows its data.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await SettledAsync();
    }

    /// <summary>Shows another page as a link does, without loading the console again.</summary>
    public async Task ShowAsync(string path)
    {
        await Page.EvaluateAsync("path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path);
        await SettledAsync();
    }

    /// <summary>Waits until what the page has asked for is there.</summary>
    public async Task SettledAsync()
    {
        await Heading.WaitForAsync();
        await Page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy=\"true\"]')");
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public Task ShowsAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>Whether the browser would ask before it closes the page.</summary>
    public Task<bool> WouldAskAsync() => Page.EvaluateAsync<bool>(
        "() => { const closing = new Event('beforeunload', { cancelable: true }); dispatchEvent(closing); return closing.defaultPrevented; }");

    /// <summary>What axe-core finds wrong with the page: by the rules of WCAG 2.2 A and AA, and by its own best practices.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
            await Page.EvaluateAsync(Axe);
        var found = await Page.EvaluateAsync<string[]>(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.map((n) => n.html).join('; ')}`)");
        return [.. found.Select(f => $"{Page.Url}: {f}")];
    }

    /// <summary>Calls a path of the server as a page of this browser does, with its cookies.</summary>
    public Task<int> StatusAsync(string script) => Page.EvaluateAsync<int>(script);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    public override string ToString() => $"{_address}: {string.Join('\n', _faults)}";
}
