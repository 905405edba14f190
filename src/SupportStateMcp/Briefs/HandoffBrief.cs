using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Briefs;

/// <summary>
/// What a person needs in half a minute to go on with a conversation, the most important first, in no more tokens than it may
/// take by the count of <see cref="TokenBudget"/>. What had to be left out is said.
/// </summary>
public static class HandoffBrief
{
    public const int DefaultTokens = 1_500;
    public const int MinTokens = 100;

    /// <summary>The longest that a brief may be: four characters a token are as many as an answer may have.</summary>
    public const int MaxTokens = Limits.AnswerCharacters / 4;


    /// <summary>How many messages are looked at; no budget has room for more.</summary>
    public const int Messages = 400;

    /// <summary>Writes the brief.</summary>
    /// <param name="brief">What there is to tell.</param>
    /// <param name="workflow">The workflow of the conversation.</param>
    /// <param name="now">The time.</param>
    /// <param name="maxTokens">How long it may be, <see cref="MinTokens"/> to <see cref="MaxTokens"/>.</param>
    public static string Write(ConversationBrief brief, WorkflowDefinition workflow, DateTimeOffset now, int maxTokens)
    {
        var c = brief.Conversation;
        // The last line tells of what was left out, whatever else there is.
        var footer = maxTokens / 10 + 20;
        var text = new TextBudget(maxTokens - footer);
        text.Add($"Handoff brief of {c.ConversationId}", maxTokens);
        text.Add(CustomerText.Notice, maxTokens);
        text.Add($"Customer {CustomerText.Of(c.UserId)}, ticket {c.TicketId}: status {SnakeCaseEnum.Of(c.TicketStatus)}, priority {SnakeCaseEnum.Of(c.Priority)}, state {c.State}, owner {c.Owner}.", maxTokens / 2);
        if (c.WaitingSince is { } since)
            text.Add($"Waiting for {DurationText.Of(now - since)}, since {DurationText.Instant(since)}.", maxTokens);
        foreach (var (line, percent) in Facts(brief))
            text.Add(line, maxTokens * percent / 100);
        text.Add("To do: " + GuidanceBuilder.Of(c, workflow), maxTokens / 8);

        var shown = new HistoryExcerpt(brief.Timeline, text.Left);
        if (shown.Lines.Count > 0)
            text.Add("What was said, oldest first:", maxTokens);
        foreach (var line in shown.Lines)
            text.Add(line, maxTokens);

        var rest = new TextBudget(footer);
        if (LeftOut(c, shown, text.IsShortened) is { } left)
            rest.Add(left, footer);
        return $"{text}\n{rest}".TrimEnd('\n');
    }

    /// <summary>What the packet and the conversation say, each with the share of the whole that it may take, in percent.</summary>
    private static IEnumerable<(string Line, int Percent)> Facts(ConversationBrief brief)
    {
        var c = brief.Conversation;
        var packet = c.Handoff;
        if (packet is not null)
        {
            yield return ($"Why a person: {CustomerText.Other(packet.Reason)} ({packet.By}, {DurationText.Instant(packet.At)})", 12);
            yield return ($"Summary: {CustomerText.Other(packet.Summary)}", 22);
        }
        else if (c.Description is not null)
        {
            yield return ($"Opened with: {CustomerText.Of(c.Description)}", 15);
        }

        if (packet?.OpenQuestion is { Length: > 0 } question)
            yield return ($"Open question: {CustomerText.Other(question)}", 12);
        else if (brief.Unanswered.Count > 0)
            yield return ($"Unanswered, in the customer's words: {string.Join(" / ", brief.Unanswered.Select(m => CustomerText.Of(m.Content)))}", 18);
        if (packet is { Promises.Count: > 0 })
            yield return ($"Promised: {string.Join("; ", packet.Promises.Select(CustomerText.Other))}", 8);
        if (packet is { Tried.Count: > 0 })
            yield return ($"Tried: {string.Join("; ", packet.Tried.Select(CustomerText.Other))}", 8);
        if (c.OpenTasks.Any())
            yield return ($"Under way: {string.Join(" / ", c.OpenTasks.Select(TaskText.Of))}", 14);
        if (c.HasPendingApprovals)
            yield return ($"Waiting for a decision: {string.Join("; ", c.PendingApprovals.Select(Pending))}", 14);
    }

    private static string Pending(Approval a) => string.Create(
        CultureInfo.InvariantCulture,
        $"{CustomerText.Other(a.Action)}{(a.Amount is { } amount ? $" of {amount}" : "")} until {DurationText.Instant(a.Deadline)} ({a.ApprovalId}): {CustomerText.Other(a.Reason)}");

    private static string? LeftOut(Conversation c, HistoryExcerpt shown, bool isShortened)
    {
        var older = (shown.Oldest ?? c.MessageCount + 1) - 1;
        return (older, isShortened || shown.IsShortened) switch
        {
            (0, false) => null,
            (0, true) => "Left out: what ends in … is shortened.",
            (_, false) => $"Left out: {older} older messages; get_history has them.",
            _ => $"Left out: {older} older messages, and what ends in …; get_history has it.",
        };
    }
}
