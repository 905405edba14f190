using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Cli;

/// <summary>Where a person works: who they are, and what they work with.</summary>
public sealed record CliContext(
    Caller Caller,
    ConversationCommandHandler Desk,
    ConversationQueries Reader,
    Reopening Reopening,
    WorkflowDefinition Workflow,
    Func<CancellationToken, Task> Settle,
    TimeProvider Time)
{
    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Puts down what has run out, as far as the store answers.</summary>
    public async Task ExpireOverdueAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Settle(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // Whatever is asked of the store next says so.
        }
    }
}

/// <summary>Opens the desk on the configured store for one piece of work; returns the exit code of that, or of a configuration that cannot be used.</summary>
/// <param name="parsed">The command line, with what it says about the store and the roles.</param>
/// <param name="person">Who works.</param>
/// <param name="work">What they do, to an exit code.</param>
/// <param name="cancellationToken">Ends it.</param>
public delegate Task<int> OpenDesk(
    ParseResult parsed, Actor person, Func<CliContext, CancellationToken, Task<int>> work, CancellationToken cancellationToken);
