using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary>What a command does.</summary>
internal delegate ValueTask<Result<CommandOutput>> CliWork(ParseResult parsed, CliContext context, CancellationToken cancellationToken);

/// <summary>A command for people.</summary>
/// <param name="name">What it is called by.</param>
/// <param name="summary">What it does, in a line.</param>
/// <param name="more">What else there is to know, with examples; shown after its help.</param>
/// <param name="carriesOut">The command of a conversation that it carries out; null where it only reads, which anybody may.</param>
/// <param name="work">What it does.</param>
/// <param name="watches">True where its answer can be shown again and again (<see cref="Watch"/>).</param>
/// <param name="createsStore">True where it may be the first on a store: any other on a folder without a database was given the wrong folder.</param>
internal sealed class CliCommand(string name, string summary, string more, Type? carriesOut, CliWork work, bool watches = false, bool createsStore = false) : Command(name, summary)
{
    public bool Watches => watches;

    public string More { get; } = more;

    public bool CreatesStore => createsStore;

    /// <summary>What it requires; stands on the command that it carries out, whose handler enforces it.</summary>
    public Requirement? Requirement { get; } = carriesOut is null ? null : Requirement.Of(carriesOut);

    public async ValueTask<Result<CommandOutput>> DoAsync(ParseResult parsed, CliContext context, CancellationToken cancellationToken)
    {
        var result = await work(parsed, context, cancellationToken);
        return result.TryGet(out _, out var error) ? result : CliArguments.Named(error, this);
    }
}
