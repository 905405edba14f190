using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary>The commands of people without an MCP host, on the same store and under the same rules as the server.</summary>
public static class CliCommands
{
    /// <summary>The commands.</summary>
    /// <param name="actor">The option <c>--actor</c> of the server, which is not theirs.</param>
    /// <param name="open">Opens the desk on the configured store.</param>
    public static IReadOnlyList<Command> Create(Option<string?> actor, OpenDesk open)
    {
        IReadOnlyList<CliCommand> commands =
        [
            QueueCommand.Create(),
            ShowCommand.Create(),
            ReplyCommand.Create(),
            .. OwnershipCliCommands.Create(),
            .. LifecycleCliCommands.Create(),
            ApprovalsCommand.Create(),
            .. DecisionCommands.Create(),
        ];
        foreach (var command in commands)
            Complete(command, actor, open);
        return commands;
    }

    private static void Complete(CliCommand command, Option<string?> actor, OpenDesk open)
    {
        var person = new Option<string?>("--as") { Description = "Who you are: human:ID. Default: human:<your user name>.", HelpName = "human:ID" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document, also for a refusal: {code, message, ...}." };
        command.Add(person);
        command.Add(json);
        command.Validators.Add(r =>
        {
            if (r.GetResult(actor) is not null)
                r.AddError("--actor is for servers; --as human:ID says who you are.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asJson = parsed.GetValue(json);
            var text = parsed.GetValue(person) ?? $"human:{Actor.ToId(Environment.UserName)}";
            return Actor.TryParse(text) is { Kind: ActorKind.Human } who && Actor.ToId(who.Id) == who.Id
                ? await open(parsed, who, async (desk, ct) => CommandOutput.Print(await command.DoAsync(parsed, desk, ct), asJson), cancellationToken)
                : CommandOutput.Print(Error.InvalidArgument("--as", $"it is human:ID with an id of 1 to {Actor.MaxIdLength} visible characters; this command line is for people"), asJson);
        });
    }
}
