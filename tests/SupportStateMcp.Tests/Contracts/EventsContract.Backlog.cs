using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class EventsContract
{
    [Fact]
    public async Task What_one_process_is_telling_another_that_commits_does_not_tell_too()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var answers = Hold(receiver);
        var events = new EventOptions("/desk", [receiver.Sink()]);
        var (here, elsewhere) = (Create(events), Create(events));
        var (outbox, other) = (here.Get<RecordedOutbox>(), elsewhere.Get<RecordedOutbox>());
        await using var publishing = here.Get<EventPublisher>().Start();
        await using var publishingToo = elsewhere.Get<EventPublisher>().Start();

        await here.DoAsync(TestConversations.Initialize());
        await Eventually.TrueAsync(() => receiver.Requests == 1, () => "Nobody tells it.");
        await elsewhere.DoAsync(TestConversations.Message("m-1"));
        await Eventually.TrueAsync(() => other.Finds == 1, () => "Nobody looks it up.");
        answers.SetResult();

        await TakenOnceAsync(receiver, outbox, (int)await VersionAsync(here));
    }

    [Fact]
    public async Task What_a_process_came_to_too_late_its_next_commit_does_not_tell_before_it_may_be_taken_over()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [receiver.Sink("crm", false, EventTopics.CustomerRequests)]));
        var outbox = desk.Get<RecordedOutbox>();
        var finds = new TaskCompletionSource();
        outbox.BeforeFind = () => finds.Task;
        await using var publishing = desk.Get<EventPublisher>().Start();
        await desk.DoAsync(TestConversations.Initialize());
        await Eventually.TrueAsync(() => outbox.Asked == 1, () => "Nobody looks it up.");
        Time.Advance(OutboxSinks.Grace - TimeSpan.FromSeconds(1));
        await desk.DoAsync(TestConversations.Message("m-1"));

        finds.SetResult();
        await Eventually.TrueAsync(() => outbox.Finds == 2, () => $"{outbox.Finds} are looked up.");
        await desk.DoAsync(TestConversations.Initialize(TestConversations.Id("TKT-002")));

        Assert.Equal(["cs-TKT-002:1"], await receiver.IdsAsync(1));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["cs-TKT-002:1", $"{Id}:1", $"{Id}:3"], await receiver.IdsAsync(3));
    }

    [Fact]
    public async Task Two_processes_with_more_to_tell_than_the_sink_takes_in_time_tell_nothing_twice()
    {
        const int Conversations = 24;
        await using var receiver = await EventReceiver.StartAsync();
        var answers = Hold(receiver);
        // One event of each conversation.
        var events = new EventOptions("/desk", [receiver.Sink("crm", false, EventTopics.CustomerRequests)]);
        var (here, elsewhere) = (Create(events), Create(events));
        var (outbox, other) = (here.Get<RecordedOutbox>(), elsewhere.Get<RecordedOutbox>());
        var finds = new TaskCompletionSource();
        outbox.BeforeFind = () => finds.Task;
        await using var publishing = here.Get<EventPublisher>().Start();
        for (var n = 0; n < Conversations; n++)
            await here.DoAsync(TestConversations.Initialize(TestConversations.Id($"TKT-{n}")));
        await Eventually.TrueAsync(() => outbox.Asked == 8, () => $"{outbox.Asked} are begun.");

        // The process that has committed comes to none of them in time, and another one takes over what its workers can tell.
        Time.Advance(OutboxSinks.Grace);
        await using var publishingToo = elsewhere.Get<EventPublisher>().Start();
        await Eventually.TrueAsync(() => other.Looks > 0, () => "Nobody takes over.");
        Assert.InRange(other.Taken, 1, 10);
        finds.SetResult();
        await Eventually.TrueAsync(() => outbox.Finds >= 8, () => $"{outbox.Finds} are looked up.");
        answers.SetResult();

        await TakenOnceAsync(receiver, outbox, Conversations);
    }

    /// <summary>The receiver answers once this is done; no attempt ends before.</summary>
    private TaskCompletionSource Hold(EventReceiver receiver)
    {
        Time.Stretched = DeliveryAttempt.Timeout;
        var answers = new TaskCompletionSource();
        receiver.Answer = async context =>
        {
            await answers.Task.WaitAsync(context.RequestAborted);
            return StatusCodes.Status200OK;
        };
        return answers;
    }

    /// <summary>Waits until all is told: so many events, each once.</summary>
    private static async Task TakenOnceAsync(EventReceiver receiver, RecordedOutbox outbox, int count)
    {
        await receiver.IdsAsync(count);
        await Eventually.TrueAsync(
            async () => (await outbox.BacklogAsync(Sink, Stop)).Pending == 0 && receiver.Requests == receiver.Taken.Count, () => "There is something left to tell.");
        Assert.Equal(count, receiver.Taken.Select(t => t.Id).Distinct().Count());
        Assert.Equal(count, receiver.Taken.Count);
    }
}
