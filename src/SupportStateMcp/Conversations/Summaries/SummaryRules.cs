using System.Globalization;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    /// <summary>A summary only ever covers more: one that was made of an older history does not replace a newer one.</summary>
    private static Decision Save(Conversation current, ConversationCommand.SaveSummary c, EventRecorder recorder)
    {
        var covered = current.Summary?.Through ?? 0;
        if (c.Through == covered && c.Summary == current.Summary?.Text)
            return new Decision.Unchanged();
        if (c.Through <= covered || c.Through > current.MessageCount)
        {
            return Refuse(Error.InvalidArgument("through_number", covered >= current.MessageCount
                ? string.Create(CultureInfo.InvariantCulture, $"the summary covers all {current.MessageCount} messages already: save one after the next message")
                : string.Create(CultureInfo.InvariantCulture, $"it is the number of a message, from {covered + 1}, after those that the summary covers already, to {current.MessageCount}")));
        }

        recorder.Add(new ConversationEvent.SummarySaved
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Through = c.Through,
            Summary = c.Summary,
        });
        return recorder.Accepted;
    }
}
