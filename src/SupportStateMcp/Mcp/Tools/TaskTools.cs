using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that keep what an agent has taken on: goal, plan, and where it stands.</summary>
[McpServerToolType]
[Toolset(Toolsets.Tasks)]
public sealed class TaskTools(TaskService tasks, ConversationQueries queries, ConnectionCaller callers)
{
    private const string TaskId = "For example task-0f3a9c21-TKT-001.";

    [McpServerTool(Name = "create_task", Title = "Take something on", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TaskChangedView))]
    [Description("Takes something on in a conversation, with a goal. With steps it is executing at once; without them it is planning, until plan_task. Whoever works on the conversation next goes on where you stopped.")]
    [Requires(typeof(ConversationCommand.CreateTask))]
    public async Task<CallToolResult> CreateTask(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("What is to be reached."), StringLength(TaskLimits.Goal, MinimumLength = 1)] string goal,
        [Description("The steps to it, the first one first."), ItemCount(0, TaskLimits.Steps), ItemLength(1, TaskLimits.Step)] string[]? steps = null,
        [Description("What is kept with it, by key.")] Dictionary<string, JsonElement>? data = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return await DoAsync(new ConversationCommand.CreateTask
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Goal = goal,
            Steps = steps ?? [],
            Data = data,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    [McpServerTool(Name = "plan_task", Title = "Plan a task", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TaskChangedView))]
    [Description("Gives a task its plan (plan_ready), or other steps in the place of those that are open; steps that are done stay done.")]
    [Requires(typeof(ConversationCommand.PlanTask))]
    public async Task<CallToolResult> PlanTask(
        RequestContext<CallToolRequestParams> call,
        [Description(TaskId), RegularExpression(ConversationTask.Pattern)] string task_id,
        [Description("The open steps, the next one first."), ItemCount(0, TaskLimits.Steps), ItemLength(1, TaskLimits.Step)] string[]? steps = null,
        [Description(Describe.Reason), StringLength(Limits.Reason)] string? reason = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return await DoAsync(new ConversationCommand.PlanTask
        {
            Id = ConversationTask.ConversationOf(task_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            TaskId = task_id,
            Steps = steps ?? [],
            Reason = reason,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    [McpServerTool(Name = "advance_task", Title = "Advance a task", ReadOnly = false, Destructive = false,
        Idempotent = false, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TaskChangedView))]
    [Description("Says what happened to a task. step_complete ends the current step; needs_input lets it wait: the customer's next message or an approval's decision then sends input_received by itself; task_complete ends it once no step is open. Pass an idempotency_key, so that a repeat completes no second step.")]
    [Requires(typeof(ConversationCommand.AdvanceTask))]
    public async Task<CallToolResult> AdvanceTask(
        RequestContext<CallToolRequestParams> call,
        [Description(TaskId), RegularExpression(ConversationTask.Pattern)] string task_id,
        [Description("One of allowed_events."), AllowedValues("new_task", "plan_ready", "step_complete", "needs_input", "input_received", "task_complete")] string @event,
        [Description("Why, or what is waited for."), StringLength(Limits.Reason)] string? reason = null,
        [Description("What to keep with it, by key; a null removes its key.")] Dictionary<string, JsonElement>? data = null,
        [Description(Describe.ExpectedVersion), Range(1, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return await DoAsync(new ConversationCommand.AdvanceTask
        {
            Id = ConversationTask.ConversationOf(task_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            TaskId = task_id,
            Trigger = SnakeCaseEnum.Parse<TaskTrigger>(@event)!.Value,
            Reason = reason,
            Data = data,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        }, cancellationToken);
    }

    [McpServerTool(Name = "get_task", Title = "Read a task", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TaskView))]
    [Description("Reads a task: goal, status, which steps are done and which are left, what it waits for, and the events allowed now.")]
    [Requires]
    public async Task<CallToolResult> GetTask(
        [Description(TaskId), RegularExpression(ConversationTask.Pattern)] string task_id,
        CancellationToken cancellationToken = default) =>
        ToolReply.Of(await tasks.GetAsync(task_id, cancellationToken), found => new TaskView(found.Task, found.Conversation));

    [McpServerTool(Name = "list_tasks", Title = "List the tasks of a conversation", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(TaskListView))]
    [Description("Lists the tasks of a conversation with their plans. Call it before you take something on: somebody may have begun it.")]
    [Requires]
    public async Task<CallToolResult> ListTasks(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Only those."), AllowedValues("idle", "planning", "executing", "waiting_feedback", "done")] string? status = null,
        [Description(Describe.MaxCharacters), Range(Limits.LeastAnswerCharacters, Limits.AnswerCharacters)] int max_characters = Limits.AnswerCharacters,
        CancellationToken cancellationToken = default) =>
        ToolReply.Of(
            await queries.GetAsync(ConversationId.TryParse(conversation_id)!.Value, cancellationToken),
            loaded => TaskListView.Of(loaded.Conversation!, SnakeCaseEnum.Parse<TaskState>(status), new AnswerSize(max_characters)));

    private async Task<CallToolResult> DoAsync(ConversationCommand command, CancellationToken cancellationToken) =>
        ToolReply.Of(await tasks.ExecuteAsync(command, cancellationToken), changed => new TaskChangedView(changed));
}
