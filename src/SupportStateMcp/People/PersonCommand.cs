using System.CommandLine;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.People;

/// <summary>What a command does at the desk.</summary>
internal delegate ValueTask<Result<Answer>> DeskWork(ParseResult parsed, PersonsDesk desk, CancellationToken cancellationToken);

/// <summary>A command for people.</summary>
/// <param name="name">What it is called by.</param>
/// <param name="summary">What it does, in a line.</param>
/// <param name="more">What else there is to know, with examples; shown after its help.</param>
/// <param name="needs">The role that it takes, or one of these.</param>
/// <param name="work">What it does.</param>
internal sealed class PersonCommand(string name, string summary, string more, Roles needs, DeskWork work) : Command(name, summary)
{
    public string More { get; } = more;

    public ValueTask<Result<Answer>> DoAsync(ParseResult parsed, PersonsDesk desk, CancellationToken cancellationToken) =>
        desk.Caller.Has(needs)
            ? work(parsed, desk, cancellationToken)
            : ValueTask.FromResult<Result<Answer>>(Rejection.NotAuthorized([Need.Role(needs)]));
}
