using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SupportStateMcp.Briefs;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>What customers, models and colleagues write is shown, and does nothing: no dialog, no script, no request that leaves the server, nothing that the policy had to stop.</summary>
public sealed class HostileTextTests(Chromium chromium) : IAsyncLifetime
{
    private readonly ConsoleServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Two_hundred_hostile_texts_stay_inert_on_every_page()
    {
        var texts = HostileTexts.All;
        Assert.Equal(200, texts.Count);
        await using var tab = await chromium.OpenAsync(_server.Address, _server.Sue);
        await tab.Page.AddInitScriptAsync("window.hits = 0; window.hit = () => { window.hits += 1; };");
        var pages = await WriteAsync(texts);

        await tab.GoAsync("/console");
        foreach (var page in pages)
        {
            await tab.ShowAsync(page);
            await tab.Page.EvaluateAsync("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })");
            await tab.Page.EvaluateAsync("() => document.querySelectorAll('main *').forEach((e) => e.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })))");
            Assert.Equal(0, await tab.Page.EvaluateAsync<int>("() => window.hits"));
            Assert.Empty(await tab.Page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('main script, main img, main iframe, main object, main embed, main link, main style, main base, main meta, main form[action], main [onerror], main [onload], main a:not([href^=\"/console\"])')].map((e) => e.outerHTML)"));
        }

        // Not left out: it is there, as text.
        await tab.ShowAsync("/console/conversations/cs-H-0");
        Assert.Contains(texts[0], await tab.Page.Locator(".transcript").InnerTextAsync(), StringComparison.Ordinal);
        await tab.ShowAsync("/console/approvals");
        await tab.Page.Locator("tbody a").First.ClickAsync();
        await tab.Button("Change the arguments").ClickAsync();
        await tab.Page.Locator("tbody textarea, tbody input").First.FillAsync(texts[4]);
        Assert.Equal(0, await tab.Page.EvaluateAsync<int>("() => window.hits"));
        Assert.Empty(tab.Faults);
    }

    [Theory]
    [InlineData("() => { const s = document.createElement('script'); s.textContent = 'hit()'; document.body.append(s); }")]
    [InlineData("() => { document.body.innerHTML = '<b>x</b>'; }")]
    [InlineData("() => { const i = document.createElement('img'); i.src = 'https://evil.example/pixel.gif'; document.body.append(i); }")]
    [InlineData("() => { document.body.append(document.createElement('iframe')); }")]
    [InlineData("() => { document.body.setAttribute('style', 'color: red'); }")]
    [InlineData("() => { alert(1); }")]
    [InlineData("() => { eval('1'); }")]
    public async Task A_text_that_did_something_would_be_noticed(string script)
    {
        await using var tab = await chromium.OpenAsync(_server.Address);
        await tab.GoAsync("/console/sign-in");

        // In a task of its own: what it throws is then an error of the page.
        await tab.Page.EvaluateAsync("script => { setTimeout(new Function('return ' + script)(), 0); }", script);

        await tab.FaultAsync();
    }

    [Fact]
    public async Task A_hostile_address_leads_nowhere()
    {
        await using var tab = await chromium.OpenAsync(_server.Address, _server.Alice);
        foreach (var path in (string[])["/console/conversations/%3Cimg%20src=x%20onerror=alert(1)%3E", "/console/tickets/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/console/customers?q=%3Csvg%20onload=alert(1)%3E",
            "/console/knowledge?article=javascript:alert(1)", "/console/approvals/%ff", "/console/queue?view=javascript:alert(1)&text=%3Cscript%3E"])
        {
            await tab.GoAsync(path);
            Assert.Empty(tab.Faults);
        }

        await using var stranger = await chromium.OpenAsync(_server.Address);
        foreach (var to in (string[])["https://evil.example", "/console/../../evil", "/\\evil.example", "http://[", "https://evil.example:port"])
        {
            await stranger.GoAsync($"/console/sign-in?to={Uri.EscapeDataString(to)}");
            await stranger.Field("Token").FillAsync(_server.Alice);
            await stranger.Button("Sign in").ClickAsync();
            await stranger.Button("Sign out").WaitForAsync();
            Assert.StartsWith(new Uri(_server.Address, "/console/").ToString(), stranger.Page.Url, StringComparison.Ordinal);
            await stranger.Button("Sign out").ClickAsync();
            await stranger.Field("Token").WaitForAsync();
        }

        Assert.Empty(stranger.Faults);
    }

    [Fact]
    public async Task What_would_stay_invisible_or_turn_text_around_is_spelled_out_where_people_decide()
    {
        var id = await _server.TalkAsync("SAFE-1", "maria", "Broken.\u200b\u202e");
        var asked = await Do(_server.Bot, "request_approval", new JsonObject
        {
            ["conversation_id"] = id, ["action"] = "pay\u202e", ["reason"] = "broken\u2066", ["quorum"] = 2,
            ["arguments"] = new JsonObject { ["to\u200b"] = "DE89\u200b3704", ["note"] = "\u202efirst\nsecond", ["amount"] = 700, ["by"] = "👩\u200d💻" },
        });
        await Do(_server.Alice, "decide_approval", new JsonObject { ["approval_id"] = (string)asked["approval_id"]!, ["approved"] = true, ["notes"] = "fine\u200e" });
        await using var tab = await chromium.OpenAsync(_server.Address, _server.Bob);

        await tab.GoAsync("/console/approvals");
        await ShowsAsync("pay<U+202E>", "to<U+200B>: DE89<U+200B>3704, note: <U+202E>first", "broken<U+2066>", "👩\u200d💻");
        await tab.ShowAsync($"/console/conversations/{id}");
        await ShowsAsync("Broken.<U+200B><U+202E>", "pay<U+202E>", "DE89<U+200B>3704");
        await tab.ShowAsync($"/console/approvals/{asked["approval_id"]}");
        await ShowsAsync("pay<U+202E>", "broken<U+2066>", "to<U+200B>", "DE89<U+200B>3704", "<U+202E>first\nsecond", "fine<U+200E>", "👩\u200d💻");
        await tab.Button("Change the arguments").ClickAsync();
        await tab.Field("Final value of to<U+200B>").FillAsync("DE89\u200c3704");
        Assert.Equal(["DE89<U+200B>3704", "DE89<U+200C>3704"], await tab.Page.Locator("tbody del, tbody ins").EvaluateAllAsync<string[]>("all => all.map((e) => e.lastChild.textContent)"));
        Assert.Empty(tab.Faults);

        async Task ShowsAsync(params string[] texts)
        {
            var shown = await tab.Page.Locator("main").InnerTextAsync();
            Assert.All(texts, t => Assert.Contains(t, shown, StringComparison.Ordinal));
            Assert.DoesNotContain(shown.Replace("👩\u200d💻", "", StringComparison.Ordinal), c => c is '\u200b' or '\u200d' or '\u200e' or '\u202e' or '\u2066');
        }
    }

    [Fact]
    public async Task The_browser_spells_out_what_the_command_line_spells_out()
    {
        string[] texts =
        [
            .. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(c => new Rune(c)).Where(r => r.Value != '\t' && IsHidden(r)).Select(r => $"a{r}b"),
            "\u200dlast\u200c", "a\u200d👩", "👩\u200da", "👩\u200d💻", "न\u200cन", "1\r\n2\r3\n4\r\r\n", "plain", "",
        ];
        await using var tab = await chromium.OpenAsync(_server.Address);
        await tab.GoAsync("/console/sign-in");

        var shown = await tab.Page.EvaluateAsync<string[]>("async texts => { const { safe } = await import('/console/dom.js'); return texts.map(safe); }", texts);

        Assert.Equal(texts.Select(SafeText.Text), shown);

        static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }

    /// <summary>Puts the texts wherever text can be put; the pages that show them.</summary>
    private async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyList<string> texts)
    {
        var pages = new List<string> { "/console/queue", "/console/queue?view=all", "/console/queue?view=mine", "/console/approvals", "/console/tickets", "/console/knowledge", "/console/numbers" };
        foreach (var (i, chunk) in texts.Chunk(20).Index())
        {
            var (ticket, customer) = ($"H-{i}", chunk[0]);
            await Do(_server.Sue, "save_customer", new JsonObject
            {
                ["customer_id"] = customer, ["name"] = chunk[1], ["company"] = chunk[2], ["email"] = $"h{i}@evil.example", ["phone"] = chunk[3].Length <= 40 ? chunk[3] : null, ["support_entitlement"] = true,
                ["tags"] = new JsonArray([.. chunk.Where(t => t.Length <= 50).Take(3).Select(t => (JsonNode)t)]), ["custom"] = new JsonObject { ["note"] = chunk[4] },
            }, "crm");
            await Do(_server.Sue, "save_system_info", new JsonObject
            {
                ["customer_id"] = customer, ["platform"] = Short(chunk[5]), ["cloud_provider"] = Short(chunk[6]), ["applications"] = new JsonArray(new JsonObject { ["name"] = Short(chunk[7]), ["version"] = "1" }),
            }, "crm");
            await Do(_server.Bot, "initialize_conversation", new JsonObject
            {
                ["user_id"] = customer, ["ticket_id"] = ticket, ["priority"] = "urgent", ["description"] = string.Join(' ', chunk), ["metadata"] = new JsonObject { ["fact"] = chunk[8] },
            });
            var id = $"cs-{ticket}";
            foreach (var (n, text) in chunk.Index())
            {
                await Do(_server.Bot, "add_message", new JsonObject
                {
                    ["conversation_id"] = id, ["role"] = (n % 4) switch { 0 => "user", 1 => "assistant", 2 => "system", _ => "tool" }, ["content"] = text,
                });
            }

            await Do(_server.Bot, "request_approval", new JsonObject
            {
                ["conversation_id"] = id, ["action"] = Short(chunk[9]), ["arguments"] = new JsonObject { [chunk[10]] = chunk[11], ["amount"] = 700, ["list"] = new JsonArray(chunk[12]) }, ["reason"] = chunk[13],
            });
            await Do(_server.Bot, "escalate_conversation", new JsonObject
            {
                ["conversation_id"] = id, ["reason"] = chunk[14], ["summary"] = chunk[15], ["open_question"] = chunk[16], ["promises"] = new JsonArray(chunk[17]), ["tried"] = new JsonArray(chunk[18]),
            });
            foreach (var status in (string[])["draft", "published"])
            {
                await Do(_server.Sue, "save_article", new JsonObject
                {
                    ["article_id"] = ArticleId(status, i, chunk), ["title"] = chunk[i], ["content"] = $"# {chunk[0]}\n\nhostile {string.Join("\n\n", chunk)}\n\n- {chunk[1]}\n\n> {chunk[2]}\n\n```\n{chunk[3]}\n```\n", ["status"] = status,
                }, "knowledge");
            }

            pages.Add($"/console/knowledge?article={Uri.EscapeDataString(ArticleId("published", i, chunk))}");

            pages.Add($"/console/conversations/{id}");
            pages.Add($"/console/customers?q={Uri.EscapeDataString(customer)}");
        }

        var report = await Do(_server.Sue, "create_ticket", new JsonObject { ["ticket_id"] = "HT-1", ["customer_id"] = texts[0], ["description"] = string.Join('\n', texts.Take(40)) }, "tickets");
        pages.Add($"/console/tickets/{report["ticket_id"]}");
        pages.Add("/console/knowledge?q=hostile");
        var pending = await Do(_server.Sue, "list_pending_approvals", []);
        pages.AddRange(pending["approvals"]!.AsArray().Take(3).Select(a => $"/console/approvals/{a!["approval_id"]}"));
        return pages;
    }

    private async Task<JsonNode> Do(string token, string tool, JsonObject arguments, string set = "conversations")
    {
        foreach (var empty in arguments.Where(a => a.Value is null).Select(a => a.Key).ToList())
            arguments.Remove(empty);
        var answer = await _server.CallAsync(token, tool, arguments, set);
        Assert.True(answer is not JsonObject o || !o.ContainsKey("code") || o.ContainsKey("version"), answer.ToJsonString());
        return answer;
    }

    private static string ArticleId(string status, int i, string[] texts) => $"{status}-{i}-{string.Concat(texts[19].Where(c => c is > ' ' and < (char)0x7f))}";

    private static string Short(string text) => text.Length <= 50 ? text : text[..50];
}
