using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>A conversation with what a person needs to go on with it: its last messages, and what waits for a decision in full.</summary>
public sealed record ConversationDetailsView : ConversationView
{
    public ConversationDetailsView() { }

    /// <param name="page">The conversation and its last messages.</param>
    /// <param name="expiresAt">When the conversation will be gone unless it changes again.</param>
    /// <param name="workflow">The workflow that it follows.</param>
    [SetsRequiredMembers]
    public ConversationDetailsView(HistoryPage page, DateTimeOffset? expiresAt, WorkflowDefinition workflow)
        : base(page.Conversation, expiresAt, workflow)
    {
        OwnerSince = page.Conversation.OwnerSince;
        Approvals = [.. page.Conversation.PendingApprovals.Select(a => new ApprovalView(a, page.Conversation))];
        Messages = [.. page.Messages.Select(MessageView.Of)];
    }

    /// <summary>The same, told as the past.</summary>
    public ConversationDetailsView As(ConversationThen past) => this with { CurrentVersion = past.Now.Version, Guidance = GuidanceOf(past) };

    [Description("Since when the owner has the conversation.")]
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset OwnerSince { get; init; }

    [Description("The approvals of the conversation that wait for a decision.")]
    public required IReadOnlyList<ApprovalView> Approvals { get; init; }

    [Description("The last messages, in chronological order.")]
    public required IReadOnlyList<MessageView> Messages { get; init; }
}
