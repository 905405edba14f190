using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary>The commands of people without an MCP host, on the same store and under the same rules as the server.</summary>
public static class CliCommands
{
    /// <summary>The variable of the environment that says who works, where <c>--as</c> does not.</summary>
    private const string AsVariable = "SUPPORTSTATE_AS";

    /// <summary>The commands.</summary>
    /// <param name="actor">The option <c>--actor</c> of the server, which is not theirs.</param>
    /// <param name="console">What they read and write.</param>
    /// <param name="open">Opens the configured store.</param>
    public static IReadOnlyList<Command> Create(Option<string?> actor, CliConsole console, OpenContext open)
    {
        IReadOnlyList<CliCommand> commands =
        [
            QueueCommand.Create(),
            .. ListCommands.Create(),
            ShowCommand.Create(),
            .. TrailCommands.Create(),
            .. IntakeCommands.Create(),
            ReplyCommand.Create(),
            .. OwnershipCommands.Create(),
            .. LifecycleCommands.Create(),
            .. VersionCommands.Create(),
            ApprovalsCommand.Create(),
            .. DecisionCommands.Create(),
            EventCommands.Deliveries(),
            EventCommands.Redeliver(),
        ];
        IReadOnlyList<Command> groups = [TicketCommands.Create(), TaskCommands.Create(), CustomersCommand.Create(), KnowledgeCommands.Create(), MemoryCommands.Create(), SampleDataCommand.Create()];
        foreach (var command in commands.Concat(commands.Concat(groups).SelectMany(g => g.Subcommands.OfType<CliCommand>())))
            Complete(command, actor, console, open);
        return [.. commands, .. groups];
    }

    private static void Complete(CliCommand command, Option<string?> actor, CliConsole console, OpenContext open)
    {
        var person = new Option<string?>("--as") { Description = "Who you are: human:ID. Default: $SUPPORTSTATE_AS, else human:<your user name>.", HelpName = "human:ID" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document, also for a refusal: {code, message, ...}." };
        var watch = new Option<bool>("--watch") { Description = "Show it again when it changes, until Ctrl+C; with --json one document for each change." };
        command.Add(person);
        if (command.Watches)
            command.Add(watch);
        command.Add(json);
        command.Validators.Add(r =>
        {
            if (r.GetResult(actor) is not null)
                r.AddError("--actor is for servers; --as human:ID says who you are.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asJson = parsed.GetValue(json);
            var (source, text) = parsed.GetValue(person) is { } given ? ("--as", given)
                : console.Variable(AsVariable) is { } variable ? (AsVariable, variable)
                : ("--as", $"human:{Actor.ToId(Environment.UserName)}");
            return Actor.TryParse(text) is { Kind: ActorKind.Human } who && Actor.ToId(who.Id) == who.Id
                ? await open(parsed, who, command.CreatesStore, RunAsync, cancellationToken)
                : CommandOutput.Print(Error.InvalidArgument(source, $"it is human:ID with an id of 1 to {Actor.MaxIdLength} visible characters; this command line is for people"), console, asJson);

            async Task<int> RunAsync(CliContext context, CancellationToken ct) => command.Watches && parsed.GetValue(watch)
                ? await Watch.RunAsync(token => command.DoAsync(parsed, context, token), context, asJson, ct)
                : CommandOutput.Print(await command.DoAsync(parsed, context, ct), console, asJson);
        });
    }
}
