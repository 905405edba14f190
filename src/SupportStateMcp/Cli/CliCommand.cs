using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary>What a command does at the desk.</summary>
internal delegate ValueTask<Result<CommandOutput>> DeskWork(ParseResult parsed, CliContext context, CancellationToken cancellationToken);

/// <summary>A command for people.</summary>
/// <param name="name">What it is called by.</param>
/// <param name="summary">What it does, in a line.</param>
/// <param name="more">What else there is to know, with examples; shown after its help.</param>
/// <param name="needs">The role that it takes, or one of these.</param>
/// <param name="work">What it does.</param>
internal sealed class CliCommand(string name, string summary, string more, Roles needs, DeskWork work) : Command(name, summary)
{
    public string More { get; } = more;

    public ValueTask<Result<CommandOutput>> DoAsync(ParseResult parsed, CliContext context, CancellationToken cancellationToken) =>
        context.Caller.Has(needs)
            ? work(parsed, context, cancellationToken)
            : ValueTask.FromResult<Result<CommandOutput>>(Error.NotAuthorized([Requirement.Role(needs)]));
}
