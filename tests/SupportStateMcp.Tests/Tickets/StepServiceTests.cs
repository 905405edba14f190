using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Tickets;

/// <summary>Which steps workers get.</summary>
public sealed class StepServiceTests(SharedRedis redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task A_customer_with_too_many_writes_and_many_tickets_keeps_no_worker_from_the_others(string store)
    {
        await using var desk = await TicketDesk.OnAsync(store, redis, limits: new LimitOptions { WritesPerMinutePerCustomer = 1 });
        // More than a worker chooses from. Writes of people are not counted.
        for (var n = 0; n < 40; n++)
            await ReportAsync(desk, $"BUSY-{n}", "CUST001");
        await ReportAsync(desk, "OTHER", "CUST002");
        await UseUpAsync(desk, "BUSY-0");

        var next = await NextAsync(desk);
        Assert.Equal("OTHER", next.Value.Step?.Conversation.TicketId);

        Assert.IsType<Errors.RateLimited>((await NextAsync(desk)).Error);
    }

    [Fact]
    public async Task Entries_that_lead_to_no_ticket_and_a_customer_with_too_many_writes_together_hide_no_other()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("redis", redis, time, limits: new LimitOptions { WritesPerMinutePerCustomer = 1 });
        await using var raw = await ConnectionMultiplexer.ConnectAsync((await redis.ServerAsync()).ConnectionString);
        var before = (time.GetUtcNow() - TimeSpan.FromHours(1)).ToUnixTimeMilliseconds();
        await raw.GetDatabase().SortedSetAddAsync(
            desk.Options.KeyPrefix + "conversations:by-work:triage", [.. Enumerable.Range(0, 40).Select(n => new SortedSetEntry($"cs-GONE-{n}:3", before + n))]);
        for (var n = 0; n < 40; n++)
            await ReportAsync(desk, $"BUSY-{n}", "CUST001");
        time.Advance(TimeSpan.FromSeconds(1));
        await ReportAsync(desk, "OTHER", "CUST002");
        await UseUpAsync(desk, "BUSY-0");

        var next = await NextAsync(desk);

        Assert.Equal("OTHER", next.Value.Step?.Conversation.TicketId);
    }

    private static ValueTask<Result<SupportStateMcp.Tickets.NextStep>> NextAsync(TicketDesk desk) =>
        desk.Steps.NextAsync(TicketDesk.Reporter, null, TimeSpan.Zero, TimeSpan.FromMinutes(5), Stop);

    /// <summary>The one write a minute that the customer of a ticket has.</summary>
    private static async Task UseUpAsync(TicketDesk desk, string ticket) => Assert.Null((await desk.Services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(
        new ConversationCommand.AddMessage
        {
            Id = ConversationId.OfTicket(ticket)!.Value, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, MessageId = "m-1", Role = MessageRole.User, Content = "Hello",
        },
        Stop)).Error);

    private static async Task ReportAsync(TicketDesk desk, string ticket, string customer) => Assert.Null((await desk.Tickets.CreateAsync(
        new ConversationCommand.OpenTicket
        {
            Id = ConversationId.OfTicket(ticket)!.Value, Actor = TicketDesk.Ann.Actor, Roles = Roles.Agent, CustomerId = customer, Description = "The sidecar does not start.",
        },
        Stop)).Error);
}
