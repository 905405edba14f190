using SupportStateMcp.Conversations;

namespace SupportStateMcp.Events;

/// <summary>What events are about, for who subscribes; stable API.</summary>
public static class EventTopics
{
    /// <summary>What customers ask for and say.</summary>
    public const string CustomerRequests = "customer.requests";

    /// <summary>What agents and people at the desk do.</summary>
    public const string AgentActions = "agent.actions";

    /// <summary>What is asked of people, and how they decide.</summary>
    public const string HumanApprovals = "human.approvals";

    /// <summary>How work ends, and what runs out.</summary>
    public const string SystemAnalytics = "system.analytics";

    /// <summary>What the customer hears from the desk.</summary>
    public const string NotificationsOutbound = "notifications.outbound";

    /// <summary>All topics.</summary>
    public static IReadOnlyList<string> All { get; } = [CustomerRequests, AgentActions, HumanApprovals, SystemAnalytics, NotificationsOutbound];

    /// <summary>The topic of an event; each has exactly one.</summary>
    public static string Of(ConversationEvent e) => e switch
    {
        ConversationEvent.Initialized or ConversationEvent.FollowUpOpened or ConversationEvent.RunStarted => CustomerRequests,
        ConversationEvent.MessageAdded { Role: MessageRole.User } => CustomerRequests,
        ConversationEvent.MessageAdded { Role: MessageRole.Assistant, Visibility: Visibility.Public } => NotificationsOutbound,
        ConversationEvent.ApprovalEvent or ConversationEvent.RunWaitingApproval => HumanApprovals,
        ConversationEvent.RunCompleted or ConversationEvent.RunFailed or ConversationEvent.RunTerminated or ConversationEvent.StepFailed
            or ConversationEvent.StepLeaseExpired or ConversationEvent.Erased => SystemAnalytics,
        _ => AgentActions,
    };
}
