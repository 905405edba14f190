using Microsoft.Extensions.DependencyInjection;
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
        Assert.Null((await desk.Services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(
            new ConversationCommand.AddMessage
            {
                Id = ConversationId.OfTicket("BUSY-0")!.Value, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, MessageId = "m-1", Role = MessageRole.User, Content = "Hello",
            },
            Stop)).Error);

        var next = await NextAsync(desk);
        Assert.Equal("OTHER", next.Value.Step?.Conversation.TicketId);

        Assert.IsType<Errors.RateLimited>((await NextAsync(desk)).Error);
    }

    private static ValueTask<Result<SupportStateMcp.Tickets.NextStep>> NextAsync(TicketDesk desk) =>
        desk.Steps.NextAsync(TicketDesk.Reporter, null, TimeSpan.Zero, TimeSpan.FromMinutes(5), Stop);

    private static async Task ReportAsync(TicketDesk desk, string ticket, string customer) => Assert.Null((await desk.Tickets.CreateAsync(
        new ConversationCommand.OpenTicket
        {
            Id = ConversationId.OfTicket(ticket)!.Value, Actor = TicketDesk.Ann.Actor, Roles = Roles.Agent, CustomerId = customer, Description = "The sidecar does not start.",
        },
        Stop)).Error);
}
