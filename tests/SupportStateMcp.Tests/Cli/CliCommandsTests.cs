using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SupportStateMcp.Cli;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary>What all commands for people have in common.</summary>
public sealed partial class CliCommandsTests(SharedRedis shared) : IDisposable
{
    private readonly CliPlace _place = new();

    [Theory]
    [InlineData("ai:x")]
    [InlineData("system:cron")]
    [InlineData("customer:mallory")]
    [InlineData("alice")]
    [InlineData("human:")]
    public async Task Only_people_act_here(string who)
    {
        var refusal = await _place.RefusalAsync("queue", "--as", who);

        Assert.Equal(("invalid_argument", "--as"), (refusal.GetProperty("code").GetString(), refusal.GetProperty("argument").GetString()));
    }

    [Fact]
    public async Task Without_a_name_one_acts_as_the_user_of_the_system()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"));

        var replied = await _place.JsonAsync("reply", "cs-TKT-1", "Hi.");

        Assert.Equal($"human:{Environment.UserName}", replied.GetProperty("owner").GetString());
    }

    [Fact]
    public async Task The_environment_says_who_one_is_and_the_command_line_over_it()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"));
        _place.Environment["SUPPORTSTATE_AS"] = "human:carol";

        Assert.Equal("human:carol", (await _place.JsonAsync("claim", "cs-TKT-1")).GetProperty("owner").GetString());
        Assert.Equal("not_owner", (await _place.RefusalAsync("claim", "cs-TKT-1", "--as", "human:bob")).GetProperty("code").GetString());
        _place.Environment["SUPPORTSTATE_AS"] = "carol";
        Assert.Equal("SUPPORTSTATE_AS", (await _place.RefusalAsync("queue")).GetProperty("argument").GetString());
        _place.Environment["SUPPORTSTATE_AS"] = "";
        Assert.Equal(0, (await _place.RunAsync("queue")).ExitCode);
    }

    [Fact]
    public async Task A_ticket_stands_for_its_conversation_everywhere()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"), AskFor("TKT-1"), Escalate("TKT-1"));

        foreach (var command in (string[][])
        [
            ["show", "TKT-1"], ["history", "TKT-1"], ["events", "TKT-1"], ["claim", "TKT-1"], ["reply", "TKT-1", "Hi"], ["message", "TKT-1", "Hm"],
            ["assign", "TKT-1", "queue:billing"], ["claim", "TKT-1"], ["release", "TKT-1"], ["hand-back", "TKT-1", "Go on."], ["move", "TKT-1", "resolved"],
        ])
            Assert.Equal("cs-TKT-1", (await _place.JsonAsync(command)).GetProperty("conversation_id").GetString());
        Assert.Equal("cs-TKT-1-f1", (await _place.JsonAsync("reopen", "TKT-1")).GetProperty("conversation_id").GetString());
        Assert.Equal(1, (await _place.JsonAsync("approvals", "--conversation", "TKT-1")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Times_are_those_of_the_person_and_of_UTC_for_a_program()
    {
        _place.Environment["TZ"] = "Asia/Tokyo";
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"), Escalate("TKT-1"));

        var (_, claimed, _) = await _place.RunAsync("claim", "TKT-1", "--lease", "600");
        var (_, history, _) = await _place.RunAsync("history", "TKT-1");
        var at = (await _place.JsonAsync("history", "TKT-1")).GetProperty("messages")[0].GetProperty("at").GetDateTimeOffset();

        Assert.EndsWith($"until {_place.Time.GetUtcNow().AddHours(9).AddSeconds(600):HH:mm:ss}.\n", claimed, StringComparison.Ordinal);
        Assert.Contains($"#1  customer  {at.UtcDateTime.AddHours(9):yyyy-MM-dd HH:mm:ss}\n", history, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, at.Offset);
    }

    [Fact]
    public async Task A_refusal_names_the_next_right_command()
    {
        await _place.JsonAsync("open", "TKT-0", "--user", "maria");
        Assert.Contains("SupportStateMcp open TKT-9 --user ID opens it", (await _place.RefusalAsync("show", "TKT-9")).GetProperty("message").GetString(), StringComparison.Ordinal);
        await _place.JsonAsync("open", "TKT-1", "--user", "maria");
        await _place.JsonAsync("claim", "TKT-1", "--as", "human:alice");
        Assert.Contains("SupportStateMcp reply --internal", (await _place.RefusalAsync("reply", "TKT-1", "Hi", "--as", "human:bob")).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("queue:billing for a queue", (await _place.RefusalAsync("assign", "TKT-1", "billing", "--as", "human:alice")).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_option_of_servers_is_not_theirs()
    {
        var (exitCode, _, errors) = await _place.RunAsync("queue", "--actor", "human:alice");

        Assert.Equal(1, exitCode);
        Assert.Contains("--actor is for servers; --as human:ID says who you are.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_auditor_looks_and_changes_nothing()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"), Escalate("TKT-1"));

        Assert.Equal(0, (await _place.RunAsync("show", "cs-TKT-1", "--roles", "auditor")).ExitCode);
        foreach (var change in (string[][])[["reply", "cs-TKT-1", "Hi"], ["claim", "cs-TKT-1"], ["release", "cs-TKT-1"], ["hand-back", "cs-TKT-1", "x"], ["move", "cs-TKT-1", "resolved"], ["reopen", "cs-TKT-1"],
            ["assign", "cs-TKT-1", "human:bob"], ["open", "TKT-2", "--user", "u"], ["message", "cs-TKT-1", "Hi"]])
        {
            var refusal = await _place.RefusalAsync([.. change, "--roles", "auditor"]);
            Assert.Equal("not_authorized", refusal.GetProperty("code").GetString());
            Assert.Contains("role:agent", refusal.GetProperty("needs").EnumerateArray().Select(n => n.GetString()));
        }
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_is_exit_code_78()
    {
        var (exitCode, output, errors) = await _place.RunAsync("approvals", "--roles", "boss");

        Assert.Equal((78, ""), (exitCode, output));
        Assert.Contains("--roles: 'boss' is not valid", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queue", "SupportStateMcp queue --queue billing", "--limit <N>")]
    [InlineData("show", "SupportStateMcp show cs-TKT-001 --messages 50", "--messages <N>")]
    [InlineData("reply", "Each call is a new message.", "--message-id <ID>")]
    [InlineData("claim", "SupportStateMcp claim cs-TKT-001 --lease 3600", "--lease <SECONDS>", "Requires: kind:human and role:agent;")]
    [InlineData("release", "for another person", "--reason <TEXT>")]
    [InlineData("hand-back", "SupportStateMcp hand-back cs-TKT-001 \"Identity checked", "<NOTE>")]
    [InlineData("move", "SupportStateMcp move cs-TKT-001 resolved", "<STATE>")]
    [InlineData("reopen", "a linked follow-up conversation", "--reason <TEXT>")]
    [InlineData("approvals", "SupportStateMcp approvals --conversation cs-TKT-001 --json", "--conversation <CONVERSATION>")]
    [InlineData("list", "SupportStateMcp list --owner queue:billing", "--since <TIME>", "--watch")]
    [InlineData("mine", "SupportStateMcp mine --watch", "--limit <N>", "--watch")]
    [InlineData("search", "messages are not searched", "<TEXT>")]
    [InlineData("open", "SupportStateMcp open TKT-001 --user maria", "--priority <PRIORITY>", "Requires: role:agent;")]
    [InlineData("message", "the customer's own words", "--message-id <ID>")]
    [InlineData("history", "SupportStateMcp history cs-TKT-001 --limit 10", "--before <NUMBER>")]
    [InlineData("events", "SupportStateMcp events cs-TKT-001 --after 100", "--after <VERSION>")]
    [InlineData("assign", "SupportStateMcp assign cs-TKT-001 human:bob", "--lease <SECONDS>", "Requires: role:agent;", "Times are those of your time zone")]
    [InlineData("approve", "Who asked cannot approve", "--arguments <JSON>")]
    [InlineData("reject", "One no is enough, and final.", "--notes <TEXT>")]
    public async Task Help_teaches(string command, params string[] told)
    {
        var (exitCode, output, errors) = await _place.RunAsync(command, "--help");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.All([.. told, "--as <human:ID>", "--json", "  69  the store does not answer", "  78  the configuration cannot be used"],
            words => Assert.Contains(words, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--lease", "claim", "cs-TKT-1", "--lease", "29")]
    [InlineData("--reason", "release", "cs-TKT-1", "--reason", "{1001}")]
    [InlineData("NOTE", "hand-back", "cs-TKT-1", "{4001}")]
    [InlineData("NOTE", "hand-back", "cs-TKT-1", "")]
    [InlineData("--message-id", "reply", "cs-TKT-1", "Hi", "--message-id", "{201}")]
    [InlineData("--message-id", "message", "cs-TKT-1", "Hi", "--message-id", "{201}")]
    [InlineData("NOTE", "assign", "cs-TKT-1", "human:bob", "{4001}")]
    [InlineData("--lease", "assign", "cs-TKT-1", "human:bob", "--lease", "86401")]
    [InlineData("TO", "assign", "cs-TKT-1", "bob")]
    [InlineData("--user", "open", "TKT-2", "--user", "{201}")]
    [InlineData("--description", "open", "TKT-2", "--user", "u", "--description", "{10001}")]
    [InlineData("TICKET", "open", "TKT 2", "--user", "u")]
    [InlineData("TEXT", "message", "cs-TKT-1", "{100001}")]
    [InlineData("TEXT", "search", "{201}")]
    [InlineData("--text", "list", "--text", "{201}")]
    [InlineData("--owner", "list", "--owner", "alice")]
    [InlineData("--since", "list", "--since", "yesterday")]
    [InlineData("--priority", "list", "--priority", "asap")]
    [InlineData("--status", "list", "--status", "done")]
    [InlineData("--state", "list", "--state", "open")]
    [InlineData("--limit", "mine", "--limit", "501")]
    [InlineData("--before", "history", "cs-TKT-1", "--before", "0")]
    [InlineData("--after", "events", "cs-TKT-1", "--after", "-1")]
    [InlineData("--message-id", "reply", "cs-TKT-1", "Hi", "--message-id", "")]
    [InlineData("--notes", "approve", "ap-1a2b3c4d-TKT-1", "--notes", "{1001}")]
    [InlineData("TEXT", "memory", "remember", "", "--customer", "C")]
    [InlineData("--customer", "memory", "remember", "x")]
    [InlineData("ID", "memory", "forget", "--reason", "r")]
    [InlineData("CUSTOMER", "memory", "list", "")]
    [InlineData("--steps", "rollback", "cs-TKT-1", "--steps", "0")]
    [InlineData("--to", "rollback", "cs-TKT-1", "--to", "999", "--roles", "supervisor")]
    [InlineData("--to", "fork", "cs-TKT-1", "--to", "999")]
    [InlineData("--at", "show", "cs-TKT-1", "--at", "999")]
    [InlineData("--customer", "ticket", "new", "TKT-2", "Help", "--customer", "")]
    [InlineData("TEXT", "ticket", "new", "TKT-2", "", "--customer", "C")]
    [InlineData("TICKET", "ticket", "status", "a b")]
    [InlineData("--step", "task", "new", "cs-TKT-1", "goal", "--step", "{1001}")]
    public async Task What_a_tool_would_refuse_as_too_long_or_short_is_refused_here_by_the_name_it_has_here(string argument, params string[] command)
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"), Escalate("TKT-1"));

        var refusal = await _place.RefusalAsync([.. command.Select(c => c is ['{', .. var length, '}'] ? new string('x', int.Parse(length, CultureInfo.InvariantCulture)) : c)]);

        Assert.Equal(("invalid_argument", argument), (refusal.GetProperty("code").GetString(), refusal.GetProperty("argument").GetString()));
    }

    public static TheoryData<string> Commands => [.. All().Select(PathOf)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_refusal_names_no_argument_that_the_command_does_not_have(string path)
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"));
        var command = All().Single(c => PathOf(c) == path);
        string[] names = [.. command.Arguments.Select(a => a.Name), .. command.Options.Select(o => o.Name)];
        var lines = command.Arguments.SelectMany(a => Values(a.ValueType).Select(v => Line(command, a, null, v)))
            .Concat(command.Options.SelectMany(o => Values(o.ValueType).Select(v => Line(command, null, o, v))))
            .Append(Line(command, null, null, ""));

        foreach (var line in lines)
        {
            var (_, output, _) = await _place.RunAsync([.. path.Split(' '), .. line, "--json"]);
            // What the reader of the command line refuses itself is no document.
            if (!output.StartsWith("{\"code\":\"invalid_argument\"", StringComparison.Ordinal))
                continue;
            var refusal = JsonElement.Parse(output);
            var told = string.Join(' ', line.Select(v => v.Length <= 40 ? $"'{v}'" : v[..40] + "…")) + ": " + output;
            Assert.True(names.Contains(refusal.GetProperty("argument").GetString()), told);
            Assert.False(WireName().IsMatch(refusal.GetProperty("rule").GetString()!), told);
        }
    }

    /// <summary>A command line with one value that is another than usual.</summary>
    private static List<string> Line(Command command, Argument? other, Option? option, string value)
    {
        var line = new List<string>();
        foreach (var argument in command.Arguments)
        {
            if (argument == other)
                line.Add(value);
            else if (argument.Arity.MinimumNumberOfValues > 0 || command.Arguments.IndexOf(argument) < command.Arguments.IndexOf(other!))
                line.Add(Usual(argument.Name));
        }

        line.AddRange(command.Options.Where(o => o == option || o.Required).Select(o => $"{o.Name}={(o == option ? value : Usual(o.Name))}"));
        return line;
    }

    private static string Usual(string name) => name switch
    {
        "CONVERSATION" or "TICKET" => "TKT-1",
        "ID" => "ap-1a2b3c4d-TKT-1",
        "TASK" => "task-1a2b3c4d-TKT-1",
        "STATE" => "processing",
        "EVENT" => "step_complete",
        "TO" => "human:bob",
        _ => "x",
    };

    private static string[] Values(Type type) =>
        type == typeof(bool) ? []
        : (Nullable.GetUnderlyingType(type) ?? type) is var number && (number == typeof(int) || number == typeof(long)) ? ["-1", "2000000000"]
        : ["", "a b", "999", new string('x', 100_001)];

    /// <summary>All commands that end by themselves, and need no configuration.</summary>
    private static IEnumerable<Command> All()
    {
        var commands = CliCommands.Create(new Option<string?>("--actor"), new RecordedConsole("", new Dictionary<string, string>()), (_, _, _, _, _) => Task.FromResult(0));
        return commands.Concat(commands.SelectMany(c => c.Subcommands)).Where(c => c is CliCommand and not { Name: "tail" or "deliveries" or "redeliver" });
    }

    private static string PathOf(Command command) => string.Join(' ', command.Parents.OfType<Command>().Select(p => p.Name).Append(command.Name));

    [GeneratedRegex("(?:approval|article|conversation|customer|memory|message|task|ticket|user)_id|at_(?:time|version)|final_(?:arguments|solution)")]
    private static partial Regex WireName();

    [Fact]
    public async Task People_work_on_Redis_as_on_files()
    {
        using var place = new CliPlace(await shared.ServerAsync());
        var asked = await place.PrepareAsync(TimeSpan.FromMinutes(5.5), Open("TKT-1"), Asks("TKT-1", "I paid twice."), AskFor("TKT-1"), Escalate("TKT-1"));
        var approval = asked.Conversation.Approvals[0].ApprovalId;

        Assert.Matches("cs-TKT-1 +support +medium +5 min ", (await place.RunAsync("queue")).Output);
        Assert.Equal(approval, (await place.JsonAsync("approvals")).GetProperty("approvals")[0].GetProperty("approval_id").GetString());
        Assert.Equal("granted", (await place.JsonAsync("approve", approval, "--as", "human:bob")).GetProperty("status").GetString());
        Assert.Equal("human:alice", (await place.JsonAsync("claim", "cs-TKT-1", "--as", "human:alice")).GetProperty("owner").GetString());
        Assert.Equal(3, (await place.JsonAsync("reply", "cs-TKT-1", "Paid.", "--as", "human:alice")).GetProperty("number").GetInt32());
        Assert.Equal("solved", (await place.JsonAsync("move", "cs-TKT-1", "resolved")).GetProperty("ticket_status").GetString());
        Assert.Equal("cs-TKT-1-f1", (await place.JsonAsync("reopen", "cs-TKT-1")).GetProperty("conversation_id").GetString());
        Assert.Equal(0, (await place.JsonAsync("queue")).GetProperty("total").GetInt32());
        Assert.Equal("not_owner", (await place.RefusalAsync("release", "cs-TKT-1-f1")).GetProperty("code").GetString());
    }

    public void Dispose() => _place.Dispose();
}
