using System.ComponentModel;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>The views that hosts with the extension <c>io.modelcontextprotocol/ui</c> show beside the answer of a tool.</summary>
[McpServerResourceType]
[Toolset(Toolsets.Conversations)]
public sealed class AppResources(IAppDocuments documents, ConnectionCaller callers)
{
    public const string ApprovalUri = "ui://support/approval.html";
    public const string ConversationUri = "ui://support/conversation.html";

    /// <summary>How a host frames it: no address may be asked for anything.</summary>
    private const string Frame = """{"csp":{"connectDomains":[],"resourceDomains":[],"frameDomains":[],"baseUriDomains":[]},"prefersBorder":true}""";

    private static readonly Requirement s_decision = Requirement.Of(typeof(ConversationCommand.DecideApproval))!;

    [McpServerResource(UriTemplate = ApprovalUri, Name = "approval_view", Title = "An approval, to look at", MimeType = AppsExtension.MimeType)]
    [Description("Shows what get_approval, request_approval and list_pending_approvals answer.")]
    [McpMeta("ui", JsonValue = Frame)]
    public ReadResourceResult Approval(RequestContext<ReadResourceRequestParams> request) => Read(request, AppView.Approval);

    [McpServerResource(UriTemplate = ConversationUri, Name = "conversation_view", Title = "A conversation, to look at", MimeType = AppsExtension.MimeType)]
    [Description("Shows what get_state answers, with the messages and the trail of the conversation.")]
    [McpMeta("ui", JsonValue = Frame)]
    public ReadResourceResult Conversation(RequestContext<ReadResourceRequestParams> request) => Read(request, AppView.Conversation);

    private ReadResourceResult Read(RequestContext<ReadResourceRequestParams> request, AppView view) => new()
    {
        Contents =
        [
            new TextResourceContents
            {
                Uri = request.Params.Uri,
                MimeType = AppsExtension.MimeType,
                Text = documents.Write(view, decides: s_decision.IsMetBy(callers.Of(request))),
                Meta = new JsonObject { ["ui"] = JsonNode.Parse(Frame) },
            },
        ],
        // It says who reads it.
        CacheScope = CacheScope.Private,
    };
}
