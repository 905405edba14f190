using System.Globalization;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Extensions;

/// <summary>
/// Something that goes on beyond a call, as the extension <c>io.modelcontextprotocol/tasks</c> has it (SEP-2663). Its id is that of what it stands
/// for, so that any instance answers for it.
/// </summary>
public sealed record ExtensionTask
{
    /// <summary>The name of the extension.</summary>
    public const string Extension = "io.modelcontextprotocol/tasks";

    /// <summary>How long a client waits between two looks, in milliseconds.</summary>
    private const int PollInterval = 2_000;

    public required string TaskId { get; init; }

    public required ExtensionTaskStatus Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>For how long from its creation it is worth asking for; null where nobody can say.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>What it is waiting for, in a sentence.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>What the call would have answered; where it is completed.</summary>
    public JsonNode? Result { get; init; }

    /// <summary>A JSON-RPC error; where it failed.</summary>
    public JsonNode? Error { get; init; }

    /// <summary>What is asked of the person in front of the host, by key; where it waits for input.</summary>
    public JsonObject? InputRequests { get; init; }

    /// <summary>True where a client declares that it knows the extension.</summary>
    public static bool IsDeclaredBy(MessageContext call) => call.ClientExtension(Extension) is not null;

    /// <summary>The answer to the call that it began with.</summary>
    public JsonObject ToCreated() => Base("task");

    /// <summary>The answer to <c>tasks/get</c>.</summary>
    public JsonObject ToDetailed()
    {
        var task = Base("complete");
        if (Status == ExtensionTaskStatus.Completed)
            task["result"] = Result?.DeepClone();
        if (Status == ExtensionTaskStatus.Failed)
            task["error"] = Error?.DeepClone();
        if (Status == ExtensionTaskStatus.InputRequired)
            task["inputRequests"] = InputRequests?.DeepClone();
        return task;
    }

    private JsonObject Base(string resultType)
    {
        var task = new JsonObject
        {
            ["resultType"] = resultType,
            ["taskId"] = TaskId,
            ["status"] = Primitives.SnakeCaseEnum.Of(Status),
            ["createdAt"] = Text(CreatedAt),
            ["lastUpdatedAt"] = Text(LastUpdatedAt),
            ["ttlMs"] = TimeToLive is { } ttl ? (long)ttl.TotalMilliseconds : null,
            ["pollIntervalMs"] = PollInterval,
        };
        if (StatusMessage is not null)
            task["statusMessage"] = StatusMessage;
        return task;
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}

/// <summary>How it stands with a task.</summary>
public enum ExtensionTaskStatus
{
    Working,
    InputRequired,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>The tasks that a server has.</summary>
public interface IExtensionTasks
{
    /// <summary>A task as it stands; null where there is none that the caller may see.</summary>
    ValueTask<ExtensionTask?> FindAsync(string taskId, MessageContext request, CancellationToken cancellationToken);

    /// <summary>Takes what the person in front of the host said; false where there is no such task. An answer to a question that does not stand any more counts for nothing.</summary>
    ValueTask<bool> UpdateAsync(string taskId, IDictionary<string, InputResponse> answers, MessageContext request, CancellationToken cancellationToken);

    /// <summary>The client does not wait any more; false where there is no such task.</summary>
    ValueTask<bool> CancelAsync(string taskId, MessageContext request, CancellationToken cancellationToken);
}
