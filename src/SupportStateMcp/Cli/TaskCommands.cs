using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Cli;

/// <summary><c>task new</c>, <c>task plan</c>, <c>task advance</c>, <c>task show</c>, <c>task list</c>: what agents and people have taken on.</summary>
internal static class TaskCommands
{
    private const string MoreOfNew = """
        With steps it is executing at once; without them it is planning, until task plan.

        Example:
          SupportStateMcp task new cs-TKT-001 "Restore the login" --step "Check the lock" --step "Send a link"
        """;

    private const string MoreOfPlan = """
        The steps take the place of those that are open; what is done stays done.

        Example:
          SupportStateMcp task plan task-0f3a9c21-TKT-001 --step "Send a link" --step "Ask whether it works"
        """;

    private const string MoreOfAdvance = """
        new_task, plan_ready, step_complete, needs_input, input_received, task_complete. A task that needs input goes on by itself
        when the customer writes or an approval is decided. It is done when no step is open.

        Examples:
          SupportStateMcp task advance task-0f3a9c21-TKT-001 step_complete
          SupportStateMcp task advance task-0f3a9c21-TKT-001 needs_input --reason "the order number"
        """;

    private const string MoreOfShow = """
        Example:
          SupportStateMcp task show task-0f3a9c21-TKT-001
        """;

    private const string MoreOfList = """
        Examples:
          SupportStateMcp task list cs-TKT-001
          SupportStateMcp task list cs-TKT-001 --status waiting_feedback
        """;

    public static Command Create() => new("task", "Take things on in conversations, plan them, and say how far they are.") { New(), Plan(), Advance(), Show(), List() };

    private static Argument<string> Task() => new("TASK") { Description = "The task, as task list shows it." };

    private static Option<string[]> Steps() => new("--step")
    {
        Description = $"A step, {TaskLimits.Step} characters at most; again for each step, in order.", HelpName = "TEXT", DefaultValueFactory = _ => [],
    };

    private static CliCommand New()
    {
        var (id, steps) = (CliArguments.Conversation(), Steps());
        var goal = new Argument<string>("GOAL") { Description = "What is to be reached." };
        return new CliCommand("new", "Take something on.", MoreOfNew, typeof(ConversationCommand.CreateTask), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            return await DoAsync(
                context,
                new ConversationCommand.CreateTask
                {
                    Id = conversation,
                    Actor = context.Caller.Actor,
                    Roles = context.Caller.Roles,
                    Goal = parsed.GetRequiredValue(goal),
                    Steps = parsed.GetValue(steps) ?? [],
                },
                cancellationToken);
        })
        { id, goal, steps };
    }

    private static CliCommand Plan()
    {
        var (task, steps, reason) = (Task(), Steps(), CliArguments.Reason());
        return new CliCommand("plan", "Say which steps are open.", MoreOfPlan, typeof(ConversationCommand.PlanTask), async (parsed, context, cancellationToken) =>
        {
            var taskId = parsed.GetRequiredValue(task);
            if (ConversationTask.ConversationOf(taskId) is not { } conversation)
                return Error.InvalidArgument("TASK", $"it is {ConversationTask.Words}");
            return await DoAsync(
                context,
                new ConversationCommand.PlanTask
                {
                    Id = conversation,
                    Actor = context.Caller.Actor,
                    Roles = context.Caller.Roles,
                    TaskId = taskId,
                    Steps = parsed.GetValue(steps) ?? [],
                    Reason = parsed.GetValue(reason),
                },
                cancellationToken);
        })
        { task, steps, reason };
    }

    private static CliCommand Advance()
    {
        var (task, reason) = (Task(), CliArguments.Reason());
        var happened = new Argument<string>("EVENT") { Description = "What happened to it." };
        return new CliCommand("advance", "Say what happened to a task.", MoreOfAdvance, typeof(ConversationCommand.AdvanceTask), async (parsed, context, cancellationToken) =>
        {
            var taskId = parsed.GetRequiredValue(task);
            if (ConversationTask.ConversationOf(taskId) is not { } conversation)
                return Error.InvalidArgument("TASK", $"it is {ConversationTask.Words}");
            if (CliArguments.Read<TaskTrigger>("EVENT", parsed.GetRequiredValue(happened), out var trigger) is { } violation)
                return violation;
            return await DoAsync(
                context,
                new ConversationCommand.AdvanceTask
                {
                    Id = conversation,
                    Actor = context.Caller.Actor,
                    Roles = context.Caller.Roles,
                    TaskId = taskId,
                    Trigger = trigger!.Value,
                    Reason = parsed.GetValue(reason),
                },
                cancellationToken);
        })
        { task, happened, reason };
    }

    private static CliCommand Show()
    {
        var task = Task();
        return new CliCommand("show", "Show a task.", MoreOfShow, null, async (parsed, context, cancellationToken) =>
        {
            var result = await context.Tasks.GetAsync(parsed.GetRequiredValue(task), cancellationToken);
            if (!result.TryGet(out var found, out var error))
                return error;
            var view = new TaskView(found.Task, found.Conversation);
            return CommandOutput.Of(view, screen => Write(screen, view));
        }, watches: true)
        { task };
    }

    private static CliCommand List()
    {
        var id = CliArguments.Conversation();
        var status = new Option<string?>("--status") { Description = $"Only those: {CliArguments.NamesOf<TaskState>()}.", HelpName = "STATUS" };
        return new CliCommand("list", "Show the tasks of a conversation.", MoreOfList, null, async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            if (CliArguments.Read<TaskState>("--status", parsed.GetValue(status), out var state) is { } violation)
                return violation;
            var loaded = await context.Queries.GetAsync(conversation, cancellationToken);
            if (!loaded.TryGet(out var found, out var error))
                return error;
            var view = TaskListView.Of(found.Conversation!, state, new AnswerSize(CliArguments.AnswerCharacters));
            return CommandOutput.Of(view, screen => Write(screen, view));
        }, watches: true)
        { id, status };
    }

    private static async ValueTask<Result<CommandOutput>> DoAsync(CliContext context, ConversationCommand command, CancellationToken cancellationToken)
    {
        var result = await context.Tasks.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var changed, out var error))
            return error;
        var view = new TaskChangedView(changed);
        return CommandOutput.Of(view, screen => Write(screen, view));
    }

    private static void Write(IAnsiConsole screen, TaskListView list)
    {
        screen.Heading(string.Create(CultureInfo.InvariantCulture, $"{list.ConversationId}: {list.Tasks.Count} {(list.Tasks.Count == 1 ? "task" : "tasks")}"));
        var table = screen.Table("task", "goal", "status", "steps", "now");
        foreach (var task in list.Tasks)
        {
            table.AddRow(
                ScreenExtensions.Cell(task.TaskId), ScreenExtensions.Cell(task.Goal), ScreenExtensions.Cell(SnakeCaseEnum.Of(task.Status)),
                ScreenExtensions.Cell(string.Create(CultureInfo.InvariantCulture, $"{task.StepsCompleted.Count} of {task.StepsCompleted.Count + task.StepsRemaining.Count}")),
                ScreenExtensions.Cell(task.CurrentStep ?? task.WaitsFor));
        }

        screen.Write(table);
    }

    private static void Write(IAnsiConsole screen, TaskView task)
    {
        screen.Heading($"{task.TaskId}: {SnakeCaseEnum.Of(task.Status)}");
        var fields = new Fields();
        fields.Add("goal", task.Goal);
        foreach (var step in task.StepsCompleted)
            fields.Add("done", step);
        foreach (var step in task.StepsRemaining)
            fields.Add(step == task.CurrentStep ? "now" : "open", step);
        fields.Add("waits for", task.WaitsFor);
        fields.Add("can take", task.AllowedEvents.Count > 0 ? string.Join(", ", task.AllowedEvents.Select(SnakeCaseEnum.Of)) : null);
        fields.Write(screen);
    }
}
