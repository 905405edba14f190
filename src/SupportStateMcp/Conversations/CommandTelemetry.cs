using System.Diagnostics;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>What is measured of commands and their events.</summary>
internal static class CommandTelemetry
{
    /// <summary>The span of a command; null while nobody traces.</summary>
    public static Activity? Begin(ConversationCommand command) =>
        Telemetry.Traces.StartActivity(NameOf(command)) is { } span ? span.SetTag("supportstate.conversation_id", command.Id.Value) : null;

    /// <summary>Counts what a commit changed.</summary>
    public static void Committed(ConversationCommand command, Commit commit)
    {
        Telemetry.Commits.Add(1, new KeyValuePair<string, object?>("command", NameOf(command)));
        foreach (var @event in commit.Events)
        {
            switch (@event)
            {
                case ConversationEvent.Transitioned transitioned:
                    Telemetry.Transitions.Add(1, new("from", transitioned.From), new("to", transitioned.To));
                    break;
                case ConversationEvent.ApprovalRequested requested:
                    Approval("requested");
                    // The policy may have granted it at once.
                    if (commit.After.Approvals.FirstOrDefault(a => a.ApprovalId == requested.ApprovalId)?.Status == ApprovalStatus.Granted)
                        Approval("granted");
                    break;
                case ConversationEvent.ApprovalDecided { Status: not ApprovalStatus.Pending } decided:
                    Approval(SnakeCaseEnum.Of(decided.Status));
                    break;
                case ConversationEvent.ApprovalUsed:
                    Approval("used");
                    break;
                case ConversationEvent.ApprovalExpired:
                    Approval("expired");
                    break;
                case ConversationEvent.StepCompleted completed:
                    Ended(commit, completed, "completed");
                    break;
                case ConversationEvent.StepFailed failed:
                    Ended(commit, failed, "failed");
                    break;
                case ConversationEvent.StepLeaseExpired expired:
                    Ended(commit, expired, "lease_expired");
                    break;
            }
        }
    }

    private static void Approval(string status) => Telemetry.Approvals.Add(1, new KeyValuePair<string, object?>("status", status));

    private static void Ended(Commit commit, ConversationEvent.StepEvent ended, string outcome)
    {
        if (commit.Before?.Run?.Step(ended.Step) is { StartedAt: { } started } step)
            Telemetry.StepDuration.Record((ended.At - started).TotalSeconds, new("role", step.Role), new("outcome", outcome));
    }

    private static string NameOf(ConversationCommand command) => command.GetType().Name;
}
