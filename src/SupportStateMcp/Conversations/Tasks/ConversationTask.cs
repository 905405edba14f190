using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

/// <summary>
/// What an agent has taken on in a conversation, with its plan: which steps are done, which are left. It belongs to the conversation: the same
/// version, the same commit, so that another agent goes on where this one stopped.
/// </summary>
public sealed partial record ConversationTask
{
    /// <summary>What a task's id looks like: eight hexadecimal digits, then the ticket's id, so that it leads to its conversation.</summary>
    public const string Pattern = "^task-[0-9a-f]{8}-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

    /// <summary>The same in words.</summary>
    public const string Words = "the id of a task, as create_task returned it, for example task-0f3a9c21-TKT-001";

    public required string TaskId { get; init; }

    /// <summary>What is to be reached.</summary>
    public required string Goal { get; init; }

    public required TaskState State { get; init; }

    /// <summary>The steps that are done, in the order in which they were done.</summary>
    public IReadOnlyList<string> Completed { get; init; } = [];

    /// <summary>The steps that are left, the next one first.</summary>
    public IReadOnlyList<string> Open { get; init; } = [];

    /// <summary>What agents keep with the task, by key.</summary>
    public IReadOnlyDictionary<string, JsonElement> Data { get; init; } = Conversation.EmptyMetadata;

    /// <summary>What it waits for, in the words of who let it wait; null where it does not wait.</summary>
    public string? WaitsFor { get; init; }

    public required Actor CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The version of the conversation in which it last changed.</summary>
    public required long ChangedIn { get; init; }

    /// <summary>True while there is something left to do.</summary>
    [JsonIgnore]
    public bool IsOpen => State != TaskState.Done;

    /// <summary>The step that is to be done now; null where there is none, or the task waits.</summary>
    [JsonIgnore]
    public string? CurrentStep => State == TaskState.Executing && Open.Count > 0 ? Open[0] : null;

    /// <summary>What can happen to it now.</summary>
    [JsonIgnore]
    public IReadOnlyList<TaskTrigger> Permitted => TaskMachine.Permitted(State, Open.Count);

    /// <summary>The task without what it says about the customer; what remains of it after an erasure.</summary>
    public ConversationTask Redacted() => this with
    {
        Goal = Conversation.ErasedMark,
        Completed = [.. Completed.Select(_ => Conversation.ErasedMark)],
        Open = [.. Open.Select(_ => Conversation.ErasedMark)],
        Data = Conversation.EmptyMetadata,
        WaitsFor = null,
    };

    /// <summary>The id of a task that is created in a conversation: derived from what and when, so that the same decision gives the same id, and no later life of the ticket has it.</summary>
    public static string IdOf(Conversation before, string goal, DateTimeOffset now)
    {
        var seed = string.Create(CultureInfo.InvariantCulture, $"{before.ConversationId}|{before.Life}|{before.Version}|{now.UtcTicks}|{goal}");
        return $"task-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 4))}-{before.TicketId}";
    }

    /// <summary>The conversation a task belongs to; null where the id is not well-formed.</summary>
    public static ConversationId? ConversationOf(string? taskId) =>
        taskId is not null && IdRegex().IsMatch(taskId) ? ConversationId.OfTicket(taskId["task-00000000-".Length..]) : null;

    // \z, not $: a trailing newline is no part of an id.
    [GeneratedRegex(@"^task-[0-9a-f]{8}-[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdRegex();
}
