using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// An MCP host in a browser, small but real: it calls a tool, reads the view of the answer, shows it in a frame without origin and network,
/// and passes on what the view asks for, as SEP-1865 says.
/// </summary>
internal sealed class ViewHost : IAsyncDisposable
{
    /// <summary>Makes a browser read and write JSON as one did before <c>JSON.rawJSON</c>: nobody is told how a number was written.</summary>
    public const string OldJson =
        "delete JSON.rawJSON; delete JSON.isRawJSON; { const parse = JSON.parse; JSON.parse = (text, reviver) => parse(text, reviver && function (key, value) { return reviver.call(this, key, value); }); }";

    private const string Path = "/test-host";

    private static readonly string s_page = File.ReadAllText(Repository.File("tests", "SupportStateMcp.Tests", "Support", "view-host.html"));

    private readonly ConsoleTab _tab;

    private ViewHost(ConsoleTab tab) => _tab = tab;

    /// <summary>The view.</summary>
    public IFrame View { get; private set; } = null!;

    /// <summary>Dialogs, errors, refusals of a policy, windows, requests that leave the server; also frames beside that of the view.</summary>
    public IEnumerable<string> Faults => _tab.Faults.Where(f => !f.StartsWith("frame:", StringComparison.Ordinal)).Concat(_tab.Faults.Where(f => f.StartsWith("frame:", StringComparison.Ordinal)).Skip(1));

    /// <summary>Serves the page of the host beside the server.</summary>
    public static void Map(WebApplication app) => app.MapGet(Path, context =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(s_page, context.RequestAborted);
    });

    /// <summary>A host that shows the answer of a tool.</summary>
    /// <param name="chromium">The browser.</param>
    /// <param name="server">The server, with the page of <see cref="Map"/>.</param>
    /// <param name="token">Whose connection it is; null for none.</param>
    /// <param name="uri">The view.</param>
    /// <param name="tool">The tool that is called.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="dark">The theme that the host tells.</param>
    /// <param name="capabilities">What the host does for a view; null for all.</param>
    /// <param name="script">Runs in each frame before all else.</param>
    public static async Task<ViewHost> OpenAsync(
        Chromium chromium, ConsoleServer server, string? token, string uri, string tool, JsonObject arguments, bool dark = false, string[]? capabilities = null, string? script = null)
    {
        var host = new ViewHost(await chromium.OpenAsync(server.Address));
        if (script is not null)
            await host._tab.Page.AddInitScriptAsync(script);
        await host._tab.Page.GotoAsync(Path);
        var options = new JsonObject
        {
            ["token"] = token, ["uri"] = uri, ["tool"] = tool, ["arguments"] = arguments, ["theme"] = dark ? "dark" : "light",
            ["capabilities"] = new JsonObject((capabilities ?? ["serverTools", "serverResources", "openLinks"]).Select(c => KeyValuePair.Create(c, (JsonNode?)new JsonObject()))),
        };
        await host._tab.Page.EvaluateAsync("options => open_view(JSON.parse(options))", options.ToJsonString());
        host.View = host._tab.Page.Frames.Single(f => f != host._tab.Page.MainFrame);
        await host.SettledAsync();
        return host;
    }

    /// <summary>Waits until the view shows what it has asked for.</summary>
    public Task SettledAsync() => View.WaitForFunctionAsync("() => document.querySelector('main h1[tabindex], main .failure') && !document.querySelector('[aria-busy=\"true\"]')");

    public ILocator Button(string name) => View.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Field(string label) => View.GetByLabel(label, new() { Exact = true });

    public ILocator Main => View.Locator("main");

    /// <summary>What the view has asked the host for with this method.</summary>
    public async Task<JsonArray> AskedAsync(string method) =>
        JsonNode.Parse(await _tab.Page.EvaluateAsync<string>("method => JSON.stringify(asked.filter((m) => m.method === method).map((m) => m.params))", method))!.AsArray();

    /// <summary>Tells the view something.</summary>
    public Task TellAsync(string method, JsonObject parameters) =>
        _tab.Page.EvaluateAsync("message => tell(JSON.parse(message))", new JsonObject { ["method"] = method, ["params"] = parameters }.ToJsonString());

    /// <summary>Has the frame of the view ask for something, as a script in it could that is not ours; what the host answers.</summary>
    public async Task<JsonNode> AskAsync(string method, JsonObject parameters) => JsonNode.Parse(await View.EvaluateAsync<string>(
        """
        (message) => new Promise((answered) => {
          addEventListener('message', ({ data }) => { if (data.id === 'other') answered(JSON.stringify(data)); });
          parent.postMessage(JSON.parse(message), '*');
        })
        """,
        new JsonObject { ["jsonrpc"] = "2.0", ["id"] = "other", ["method"] = method, ["params"] = parameters }.ToJsonString()))!;

    /// <summary>The height of the frame.</summary>
    public Task<int> HeightAsync() => _tab.Page.EvaluateAsync<int>("() => document.querySelector('iframe').clientHeight");

    /// <summary>What axe-core finds wrong in the view.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        if (!await View.EvaluateAsync<bool>("() => 'axe' in window"))
            await View.EvaluateAsync(ConsoleTab.Axe);
        return await View.EvaluateAsync<string[]>(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.map((n) => n.html).join('; ')}`)");
    }

    public ValueTask DisposeAsync() => _tab.DisposeAsync();
}
