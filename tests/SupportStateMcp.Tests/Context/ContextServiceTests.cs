using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Context;

/// <summary>What a context is gathered from, on both stores.</summary>
public sealed class ContextServiceTests(SharedRedis redis)
{
    private static readonly Caller s_bot = new(new Actor(ActorKind.Ai, "bot"), Roles.Agent);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task It_reads_as_much_of_a_hundred_thousand_messages_as_of_a_few_hundred(string store)
    {
        await using var desk = await TicketDesk.OnAsync(store, redis, withArticles: false);
        var (few, many) = (ConversationId.OfTicket("FEW")!.Value, ConversationId.OfTicket("MANY")!.Value);
        await FillAsync(desk.Store, few, 500);
        await FillAsync(desk.Store, many, 100_000);

        var (short_, long_) = (await GatherAsync(desk, new ContextRequest { Id = few }), await GatherAsync(desk, new ContextRequest { Id = many }));

        Assert.Equal((500, 100_000), (short_.Conversation.MessageCount, long_.Conversation.MessageCount));
        Assert.InRange(long_.Messages.Count, 100, 500);
        Assert.Equal(short_.Messages.Count, long_.Messages.Count);
        Assert.Equal(100_000, long_.Messages[^1].Number);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task Articles_and_earlier_conversations_are_found_by_what_the_customer_wrote_last(string store)
    {
        await using var desk = await TicketDesk.OnAsync(store, redis);
        await desk.ReportAsync("OLD-1", description: "An older problem.");
        await desk.ReportAsync("NEW-1", description: "Something.");
        await desk.ReportAsync("ELSE-1", "CUST002", "Of somebody else.");
        var id = ConversationId.OfTicket("NEW-1")!.Value;
        await SayAsync(desk, id, MessageRole.User, "The mTLS certificate of the sentry has expired.");
        await SayAsync(desk, id, MessageRole.Assistant, "I look into it.");

        var found = await GatherAsync(desk, new ContextRequest { Id = id });
        var asked = await GatherAsync(desk, new ContextRequest { Id = id, Query = "placement of actors", Found = 1 });

        Assert.Contains(found.Articles, a => a.Title.Contains("mTLS", StringComparison.OrdinalIgnoreCase) || a.Excerpt.Contains("certificate", StringComparison.OrdinalIgnoreCase));
        Assert.NotEqual(found.Articles[0].ArticleId, Assert.Single(asked.Articles).ArticleId);
        Assert.Equal(["cs-OLD-1"], found.EarlierConversations.Select(c => c.ConversationId));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task What_the_customer_wrote_last_is_found_behind_any_number_of_tool_calls(string store)
    {
        await using var desk = await TicketDesk.OnAsync(store, redis);
        await desk.ReportAsync("TOOLS-1", description: "Something.");
        var id = ConversationId.OfTicket("TOOLS-1")!.Value;
        await SayAsync(desk, id, MessageRole.User, "The placement of actors fails.");
        await SayAsync(desk, id, MessageRole.User, "The mTLS certificate of the sentry has expired.");
        for (var n = 0; n < 12; n++)
            await SayAsync(desk, id, MessageRole.Tool, new string('x', 40_000));

        var alone = await GatherAsync(desk, new ContextRequest { Id = id, Include = [ContextPart.Articles] });
        var all = await GatherAsync(desk, new ContextRequest { Id = id, Tokens = 5_000 });
        var asked = await GatherAsync(desk, new ContextRequest { Id = id, Query = "The mTLS certificate of the sentry has expired." });

        Assert.DoesNotContain(all.Messages, m => m.Role == MessageRole.User);
        Assert.NotEmpty(asked.Articles);
        Assert.Equal(asked.Articles.Select(a => a.ArticleId), alone.Articles.Select(a => a.ArticleId));
        Assert.Equal(asked.Articles.Select(a => a.ArticleId), all.Articles.Select(a => a.ArticleId));
    }

    [Fact]
    public async Task What_is_not_included_is_not_read()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        await desk.ReportAsync("NEW-2");

        var found = await GatherAsync(desk, new ContextRequest { Id = ConversationId.OfTicket("NEW-2")!.Value, Include = [ContextPart.Summary] });

        Assert.Equal((0, 0, 0), (found.Messages.Count, found.Articles.Count, found.EarlierConversations.Count));
    }

    [Fact]
    public async Task Refusals_lead_on()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, withArticles: false);
        var contexts = desk.Services.GetRequiredService<ContextService>();
        var id = ConversationId.OfTicket("NONE")!.Value;

        Assert.IsType<Errors.NotFound>((await contexts.GatherAsync(new ContextRequest { Id = id }, s_bot, Stop)).Error);
        Assert.IsType<Errors.NotFound>((await contexts.GatherAsync(new ContextRequest { Id = id, Include = [ContextPart.Summary] }, s_bot, Stop)).Error);
        foreach (var (request, argument) in ((ContextRequest, string)[])
        [
            (new() { Id = id, Query = "" }, "query"), (new() { Id = id, Query = new string('x', 4_001) }, "query"),
            (new() { Id = id, Found = 0 }, "k"), (new() { Id = id, Found = 21 }, "k"), (new() { Id = id, Tokens = 499 }, "max_tokens"), (new() { Id = id, Tokens = 20_001 }, "max_tokens"),
        ])
            Assert.Equal(argument, Assert.IsType<Errors.InvalidArgument>((await contexts.GatherAsync(request, s_bot, Stop)).Error).Argument);
    }

    private static async Task<ContextMaterial> GatherAsync(TicketDesk desk, ContextRequest request) =>
        (await desk.Services.GetRequiredService<ContextService>().GatherAsync(request, s_bot, Stop)).Value;

    private static async Task SayAsync(TicketDesk desk, ConversationId id, MessageRole role, string content) => Assert.Null((await desk.Services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(
        new ConversationCommand.AddMessage { Id = id, Actor = s_bot.Actor, Roles = s_bot.Roles, MessageId = Guid.NewGuid().ToString(), Role = role, Content = content }, Stop)).Error);

    /// <summary>Many messages in a few commits.</summary>
    private static async Task FillAsync(IConversationStore store, ConversationId id, int messages)
    {
        var decider = new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy());
        var now = TimeProvider.System.GetUtcNow();
        Conversation? before = null;
        for (var n = 0; n < messages;)
        {
            var (after, events, added) = (before, new List<ConversationEvent>(), new List<Message>());
            if (after is null)
                Take(TestConversations.Initialize(id));
            for (var i = 0; i < 1_000 && n < messages; i++)
                Take(TestConversations.Message($"m-{++n}", "It still tells me that the password is wrong, whatever I try to do.", id));
            Assert.IsType<CommitResult.Committed>(await store.CommitAsync(
                new Commit { Id = id, Before = before, After = after!, Events = events, Messages = added, IdempotencyRecord = IdempotencyRecord.Of(after!), Now = now }, Stop));
            before = after;

            void Take(ConversationCommand command)
            {
                var accepted = Assert.IsType<Decision.Accepted>(decider.Decide(after, command, now));
                after = accepted.After;
                events.AddRange(accepted.Events);
                added.AddRange(accepted.Messages);
            }
        }
    }
}
