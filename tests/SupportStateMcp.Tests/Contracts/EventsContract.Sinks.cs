using System.Globalization;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class EventsContract
{
    [Fact]
    public async Task A_sink_is_told_of_each_conversation_in_order_and_of_its_topics_alone()
    {
        await using var receiver = await EventReceiver.StartAsync();
        await using var approvals = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [receiver.Sink(), approvals.Sink("approvals", topics: EventTopics.HumanApprovals)]));
        await using var publishing = desk.Get<EventPublisher>().Start();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(async n =>
        {
            var id = TestConversations.Id($"TKT-{n}");
            await desk.DoAsync(TestConversations.Initialize(id));
            for (var m = 0; m < 10; m++)
                await desk.DoAsync(TestConversations.Message($"m-{m}", id: id));
        }));
        await desk.DoAsync(new ConversationCommand.RequestApproval
        {
            Id = TestConversations.Id("TKT-0"), Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Action = "refund", Reason = "broken", Amount = 600, ExpiresIn = TimeSpan.FromHours(1),
            Arguments = System.Text.Json.JsonElement.Parse("{}"),
        });

        var total = 0;
        for (var n = 0; n < 5; n++)
            total += (int)(await desk.Conversations.LoadAsync(TestConversations.Id($"TKT-{n}"), null, Stop)).Conversation!.Version;
        var ids = await receiver.IdsAsync(total);
        for (var n = 0; n < 5; n++)
        {
            var versions = ids.Select(CloudEvent.ParseId).Where(i => i!.Value.Id.TicketId == $"TKT-{n}").Select(i => i!.Value.Version).ToList();
            Assert.Equal(Enumerable.Range(1, versions.Count).Select(v => (long)v), versions);
        }

        var asked = Assert.Single((await approvals.IdsAsync(1)).Zip(approvals.Taken)).Second;
        Assert.Equal("approval_requested refund human.approvals TKT-0", $"{asked.Json["data"]!["event_type"]} {asked.Json["data"]!["action"]} {asked.Json["topic"]} {asked.Json["data"]!["request_id"]}");
    }

    [Fact]
    public async Task A_sink_that_is_down_for_an_hour_gets_everything_in_order_and_one_that_hangs_delays_no_other()
    {
        await using var down = await EventReceiver.StartAsync();
        await using var hangs = await EventReceiver.StartAsync();
        await using var works = await EventReceiver.StartAsync();
        down.Answer = _ => Task.FromResult(StatusCodes.Status503ServiceUnavailable);
        hangs.Answer = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return StatusCodes.Status500InternalServerError;
        };
        var desk = Create(new EventOptions("/desk", [down.Sink("down"), hangs.Sink("hangs"), works.Sink("works")]));
        await using var publishing = desk.Get<EventPublisher>().Start();

        await desk.DoAsync(TestConversations.Initialize());
        for (var m = 0; m < 5; m++)
            await desk.DoAsync(TestConversations.Message($"m-{m}"));
        var version = (int)await VersionAsync(desk);
        await works.IdsAsync(version);
        var outbox = desk.Get<RecordedOutbox>();
        // The second attempt comes 5 s after the first.
        await Eventually.TrueAsync(
            async () => (await outbox.BacklogAsync("works", Stop)).Pending == 0 && (await outbox.BacklogAsync("down", Stop)).OldestDue <= Time.GetUtcNow().AddSeconds(5),
            () => "Nobody has tried.");
        Assert.Empty(down.Taken);

        down.Answer = _ => Task.FromResult(StatusCodes.Status200OK);
        Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(Enumerable.Range(1, version).Select(v => $"{Id}:{v}"), await down.IdsAsync(version));
        Assert.Equal(version, works.Taken.Count);
        Assert.Empty(hangs.Taken);
    }

    [Fact]
    public async Task What_is_refused_six_times_becomes_a_dead_letter_the_next_goes_on_and_it_can_be_delivered_again()
    {
        await using var receiver = await EventReceiver.StartAsync();
        receiver.Answer = context => Task.FromResult(
            context.Request.Headers["webhook-id"] == $"{Id}:2" ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
        var desk = Create(new EventOptions("/desk", [receiver.Sink()]));
        var deliveries = desk.Get<EventDeliveries>();
        await using var publishing = desk.Get<EventPublisher>().Start();

        await desk.DoAsync(TestConversations.Initialize(), TestConversations.Message("m-1"), TestConversations.Message("m-2"));
        var version = await VersionAsync(desk);
        // The first attempt comes at once, the others after 5 s, 1 min, 10 min, 1 h and 6 h.
        var outbox = desk.Get<RecordedOutbox>();
        string[] waits = ["00:00:05", "00:01:00", "00:10:00", "01:00:00", "06:00:00"];
        for (var n = 0; n < waits.Length; n++)
        {
            var attempt = n + 1;
            await Eventually.TrueAsync(() => outbox.Postponed == attempt, () => $"Attempt {attempt} is not made.");
            Assert.Equal([$"{Id}:1"], receiver.Taken.Select(t => t.Id));
            Time.Advance(TimeSpan.ParseExact(waits[n], "c", CultureInfo.InvariantCulture) - TimeSpan.FromSeconds(1));
            Assert.Null(await outbox.FindAsync("crm", Id, Stop));
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(1, (int)version).Where(v => v != 2).Select(v => $"{Id}:{v}"), await receiver.IdsAsync((int)version - 1));
        var letter = Assert.Single(await deliveries.DeadLettersAsync(null, Stop));
        Assert.Equal(("crm", $"{Id}:2", 6, "It answered with status 422."), (letter.Sink, letter.EventId, letter.Attempts, letter.Reason));
        Assert.Empty(await deliveries.DeadLettersAsync("other", Stop));

        Assert.Equal("It answered with status 422.", (await deliveries.RedeliverAsync(letter, Stop)).Failure);
        Assert.Single(await deliveries.DeadLettersAsync("crm", Stop));
        receiver.Answer = _ => Task.FromResult(StatusCodes.Status200OK);
        Assert.Null((await deliveries.RedeliverAsync(letter, Stop)).Failure);
        Assert.Empty(await deliveries.DeadLettersAsync("crm", Stop));
        Assert.Equal($"{Id}:2", receiver.Taken.Last().Id);
    }

    [Fact]
    public async Task A_sink_that_asks_for_time_gets_it()
    {
        await using var receiver = await EventReceiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers.RetryAfter = "600";
            return Task.FromResult(StatusCodes.Status429TooManyRequests);
        };
        var desk = Create(new EventOptions("/desk", [receiver.Sink()]));
        await using var publishing = desk.Get<EventPublisher>().Start();
        await desk.DoAsync(TestConversations.Initialize());
        await Eventually.TrueAsync(() => desk.Get<RecordedOutbox>().Postponed == 1, () => "It is not tried.");
        receiver.Answer = _ => Task.FromResult(StatusCodes.Status200OK);

        Time.Advance(TimeSpan.FromSeconds(599));
        Assert.Empty(await desk.Get<IConversationOutbox>().TakeDueAsync("crm", Time.GetUtcNow(), 10, Stop));
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains($"{Id}:1", await receiver.IdsAsync(1));
    }

    [Fact]
    public async Task Content_goes_to_the_subscription_that_asks_for_it_alone()
    {
        await using var with = await EventReceiver.StartAsync();
        await using var without = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [with.Sink("with", withContent: true), without.Sink("without")]));
        await using var publishing = desk.Get<EventPublisher>().Start();

        await desk.DoAsync(TestConversations.Initialize(description: "a secret problem"), TestConversations.Message("m-1", "a secret message"));

        var version = (int)await VersionAsync(desk);
        await Task.WhenAll(with.IdsAsync(version), without.IdsAsync(version));
        Assert.Equal("a secret message", (string?)with.Taken.Single(t => (string?)t.Json["data"]!["event_type"] == "message_added").Json["data"]!["content"]);
        Assert.DoesNotContain(without.Taken, t => t.Json.ToJsonString().Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sink_that_throws_what_nobody_foresaw_is_tried_again()
    {
        await using var bus = new ThrowingBus();
        var desk = Create(new EventOptions("/desk", [new SinkOptions(new EventSubscription("log", [EventTopics.CustomerRequests], false)) { Bus = new BusOptions(bus, null) }]));
        await using var publishing = desk.Get<EventPublisher>().Start();
        // More than are told at a time.
        var ids = Enumerable.Range(0, 20).Select(n => TestConversations.Id($"TKT-{n}")).ToList();
        foreach (var id in ids)
            await desk.DoAsync(TestConversations.Initialize(id));
        await Eventually.TrueAsync(() => desk.Get<RecordedOutbox>().Postponed >= ids.Count, () => $"{desk.Get<RecordedOutbox>().Postponed} are tried.");

        bus.Throws = false;
        Time.Advance(TimeSpan.FromSeconds(5));

        await Eventually.TrueAsync(() => bus.Keys.Distinct().Count() == ids.Count, () => string.Join(' ', bus.Keys));
    }

    [Fact]
    public async Task What_a_slow_sink_is_being_told_nobody_else_takes_over()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [receiver.Sink()]));
        var elsewhere = Create().Get<IConversationOutbox>();
        var takenOver = 0;
        receiver.Answer = async _ =>
        {
            Time.Advance(TimeSpan.FromSeconds(6));
            takenOver += (await elsewhere.TakeDueAsync("crm", Time.GetUtcNow(), 10, Stop)).Count;
            return StatusCodes.Status200OK;
        };
        await desk.DoAsync(TestConversations.Initialize());
        for (var m = 0; m < 5; m++)
            await desk.DoAsync(TestConversations.Message($"m-{m}"));
        var version = (int)await VersionAsync(desk);
        Time.Advance(OutboxSinks.Grace);

        await using var publishing = desk.Get<EventPublisher>().Start();

        Assert.Equal(Enumerable.Range(1, version).Select(v => $"{Id}:{v}"), await receiver.IdsAsync(version));
        Assert.Equal(0, takenOver);
    }

    [Fact]
    public async Task A_dead_letter_stands_for_an_event_and_not_for_another_conversation_of_the_same_ticket()
    {
        await using var receiver = await EventReceiver.StartAsync();
        var desk = Create(new EventOptions("/desk", [receiver.Sink()]));
        var (deliveries, letters) = (desk.Get<EventDeliveries>(), desk.Get<DeadLetters>());
        await desk.DoAsync(TestConversations.Initialize());
        var e = Assert.Single(await desk.Get<EventReader>().ReadAsync(Id, 0, 1, Stop));
        var letter = new DeadLetter { Sink = "crm", EventId = e.Id, EventTime = e.Time.AddDays(-1), Attempts = 6, Reason = "It was down.", FailedAt = Time.GetUtcNow() };

        await letters.AddAsync(letter, Stop);
        Assert.Equal("The conversation is gone; so is its dead letter.", (await deliveries.RedeliverAsync(letter, Stop)).Failure);
        Assert.Empty(await letters.ListAsync(null, Stop));
        Assert.Empty(receiver.Taken);

        await letters.AddAsync(letter with { EventTime = e.Time }, Stop);
        Assert.Null((await deliveries.RedeliverAsync(Assert.Single(await letters.ListAsync(null, Stop)), Stop)).Failure);
        Assert.Equal(e.Id, Assert.Single(receiver.Taken).Id);
    }

    [Fact]
    public async Task Dead_letters_go_after_thirty_days()
    {
        var desk = Create();
        var letters = desk.Get<DeadLetters>();
        foreach (var (version, age) in ((int, int)[])[(1, 31), (2, 29)])
            await letters.AddAsync(new DeadLetter { Sink = "crm", EventId = $"{Id}:{version}", Attempts = 6, Reason = "It was down.", FailedAt = Time.GetUtcNow().AddDays(-age) }, Stop);
        Assert.Equal($"{Id}:2", Assert.Single(await letters.ListAsync(null, Stop)).EventId);

        await letters.SweepAsync(Stop);

        Assert.Null(await desk.Records.GetAsync("dead_letter", $"crm:{Id}:1", Stop));
        Assert.Equal($"{Id}:2", Assert.Single(await letters.ListAsync(null, Stop)).EventId);
    }
}
