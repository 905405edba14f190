using System.Reflection;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;

namespace SupportStateMcp.Tests.Events;

public sealed class EventTopicsTests
{
    /// <summary>Whatever happens has a topic; a new sort of event is looked at here before it is told to anybody.</summary>
    [Fact]
    public void Every_sort_of_event_has_its_topic() => Assert.Equal(
        """
        agent.actions: checkpoint_set, conversation_escalated, fork_announced, fork_opened, lease_extended, metadata_updated, owner_changed, queries_recorded, rolled_back, solution.ready, state_transitioned, step_completed, step_leased, step_ready, summary_saved, task_advanced, task_created, task_planned
        customer.requests: conversation_initialized, follow_up_opened, message_added, run_started
        human.approvals: approval_decided, approval_expired, approval_requested, approval_used, run_waiting_approval
        system.analytics: conversation_erased, lease_expired, run_completed, run_failed, run_terminated, step_failed
        """.ReplaceLineEndings(),
        string.Join(Environment.NewLine, typeof(ConversationEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Select(a => (Name: (string)a.TypeDiscriminator!, Topic: EventTopics.Of((ConversationEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(a.DerivedType))))
            .GroupBy(e => e.Topic).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Name).Order(StringComparer.Ordinal))}")));

    [Theory]
    [InlineData(MessageRole.User, Visibility.Public, EventTopics.CustomerRequests)]
    [InlineData(MessageRole.Assistant, Visibility.Public, EventTopics.NotificationsOutbound)]
    [InlineData(MessageRole.Assistant, Visibility.Internal, EventTopics.AgentActions)]
    [InlineData(MessageRole.Tool, Visibility.Public, EventTopics.AgentActions)]
    [InlineData(MessageRole.System, Visibility.Public, EventTopics.AgentActions)]
    public void A_message_belongs_to_who_hears_it(MessageRole role, Visibility visibility, string topic) => Assert.Equal(topic, EventTopics.Of(new ConversationEvent.MessageAdded
    {
        Version = 1, At = DateTimeOffset.UnixEpoch, Actor = Conversation.Clock, MessageId = "m", Number = 1, Role = role, Visibility = visibility, ContentDigest = "",
    }));

    [Theory]
    [InlineData("cs-TKT-001:7", "cs-TKT-001", 7)]
    [InlineData("cs-TKT-001", null, 0)]
    [InlineData("cs-TKT-001:0", null, 0)]
    [InlineData("cs-TKT-001:-1", null, 0)]
    [InlineData("TKT-001:1", null, 0)]
    [InlineData(":1", null, 0)]
    [InlineData("cs-a b:1", null, 0)]
    public void An_id_names_a_conversation_and_a_version(string text, string? conversation, long version)
    {
        var parsed = CloudEvent.ParseId(text);

        Assert.Equal((conversation, version), (parsed?.Id.Value, parsed?.Version ?? 0));
    }
}
