using System.Collections.Concurrent;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Extensions;

namespace SupportStateMcp.ConformanceHost;

/// <summary>Tools that go on as tasks, for clients that declare the extension (SEP-2663).</summary>
internal sealed class TaskTools(FixtureTasks tasks)
{
    [McpServerTool(Name = "greet"), Description("Greets at once.")]
    public static string Greet(string name) => $"Hello, {name}!";

    [McpServerTool(Name = "slow_compute"), Description("Computes for some seconds.")]
    public async Task<CallToolResult> SlowAsync(RequestContext<CallToolRequestParams> call, double seconds, string? label = null, CancellationToken cancellationToken = default)
    {
        if (ExtensionTask.IsDeclaredBy(call))
            return tasks.Start(TimeSpan.FromSeconds(seconds), () => Text($"computed {label}"));
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        return Text($"computed {label}");
    }

    [McpServerTool(Name = "failing_job"), Description("Fails, as a task only.")]
    public CallToolResult Failing(RequestContext<CallToolRequestParams> call) => ExtensionTask.IsDeclaredBy(call)
        ? tasks.Start(TimeSpan.Zero, () => new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = "It failed." }] })
        : throw new MissingRequiredClientCapabilityException(
            new ClientCapabilities { Extensions = new Dictionary<string, object> { [ExtensionTask.Extension] = new JsonObject() } }, "This tool needs a client that knows tasks.");

    [McpServerTool(Name = "protocol_error_job"), Description("Breaks.")]
    public CallToolResult Breaking() => tasks.Break();

    [McpServerTool(Name = "confirm_delete"), Description("Asks before it deletes.")]
    public CallToolResult Confirm(string filename) => tasks.Ask(answers => Text($"{filename}: {answers.Count} answers"), "confirm");

    [McpServerTool(Name = "multi_input"), Description("Asks two things at once.")]
    public CallToolResult AskTwo() => tasks.Ask(answers => Text($"{answers.Count} answers"), "first", "second");

    [McpServerTool(Name = "test_tool_with_task"), Description("Asks for a name, then goes on as a task.")]
    public CallToolResult AskThenGoOn(RequestContext<CallToolRequestParams> call) =>
        call.Params.InputResponses.Field("user_name", "name") is { } name
            ? tasks.Start(TimeSpan.FromMilliseconds(300), () => Text($"Hello, {name}!"))
            : throw Questions.Ask("user_name", Questions.Text("What is your name?", "name"));

    private static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };
}

/// <summary>The tasks of the fixtures, in memory.</summary>
internal sealed class FixtureTasks(TimeProvider time) : IExtensionTasks
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public CallToolResult Start(TimeSpan after, Func<CallToolResult> result) => Add(new Entry { DueAt = time.GetUtcNow() + after, Complete = _ => result() });

    public CallToolResult Break() => Add(new Entry { DueAt = time.GetUtcNow() });

    public CallToolResult Ask(Func<IReadOnlyDictionary<string, InputResponse>, CallToolResult> complete, params string[] keys) =>
        Add(new Entry { DueAt = DateTimeOffset.MinValue, Complete = complete, Open = [.. keys] });

    public ValueTask<ExtensionTask?> FindAsync(string taskId, MessageContext request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_entries.TryGetValue(taskId, out var entry) ? Of(taskId, entry) : null);

    public ValueTask<bool> UpdateAsync(string taskId, IDictionary<string, InputResponse> answers, MessageContext request, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(taskId, out var entry))
            return ValueTask.FromResult(false);
        lock (entry)
        {
            foreach (var (key, answer) in answers)
            {
                if (entry.Open.Remove(key))
                    entry.Answers[key] = answer;
            }
        }

        return ValueTask.FromResult(true);
    }

    public ValueTask<bool> CancelAsync(string taskId, MessageContext request, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(taskId, out var entry))
            return ValueTask.FromResult(false);
        lock (entry)
            entry.IsCancelled = Of(taskId, entry).Status is ExtensionTaskStatus.Working or ExtensionTaskStatus.InputRequired or ExtensionTaskStatus.Cancelled;
        return ValueTask.FromResult(true);
    }

    private CallToolResult Add(Entry entry)
    {
        var id = Guid.NewGuid().ToString("N");
        entry.CreatedAt = time.GetUtcNow();
        _entries[id] = entry;
        return TaskMessages.Created(Of(id, entry) with { Status = ExtensionTaskStatus.Working, Result = null });
    }

    private ExtensionTask Of(string id, Entry entry)
    {
        lock (entry)
        {
            var task = new ExtensionTask
            {
                TaskId = id, Status = ExtensionTaskStatus.Working, CreatedAt = entry.CreatedAt, LastUpdatedAt = time.GetUtcNow(), TimeToLive = TimeSpan.FromMinutes(10),
            };
            return entry switch
            {
                { IsCancelled: true } => task with { Status = ExtensionTaskStatus.Cancelled },
                { Open.Count: > 0 } => task with { Status = ExtensionTaskStatus.InputRequired, InputRequests = [.. entry.Open.Select(k => KeyValuePair.Create(k, (JsonNode?)Json(Questions.Confirmation())))] },
                _ when entry.DueAt > time.GetUtcNow() => task,
                { Complete: { } complete } => task with { Status = ExtensionTaskStatus.Completed, Result = Json(complete(entry.Answers)) },
                _ => task with { Status = ExtensionTaskStatus.Failed, Error = new JsonObject { ["code"] = -32603, ["message"] = "It broke." } },
            };
        }
    }

    private static JsonNode Json<T>(T value) => JsonSerializer.SerializeToNode(value, (JsonTypeInfo<T>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T)))!;

    private sealed class Entry
    {
        public DateTimeOffset CreatedAt { get; set; }

        public required DateTimeOffset DueAt { get; init; }

        /// <summary>Null: it breaks.</summary>
        public Func<IReadOnlyDictionary<string, InputResponse>, CallToolResult>? Complete { get; init; }

        public List<string> Open { get; init; } = [];

        public Dictionary<string, InputResponse> Answers { get; } = [];

        public bool IsCancelled { get; set; }
    }
}
