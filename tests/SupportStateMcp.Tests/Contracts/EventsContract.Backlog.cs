using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class EventsContract
{
    [Fact]
    public async Task Two_processes_with_more_to_tell_than_the_sink_takes_in_time_tell_nothing_twice()
    {
        const int Conversations = 24;
        await using var receiver = await EventReceiver.StartAsync();
        var answers = new TaskCompletionSource();
        receiver.Answer = async context =>
        {
            await answers.Task.WaitAsync(context.RequestAborted);
            return StatusCodes.Status200OK;
        };
        // One event of each conversation.
        var events = new EventOptions("/desk", [receiver.Sink("crm", false, EventTopics.CustomerRequests)]);
        var (here, elsewhere) = (Create(events), Create(events));
        var (outbox, other) = (here.Get<RecordedOutbox>(), elsewhere.Get<RecordedOutbox>());
        var finds = new TaskCompletionSource();
        outbox.BeforeFind = () => finds.Task;
        await using var publishing = here.Get<EventPublisher>().Start();
        for (var n = 0; n < Conversations; n++)
            await here.DoAsync(TestConversations.Initialize(TestConversations.Id($"TKT-{n}")));

        // The process that has committed comes to none of them in time, and another one takes over what its workers can tell.
        Time.Advance(OutboxSinks.Grace);
        await using var publishingToo = elsewhere.Get<EventPublisher>().Start();
        await Eventually.TrueAsync(() => other.Looks > 0, () => "Nobody takes over.");
        Assert.InRange(other.Taken, 1, 10);
        finds.SetResult();
        await Eventually.TrueAsync(() => outbox.Finds >= 8, () => $"{outbox.Finds} are looked up.");
        answers.SetResult();

        await receiver.IdsAsync(Conversations);
        await Eventually.TrueAsync(
            async () => (await outbox.BacklogAsync("crm", Stop)).Pending == 0 && receiver.Requests == receiver.Taken.Count, () => "There is something left to tell.");
        Assert.Equal(Conversations, receiver.Taken.Select(t => t.Id).Distinct().Count());
        Assert.Equal(Conversations, receiver.Taken.Count);
    }
}
