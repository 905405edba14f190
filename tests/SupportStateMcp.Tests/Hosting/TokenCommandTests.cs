using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The making of tokens: once through the real program, else in this process.</summary>
public sealed partial class TokenCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_token_is_printed_once_with_the_entry_that_the_configuration_takes()
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(["token", "create", "--actor", "human:Zoë", "--roles", "approver"]);

        Assert.Equal((0, ""), (exitCode, errors));
        var token = Assert.Single(Token().Matches(output)).Value;
        var entry = Assert.Single(output.Split('\n'), l => l.StartsWith('{')).Trim();
        Assert.Equal($$"""{"sha256":"{{Convert.ToHexStringLower(AccessToken.Digest(token))}}","actor":"human:Zoë","roles":["approver"]}""", entry);

        // The configuration takes it: the server finds nothing wrong but the address.
        var file = _directory.File("tokens.json", $$"""{"mcp": {"http": {"url": "ftp://x", "tokens": [{{entry}}]} } }""");
        var (_, _, refusal) = await RecordedConsole.RunAsync(["http", "--config", file]);
        Assert.StartsWith("The configuration cannot be used:\n  - http.url:", refusal.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(2, refusal.Trim().Split('\n').Length);
    }

    [Theory]
    [InlineData("ai:bot", """["agent","approver"]""")]
    [InlineData("system:cron", """["agent"]""")]
    public async Task Without_roles_a_token_has_those_of_its_kind(string actor, string roles)
    {
        var (_, output, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", actor, "--json"]);

        var made = JsonNode.Parse(output)!.AsObject();
        Assert.Equal(["token", "sha256", "actor", "roles"], made.Select(p => p.Key));
        Assert.Equal((actor, roles), ((string?)made["actor"], made["roles"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_token_is_given_toolsets_in_its_entry()
    {
        var (_, json, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", "ai:bot", "--toolsets", "crm,knowledge", "--json"]);
        Assert.Equal("""["knowledge","crm"]""", JsonNode.Parse(json)!["toolsets"]!.ToJsonString());

        var (_, text, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", "ai:bot", "--toolsets", "crm,knowledge"]);
        Assert.EndsWith("ROLES=agent,approver\nSUPPORTSTATE__HTTP__TOKENS__0__TOOLSETS=knowledge,crm\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("90d", 90 * 24 * 60)]
    [InlineData("12h", 12 * 60)]
    [InlineData("30m", 30)]
    public async Task A_token_can_have_an_end(string span, int minutes)
    {
        var before = TimeProvider.System.GetUtcNow();
        var (_, json, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", "ai:bot", "--expires-in", span, "--json"]);
        var after = TimeProvider.System.GetUtcNow();

        var end = DateTimeOffset.Parse((string)JsonNode.Parse(json)!["expires"]!, System.Globalization.CultureInfo.InvariantCulture);
        // Written in whole seconds.
        Assert.InRange(end, before.AddMinutes(minutes).AddSeconds(-1), after.AddMinutes(minutes));

        var (_, text, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", "ai:bot", "--expires-in", span]);
        Assert.Matches(@"SUPPORTSTATE__HTTP__TOKENS__0__EXPIRES=20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\s*$", text);
    }

    [Theory]
    [InlineData("--expires-in: '90' is no time; use a whole number with s, m, h or d behind it, such as 90d, at most 3650d.", "--actor", "ai:bot", "--expires-in", "90")]
    [InlineData("--expires-in: '0d' is no time", "--actor", "ai:bot", "--expires-in", "0d")]
    [InlineData("--expires-in: '4000d' is no time", "--actor", "ai:bot", "--expires-in", "4000d")]
    [InlineData("--actor says whose token it is, for example --actor human:alice.")]
    [InlineData("--actor: 'system:clock' is the server's own name, for what it does by itself; use another id.", "--actor", "system:clock")]
    [InlineData("--actor: 'customer:bob' is not valid; use ai:ID, human:ID or system:ID, an id of 1 to 100 visible characters.", "--actor", "customer:bob")]
    [InlineData("--roles: 'boss' is not valid; use agent, approver, supervisor, auditor, with commas between them.", "--actor", "ai:bot", "--roles", "boss")]
    [InlineData("--toolsets: 'x' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.", "--actor", "ai:bot", "--toolsets", "x,crm")]
    public async Task Whose_token_it_is_must_be_said(string told, params string[] arguments)
    {
        var (exitCode, output, errors) = await RecordedConsole.RunAsync(["token", "create", .. arguments]);

        Assert.Equal(1, exitCode);
        Assert.Contains(told, errors, StringComparison.Ordinal);
        Assert.DoesNotMatch(Token(), output);
    }

    public void Dispose() => _directory.Dispose();

    [GeneratedRegex("ssm_[A-Za-z0-9_-]{43}")]
    private static partial Regex Token();
}
