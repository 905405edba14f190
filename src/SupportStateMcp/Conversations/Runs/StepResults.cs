using System.Text.Json;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    /// <summary>How many different queries an analysis rests on at least.</summary>
    public const int LeastQueries = 3;

    /// <summary>What the customer is told where they are not entitled to support. No solution is in it, so nobody has to approve it.</summary>
    internal const string NotEntitledText = "Our records show no entitlement to support for your account, so we cannot work on this ticket. Please contact your account manager to add support to your plan, and refer to the ticket above; we will then go on with it.";

    /// <summary>What only the server puts into a result, from its records.</summary>
    private static readonly string[] s_serverFields = ["entitled", "support_entitlement", "customer", "system"];

    /// <summary>Why a step does not take this result, or null.</summary>
    private Error? ResultViolation(Conversation current, RunStep step, ConversationCommand.CompleteStep c)
    {
        var (definition, result) = (StepOf(current.Run!, step.Name), c.Result!.Value);
        // First, since a schema would only say that there is no such field.
        if (definition.Has(StepRequirement.Customer) && s_serverFields.FirstOrDefault(f => result.TryGetProperty(f, out _)) is { } field)
            return Error.InvalidArgument("result", $"it has no {field}: whether the customer is entitled, and who they are, the server takes from its records");
        if (definition.ResultSchema?.Violations(result) is { Count: > 0 } faults)
            return Error.InvalidArgument("result", $"it is as the result_schema of next_step describes it; {string.Join("; ", faults)}");
        if (definition.Has(StepRequirement.Research) && ResearchViolation(step, result) is { } thin)
            return thin;
        if (definition.Has(StepRequirement.Letter) && !TextOf(result, "message").Contains(current.TicketId, StringComparison.OrdinalIgnoreCase))
            return Error.InvalidArgument("result", $"its message names the ticket: {current.TicketId}");
        return NextOf(current.Run!, definition, new PipelineContext(c.Facts?.Entitled ?? current.Run!.Entitled, Result: result)) is { Step: { } next } && StepOf(current.Run!, next).Has(StepRequirement.Approval)
            ? ApprovalRoom(current)
            : null;
    }

    private static Error? ResearchViolation(RunStep step, JsonElement result)
    {
        var recorded = step.Research.Select(q => q.Digest).Distinct(StringComparer.Ordinal).Count();
        if (recorded < LeastQueries)
            return Error.InsufficientResearch(LeastQueries, recorded);
        if (TextOf(result, "solution").Trim().Length == 0)
            return Error.InvalidArgument("result", "its solution is the text that a person decides on");
        if (!result.TryGetProperty("citations", out var cited) || cited.ValueKind != JsonValueKind.Array || cited.GetArrayLength() == 0
            || cited.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String))
            return Error.InvalidArgument("result", "its citations are a list of the ids of articles, at least one");
        var returned = step.Research.SelectMany(q => q.Articles).ToHashSet(StringComparer.Ordinal);
        var unknown = cited.EnumerateArray().Select(a => a.GetString()!).Where(a => !returned.Contains(a)).Distinct(StringComparer.Ordinal).ToList();
        return unknown.Count > 0 ? Error.UnknownCitation(unknown) : null;
    }

    private static Error? ApprovalRoom(Conversation current) =>
        current.PendingApprovals.Count() >= MaxPendingApprovals || current.Approvals.Count(a => a.IsOpen) >= Conversation.MaxApprovals
            ? Error.TooManyApprovals(MaxPendingApprovals)
            : null;

    /// <summary>A step is done: what came of it is kept, and the run goes on.</summary>
    private Decision.Accepted Done(Conversation current, RunStep step, ConversationCommand.CompleteStep c, EventRecorder recorder)
    {
        var (definition, result) = (StepOf(current.Run!, step.Name), c.Result!.Value);
        var researches = definition.Has(StepRequirement.Research);
        if (definition.Has(StepRequirement.Letter))
            Send(current, step, TextOf(result, "message"), c, recorder);
        var facts = definition.Has(StepRequirement.Customer)
            ? c.Facts ?? throw new InvalidOperationException($"The step {step.Name} needs what the records say of the customer.")
            : null;
        recorder.Add(new ConversationEvent.StepCompleted
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Step = step.Name,
            Attempt = step.Attempt,
            Result = researches ? null : result,
            Entitled = facts?.Entitled,
            Customer = facts?.Customer,
            System = facts?.System,
        });
        if (researches)
            recorder.Add(new ConversationEvent.SolutionReady { Version = recorder.Next, At = recorder.Now, Actor = c.Actor, Analysis = result });
        MoveTo(definition.State, c, recorder);
        Follow(recorder, definition, new PipelineContext(recorder.Current.Run!.Entitled, Result: result));
        return recorder.Accepted;
    }

    /// <summary>The letter: what the worker wrote, then the approved text, word for word, whose approval is used with it.</summary>
    private static void Send(Conversation current, RunStep step, string message, ConversationCommand.CompleteStep c, EventRecorder recorder)
    {
        var approval = LetterText.ApprovalOf(current);
        var text = LetterText.Of(current)
            ?? throw new InvalidOperationException($"The run {current.Run!.InstanceId} has no granted approval: nothing is sent without one.");
        TakeOver(recorder, c);
        recorder.AppendMessage(new MessageDraft(
            $"{MessageDraft.ReservedIdPrefix}letter-{current.Run!.InstanceId}", MessageRole.Assistant, $"{message.TrimEnd()}\n\n{text}")
        {
            InReplyTo = recorder.Current.Unanswered is [.., var last] ? last.Number : null,
        });
        if (approval is not null)
        {
            recorder.Add(new ConversationEvent.ApprovalUsed
            {
                Version = recorder.Next, At = recorder.Now, Actor = ServerActors.Pipeline, ApprovalId = approval.ApprovalId, Digest = approval.Digest, UseKey = current.Run.InstanceId,
            });
        }
    }

    private static string TextOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
