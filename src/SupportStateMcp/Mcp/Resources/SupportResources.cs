using System.ComponentModel;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>What a host can attach to a chat: the workflow, and each conversation with its history and trail.</summary>
[McpServerResourceType]
[Toolset(Toolsets.Conversations)]
public sealed class SupportResources(ConversationQueries queries, ConversationBriefs briefs, WorkflowDefinition workflow, Pipelines pipelines, TimeProvider time)
{
    public const string WorkflowUri = "support://workflow";
    public const string ConversationTemplate = "support://conversations/{conversation_id}";

    [McpServerResource(UriTemplate = WorkflowUri, Name = "workflow", Title = "The workflow of a support conversation", MimeType = "text/markdown")]
    [Description("The states of a support conversation and the moves between them, and the pipelines of tickets, as Mermaid diagrams and tables.")]
    public string Workflow()
    {
        var text = new StringBuilder("# Workflow of a support conversation\n\n```mermaid\n").Append(workflow.ToMermaid()).Append("```\n\n");
        text.Append("Profile: ").Append(workflow.Profile.Name).Append(workflow.Profile.Changed ? ", with parts of it configured.\n\n" : ".\n\n");
        if (!workflow.Enforced)
            text.Append("The state machine is switched off: any state may follow any other.\n\n");

        text.Append("| state | may be followed by | what to do |\n|---|---|---|\n");
        foreach (var state in workflow.States)
            text.Append(CultureInfo.InvariantCulture, $"| {state} | {Next(state)} | {workflow.Guidance(state)} |\n");

        foreach (var pipeline in pipelines.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# Pipeline {pipeline.Name}\n\n```mermaid\n{pipelines.Diagram(pipeline)}```\n\n| step | role | opens the tools | what to do |\n|---|---|---|---|\n");
            foreach (var step in pipeline.Steps)
                text.Append(CultureInfo.InvariantCulture, $"| {step.Name} | {step.Role} | {(step.Tools.Count == 0 ? "none" : string.Join(", ", step.Tools))} | {step.Instructions} |\n");
        }

        return AnswerText.Fit(text.ToString());
    }

    [McpServerResource(UriTemplate = ConversationTemplate, Name = "conversation", Title = "A support conversation", MimeType = "application/json")]
    [Description("The snapshot of a conversation, as get_state returns it.")]
    public async Task<ReadResourceResult> Conversation(
        RequestContext<ReadResourceRequestParams> request, string conversation_id, CancellationToken cancellationToken) =>
        Json(request, await queries.GetAsync(Id(conversation_id), cancellationToken),
            loaded => new ConversationView(loaded.Conversation!, loaded.ExpiresAt, workflow));

    [McpServerResource(UriTemplate = ConversationTemplate + "/history", Name = "history", Title = "The messages of a conversation", MimeType = "application/json")]
    [Description("The newest messages of a conversation that fit into 60,000 characters, in chronological order; get_history reads on.")]
    public async Task<ReadResourceResult> History(
        RequestContext<ReadResourceRequestParams> request, string conversation_id, CancellationToken cancellationToken) =>
        Json(request, await queries.GetHistoryAsync(Id(conversation_id), Limits.Page, null, null, Limits.AnswerCharacters, cancellationToken),
            page => HistoryView.Of(page, workflow, new AnswerSize()));

    [McpServerResource(UriTemplate = ConversationTemplate + "/events", Name = "events", Title = "The audit trail of a conversation", MimeType = "application/json")]
    [Description("The first events of a conversation that fit into 60,000 characters; get_events reads on.")]
    public async Task<ReadResourceResult> Events(
        RequestContext<ReadResourceRequestParams> request, string conversation_id, CancellationToken cancellationToken) =>
        Json(request, await queries.GetEventsAsync(Id(conversation_id), 0, Limits.Page, cancellationToken),
            page => EventsView.Of(page, workflow, new AnswerSize()));

    [McpServerResource(UriTemplate = ConversationTemplate + "/handoff", Name = "handoff", Title = "The handoff brief of a conversation", MimeType = "text/markdown")]
    [Description("What a person needs in half a minute to take over a conversation: who and how urgent, why, the summary, the open question, promises, approvals that wait, the last messages. The prompt handoff_brief makes it longer or shorter.")]
    public async Task<ReadResourceResult> Handoff(
        RequestContext<ReadResourceRequestParams> request, string conversation_id, CancellationToken cancellationToken) =>
        Shown(request, await briefs.ReadAsync(Id(conversation_id), HandoffBrief.Messages, cancellationToken), "text/markdown",
            brief => HandoffBrief.Write(brief, workflow, time.GetUtcNow(), HandoffBrief.DefaultTokens));

    /// <summary>The conversation a resource is about; null for any other resource.</summary>
    public static ConversationId? ConversationOf(string uri)
    {
        const string Start = "support://conversations/";
        if (!uri.StartsWith(Start, StringComparison.Ordinal))
            return null;

        var rest = uri[Start.Length..].Split('/');
        return rest.Length == 1 || (rest.Length == 2 && rest[1] is "history" or "events" or "handoff")
            ? ConversationId.TryParse(rest[0])
            : null;
    }

    private string Next(string state)
    {
        if (workflow.IsTerminal(state))
            return "nothing: terminal";

        var moves = workflow.AllowedFrom(state).Select(to => workflow.Label(state, to) is { } label ? $"{to} ({label})" : to);
        return (workflow.IsClosed(state) ? "closed; " : "") + string.Join(", ", moves);
    }

    private static ConversationId Id(string text) => ConversationId.TryParse(text)
        ?? throw new McpProtocolException(McpErrorMessages.Of(ArgumentText.NoConversation(text)), McpErrorCode.InvalidParams);

    private static ReadResourceResult Json<T, TShown>(
        RequestContext<ReadResourceRequestParams> request, Result<T> result, Func<T, TShown> show) =>
        Shown(request, result, "application/json", value => Encoding.UTF8.GetString(
            AnswerText.Fit(ViewJson.Bytes(show(value)))));

    private static ReadResourceResult Shown<T>(
        RequestContext<ReadResourceRequestParams> request, Result<T> result, string type, Func<T, string> show) =>
        result.TryGet(out var value, out var error)
            ? new ReadResourceResult
            {
                Contents = [new TextResourceContents { Uri = request.Params.Uri, MimeType = type, Text = show(value) }],
            }
            : throw Refused(error);

    // The protocol's own codes: resource not found up to 2025-11-25, invalid params from 2026-07-28 on; the SDK maps the one to the other.
    private static McpProtocolException Refused(Error error) => new(
        McpErrorMessages.Of(error),
        error.Code == ErrorCodes.NotFound ? McpErrorCode.ResourceNotFound : McpErrorCode.InternalError);
}
