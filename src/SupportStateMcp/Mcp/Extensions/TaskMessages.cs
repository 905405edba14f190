using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Extensions;

/// <summary>
/// The messages of the extension <c>io.modelcontextprotocol/tasks</c> (SEP-2663): <c>tasks/get</c>, <c>tasks/update</c>, <c>tasks/cancel</c>, and the
/// answer of a call that goes on as a task. The SDK knows neither; these filters answer before it, and change what it answers.
/// </summary>
/// <param name="tasks">The tasks there are.</param>
/// <param name="limits">What a caller may have the server do.</param>
/// <param name="callers">Who calls.</param>
public sealed class TaskMessages(IExtensionTasks tasks, RateLimits limits, ConnectionCaller callers)
{
    /// <summary>Stands in an answer that is to become a task.</summary>
    private const string Mark = "supportstate/task";

    private static readonly string[] s_methods = ["tasks/get", "tasks/update", "tasks/cancel"];

    /// <summary>The id of the task that a request is about; null for any other request.</summary>
    public static string? TaskIdOf(JsonRpcRequest request) =>
        s_methods.Contains(request.Method) && (request.Params as JsonObject)?["taskId"] is JsonValue value && value.TryGetValue<string>(out var taskId) ? taskId : null;

    /// <summary>The answer of a tool whose call goes on as a task.</summary>
    public static CallToolResult Created(ExtensionTask task) => new() { Content = [], Meta = new JsonObject { [Mark] = task.ToCreated() } };

    /// <summary>Tells clients that the server has the extension, and adds the filters.</summary>
    public void AddTo(McpServerOptions options)
    {
        options.Capabilities!.AddExtension(ExtensionTask.Extension);
        options.Filters.Message.IncomingFilters.Add(Answer);
        options.Filters.Message.OutgoingFilters.Add(Change);
    }

    private McpMessageHandler Answer(McpMessageHandler next) => async (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is not JsonRpcRequest request || !s_methods.Contains(request.Method))
        {
            await next(context, cancellationToken);
            return;
        }

        await context.Server.SendMessageAsync(
            new JsonRpcResponse { Id = request.Id, Result = await ResultAsync(request, context, cancellationToken) }, cancellationToken);
    };

    /// <exception cref="McpException">The client has not declared the extension, or there is no such task.</exception>
    private async ValueTask<JsonObject> ResultAsync(JsonRpcRequest request, MessageContext context, CancellationToken cancellationToken)
    {
        if (!ExtensionTask.IsDeclaredBy(context))
        {
            throw new MissingRequiredClientCapabilityException(
                new ClientCapabilities { Extensions = new Dictionary<string, object> { [ExtensionTask.Extension] = new JsonObject() } },
                $"{request.Method} is for clients that declare the extension {ExtensionTask.Extension}.");
        }

        if (TaskIdOf(request) is not { } taskId)
            throw new McpProtocolException("taskId must be the id of a task, as a text.", McpErrorCode.InvalidParams);
        if (limits.CountsCalls && await limits.CallAsync(callers.Of(context).Actor, cancellationToken) is { } error)
            throw new McpProtocolException(McpErrorMessages.Of(error), McpErrorCode.InternalError);
        if (request.Method == "tasks/get")
            return (await tasks.FindAsync(taskId, context, cancellationToken) ?? throw Unknown(taskId)).ToDetailed();
        var isKnown = request.Method == "tasks/cancel"
            ? await tasks.CancelAsync(taskId, context, cancellationToken)
            : await tasks.UpdateAsync(taskId, Answers(request), context, cancellationToken);
        return isKnown ? new JsonObject { ["resultType"] = "complete" } : throw Unknown(taskId);
    }

    private static McpProtocolException Unknown(string taskId) =>
        new($"There is no task {taskId[..Math.Min(taskId.Length, 200)]}; its id is the taskId of the answer that it began with.", McpErrorCode.InvalidParams);

    private static Dictionary<string, InputResponse> Answers(JsonRpcRequest request)
    {
        if ((request.Params as JsonObject)?["inputResponses"] is not JsonObject sent)
            throw new McpProtocolException("inputResponses must be an object: the key of each inputRequest, and its answer.", McpErrorCode.InvalidParams);
        var answers = new Dictionary<string, InputResponse>(StringComparer.Ordinal);
        foreach (var (key, answer) in sent)
        {
            try
            {
                if (answer is JsonObject && answer.Deserialize((System.Text.Json.Serialization.Metadata.JsonTypeInfo<InputResponse>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(InputResponse))) is { } read)
                    answers[key] = read;
            }
            catch (JsonException)
            {
                // What cannot be read answers nothing.
            }
        }

        return answers;
    }

    private static McpMessageHandler Change(McpMessageHandler next) => (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is JsonRpcResponse { Result: JsonObject result } && (result["_meta"] as JsonObject)?[Mark] is JsonObject task)
        {
            var created = task.DeepClone().AsObject();
            result.Clear();
            foreach (var (name, value) in created)
                result[name] = value?.DeepClone();
        }

        return next(context, cancellationToken);
    };
}
