using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Events;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Tickets;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Cli;

/// <summary>Who works on the command line, and what they work with.</summary>
public sealed record CliContext(
    Caller Caller,
    CliConsole Console,
    ConversationCommandHandler Commands,
    ConversationQueries Queries,
    Reopening Reopening,
    CustomerService Customers,
    ArticleService Articles,
    KnowledgeSearch Knowledge,
    MemoryService Memory,
    TicketService Tickets,
    TaskService Tasks,
    ConversationVersions Versions,
    Forking Forking,
    SampleData SampleData,
    EventFeed Feed,
    EventDeliveries? Deliveries,
    WorkflowDefinition Workflow,
    Func<CancellationToken, Task> ExpireOverdue,
    TimeProvider Time)
{
    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>A time as this person reads it, to the second.</summary>
    internal string Local(DateTimeOffset at) => LocalTime.Second(at, Console.TimeZone);

    /// <summary>Records what has run out, as far as the store answers.</summary>
    public async Task ExpireOverdueAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ExpireOverdue(cancellationToken);
        }
        catch (StoreException)
        {
            // Whatever is asked of the store next says so.
        }
    }

    /// <summary>Carries out a command, and says in a sentence what came of it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="view">Its outcome as a view.</param>
    /// <param name="sentence">The view in a sentence.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async ValueTask<Result<CommandOutput>> ExecuteAsync<TView>(
        ConversationCommand command, Func<Outcome, TView> view, Func<TView, string> sentence, CancellationToken cancellationToken)
    {
        var result = await Commands.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var outcome, out var error))
            return error;
        var shown = view(outcome);
        return CommandOutput.Of(shown, screen => screen.Say(sentence(shown)));
    }
}

/// <summary>Opens the configured store for one piece of work; returns the exit code of that, or of a configuration that cannot be used.</summary>
/// <param name="parsed">The command line, with what it says about the store and the roles.</param>
/// <param name="person">Who works.</param>
/// <param name="createsStore">True where an embedded store that is not there is made.</param>
/// <param name="work">What they do, to an exit code.</param>
/// <param name="cancellationToken">Ends it.</param>
public delegate Task<int> OpenContext(
    ParseResult parsed, Actor person, bool createsStore, Func<CliContext, CancellationToken, Task<int>> work, CancellationToken cancellationToken);
