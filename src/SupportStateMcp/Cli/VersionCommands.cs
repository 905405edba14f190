using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>checkpoint</c>, <c>checkpoints</c>, <c>rollback</c>, <c>fork</c>: versions with names, the way back to one, and copies to try something in.</summary>
internal static class VersionCommands
{
    private const string MoreOfSet = """
        At most 20 names are kept, the newest. show --at NAME shows the conversation as it was; rollback goes back to it.

        Example:
          SupportStateMcp checkpoint cs-TKT-001 before-refund
        """;

    private const string MoreOfList = """
        Example:
          SupportStateMcp checkpoints cs-TKT-001
        """;

    private const string MoreOfRollback = """
        Custom facts, priority, tasks and the state of the workflow are as they were then. Messages, owner, approvals and all that
        the customer saw stay; the trail goes on. For who has the conversation, and for supervisors.

        Examples:
          SupportStateMcp rollback cs-TKT-001
          SupportStateMcp rollback cs-TKT-001 --steps 3
          SupportStateMcp rollback cs-TKT-001 --to before-refund --keep-state
        """;

    private const string MoreOfFork = """
        The copy has facts, tasks and state, without messages and approvals. It takes facts, transitions, tasks and internal notes;
        nothing in it reaches a customer or a colleague. It is erased with its conversation.

        Examples:
          SupportStateMcp fork cs-TKT-001
          SupportStateMcp fork cs-TKT-001 --to before-refund
        """;

    public static IEnumerable<CliCommand> Create() => [Set(), List(), Rollback(), Fork()];

    private static CliCommand Set()
    {
        var id = CliArguments.Conversation();
        var name = new Argument<string>("NAME") { Description = "A name that begins with a letter, for example before-refund." };
        return new CliCommand("checkpoint", "Give a conversation as it stands a name.", MoreOfSet, typeof(ConversationCommand.SetCheckpoint), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var checkpoint = parsed.GetRequiredValue(name);
            return await context.ExecuteAsync(
                new ConversationCommand.SetCheckpoint { Id = conversation, Actor = context.Caller.Actor, Roles = context.Caller.Roles, Name = checkpoint },
                o => CheckpointSetView.Of(conversation, checkpoint, o),
                v => string.Create(CultureInfo.InvariantCulture, $"{v.Checkpoint} is version {v.Version} of {v.ConversationId}."),
                cancellationToken);
        })
        { id, name };
    }

    private static CliCommand List()
    {
        var id = CliArguments.Conversation();
        return new CliCommand("checkpoints", "Show the versions of a conversation that have names.", MoreOfList, null, async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var loaded = await context.Queries.GetAsync(conversation, cancellationToken);
            if (!loaded.TryGet(out var found, out var error))
                return error;
            var view = CheckpointListView.Of(found.Conversation!);
            return CommandOutput.Of(view, screen =>
            {
                screen.Heading(string.Create(CultureInfo.InvariantCulture, $"{view.ConversationId}: at version {view.Version}"));
                var table = screen.Table("name", "version", "who", "at");
                foreach (var c in view.Checkpoints)
                {
                    table.AddRow(
                        ScreenExtensions.Cell(c.Name), ScreenExtensions.Cell(c.Version.ToString(CultureInfo.InvariantCulture)),
                        ScreenExtensions.Cell(c.By), ScreenExtensions.Cell(c.At is { } at ? context.Local(at) : null));
                }

                screen.Write(table);
            });
        })
        { id };
    }

    private static CliCommand Rollback()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        var steps = new Option<int?>("--steps") { Description = $"How many changes to take back, 1 to {ConversationCommand.Rollback.MostSteps}; 1 where nothing is said.", HelpName = "N" };
        var to = new Option<string?>("--to") { Description = "A version or a checkpoint, instead.", HelpName = "VERSION|NAME" };
        var keep = new Option<bool>("--keep-state") { Description = "Let the state of the workflow stay." };
        return new CliCommand("rollback", "Go back to an earlier version of a conversation.", MoreOfRollback, typeof(ConversationCommand.Rollback), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var target = parsed.GetValue(to);
            var result = await context.Versions.RollbackAsync(
                new ConversationCommand.Rollback
                {
                    Id = conversation,
                    Actor = context.Caller.Actor,
                    Roles = context.Caller.Roles,
                    Steps = parsed.GetValue(steps) ?? (target is null ? 1 : null),
                    To = target,
                    KeepState = parsed.GetValue(keep),
                    Reason = parsed.GetValue(reason),
                },
                cancellationToken);
            if (!result.TryGet(out var rolledBack, out var error))
                return error;
            var view = new RollbackView(conversation, rolledBack, context.Workflow);
            return CommandOutput.Of(view, screen => screen.Say(view.Unchanged
                ? string.Create(CultureInfo.InvariantCulture, $"{view.ConversationId} is as it was in version {view.To} already; nothing was changed.")
                : string.Create(CultureInfo.InvariantCulture, $"{view.ConversationId} is as it was in version {view.To}, in the state {view.State}.")));
        })
        { id, steps, to, keep, reason };
    }

    private static CliCommand Fork()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        var to = new Option<string?>("--to") { Description = "The version or checkpoint to copy; else as it is.", HelpName = "VERSION|NAME" };
        return new CliCommand("fork", "Open a what-if copy of a conversation.", MoreOfFork, typeof(ConversationCommand.AnnounceFork), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var result = await context.Forking.ForkAsync(
                new ConversationCommand.AnnounceFork
                {
                    Id = conversation, Actor = context.Caller.Actor, Roles = context.Caller.Roles, Fork = conversation, Of = 0, Point = parsed.GetValue(to), Reason = parsed.GetValue(reason),
                },
                cancellationToken);
            if (!result.TryGet(out var forked, out var error))
                return error;
            var view = new ForkView(forked, context.Workflow);
            return CommandOutput.Of(view, screen => screen.Say(string.Create(CultureInfo.InvariantCulture, $"{view.ConversationId} is a what-if copy of version {view.ForkedVersion} of {view.ForkOf}.")));
        })
        { id, to, reason };
    }
}
