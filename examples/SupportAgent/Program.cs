using System.CommandLine;
using SupportAgent;

var data = new Option<string?>("--data") { Description = "Keep the conversations in this directory. Default: a new one, removed at the end.", HelpName = "DIR", Recursive = true };
var ticket = new Option<string>("--ticket") { Description = "The ticket of the scenario.", HelpName = "ID", DefaultValueFactory = _ => "TKT-001" };
var url = new Option<Uri?>("--url") { Description = "A server that runs, for example http://127.0.0.1:3001/mcp.", HelpName = "URL" };
url.CustomParser = r =>
{
    if (Uri.TryCreate(r.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        return address;
    r.AddError($"--url: '{r.Tokens[0].Value}' is no http address.");
    return null;
};
var overStdio = new Option<bool>("--stdio") { Description = "Start a server and talk to it over stdio (the default)." };
var overHttp = new Option<bool>("--http") { Description = "Start a server on a free port and talk to it over HTTP." };
var parallel = new Option<int>("--parallel") { Description = "How many conversations at a time.", HelpName = "N", DefaultValueFactory = _ => 4 };
var file = new Argument<FileInfo>("FILE") { Description = "One conversation a line: {ticket_id, user_id, messages: [{role, content}]}." };
file.AcceptExistingOnly();
parallel.Validators.Add(r => { if (r.GetValueOrDefault<int>() is < 1 or > 256) r.AddError("--parallel is 1 to 256."); });

var stdio = new Command("stdio", "Play the scenario of a locked account over stdio.") { ticket };
var http = new Command("http", "Play it over HTTP; without --url on a server started for it.") { ticket, url };
var replay = new Command("replay", "Store the conversations of a file and compare what the server then has.") { file, overStdio, overHttp, url, parallel };
replay.Validators.Add(r =>
{
    if (new Option[] { overStdio, overHttp, url }.Count(o => r.GetResult(o) is { Implicit: false }) > 1)
        r.AddError("Choose one of --stdio, --http and --url.");
});

stdio.SetAction((p, ct) => Run.OnAsync(() => Server.OverStdioAsync(p.GetValue(data)), s => Scenario.PlayAsync(s, p.GetValue(ticket)!, ct)));
http.SetAction((p, ct) => Run.OnAsync(() => Server.OverHttpAsync(p.GetValue(url), p.GetValue(data), ct), s => Scenario.PlayAsync(s, p.GetValue(ticket)!, ct)));
replay.SetAction((p, ct) => Run.OnAsync(
    () => p.GetValue(overHttp) || p.GetValue(url) is not null ? Server.OverHttpAsync(p.GetValue(url), p.GetValue(data), ct) : Server.OverStdioAsync(p.GetValue(data)),
    s => Replay.RunAsync(s, p.GetValue(file)!, p.GetValue(parallel), ct)));

var refund = new Command("refund", "Play a refund of 612.40 that waits for a person, is approved with another amount, and paid once.") { ticket };
var handoff = new Command("handoff", "Play a login case over three turns: escalated, answered by a person, handed back, resolved.") { ticket };
refund.SetAction((p, ct) => Run.OnAsync(() => Server.OverStdioAsync(p.GetValue(data)), s => Refund.PlayAsync(s, p.GetValue(ticket)!, ct)));
handoff.SetAction((p, ct) => Run.OnAsync(() => Server.OverStdioAsync(p.GetValue(data), "desk"), s => Handover.PlayAsync(s, p.GetValue(ticket)!, ct)));

var work = new Command("ticket", "Work a ticket from the report to the letter: triage, expert, a person's decision, notification.") { ticket };
work.SetAction((p, ct) => Run.OnAsync(() => Server.OverStdioAsync(p.GetValue(data)), s => TicketRun.PlayAsync(s, p.GetValue(ticket)!, ct)));

var stateless = new Command("stateless", "Play one turn with another server process for each call.") { ticket };
var bounded = new Command("bounded", "Let a conversation grow while what a model gets of it stays within a budget.") { ticket };
stateless.SetAction((p, ct) => Run.OnAsync(() => Server.OverStdioAsync(p.GetValue(data)), s => Stateless.PlayAsync(s, p.GetValue(ticket)!, ct)));
bounded.SetAction((p, ct) => Run.OnAsync(() => Server.OverStdioAsync(p.GetValue(data)), s => Bounded.PlayAsync(s, p.GetValue(ticket)!, ct)));

return await new RootCommand("How an agent works with SupportStateMcp: read the state, decide by it, act with tools.") { data, stdio, http, refund, handoff, work, stateless, bounded, replay }
    .Parse(args).InvokeAsync();
