using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>Tool calls, summaries, and what was said with a customer across conversations.</summary>
public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task A_message_keeps_the_id_of_its_tool_call()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Message("m-1") with { Role = MessageRole.Assistant, Visibility = Visibility.Internal, ToolCallId = "call-1" });
        await WriteAsync(store, TestConversations.Message("m-2") with { Role = MessageRole.Tool, Visibility = Visibility.Internal, ToolCallId = "call-1" });
        await WriteAsync(store, TestConversations.Message("m-3"));

        Assert.Equal(["call-1", "call-1", null], (await AllMessagesAsync(CreateStore())).Select(m => m.ToolCallId));
    }

    [Fact]
    public async Task A_summary_is_a_part_that_messages_do_not_write_again_and_that_an_erasure_removes()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        await WriteAsync(store, TestConversations.Message("m-1"));
        Assert.Null(await RawPartAsync("summary"));

        var saved = await WriteAsync(store, new ConversationCommand.SaveSummary
        {
            Id = Id, Actor = TestConversations.Agent, Roles = OneConversation.Trusted, Through = 1, Summary = "It is broken.",
        });
        var stored = (await RawPartAsync("summary"))!;
        Assert.Contains(" {\"through\":1,\"text\":\"It is broken.\"", stored, StringComparison.Ordinal);
        TestConversations.AssertSame(saved, await FindAsync(CreateStore()));
        await SetRawPartAsync("summary", stored + " ");
        await WriteAsync(store, TestConversations.Message("m-2"));
        Assert.Equal(stored + " ", await RawPartAsync("summary"));
        Assert.Equal(2, (await AllMessagesAsync(store)).Count);

        await WriteAsync(store, TestConversations.Erase());
        Assert.Null(await RawPartAsync("summary"));
        Assert.DoesNotContain(await AllEventsAsync(CreateStore()), e => e is ConversationEvent.SummarySaved { Summary: "It is broken." });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task What_was_said_with_a_customer_is_read_across_conversations_page_by_page(int limit)
    {
        var (store, expected) = (CreateStore(), new List<string>());
        for (var c = 1; c <= 4; c++)
        {
            var id = TestConversations.Id($"TKT-{c}");
            await WriteAsync(store, TestConversations.Initialize(id, userId: c == 3 ? "somebody else" : "maria"));
            for (var m = 1; m <= c; m++)
                await WriteAsync(store, TestConversations.Message($"m-{m}", $"{c}.{m}", id), Now.AddSeconds((c * 10) + m));
        }

        // Conversation by conversation, the one that changed last first; within a page, in chronological order.
        var queries = new ConversationQueries(CreateStore(), Time);
        CustomerHistoryCursor? after = null;
        for (var pages = 0; pages < 20; pages++)
        {
            var page = (await queries.GetHistoryOfCustomerAsync("maria", limit, after, null, Limits.AnswerCharacters, Stop)).Value;
            Assert.InRange(page.Conversations.Sum(c => c.Messages.Count), 0, limit);
            expected.AddRange(page.Conversations.SelectMany(c => c.Messages.Reverse()).Select(m => m.Content));
            if ((after = page.Next) is null)
                break;
        }

        Assert.Null(after);
        Assert.Equal(["4.4", "4.3", "4.2", "4.1", "2.2", "2.1", "1.1"], expected);
    }

    [Fact]
    public async Task A_page_goes_on_in_a_conversation_that_changed_meanwhile_and_reads_nothing_twice()
    {
        var store = CreateStore();
        foreach (var ticket in (string[])["A", "B"])
        {
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket), userId: "maria"));
            for (var m = 1; m <= 3; m++)
                await WriteAsync(store, TestConversations.Message($"m-{m}", $"{ticket}{m}", TestConversations.Id(ticket)), Now.AddSeconds(ticket == "B" ? 10 + m : m));
        }

        var queries = new ConversationQueries(store, Time);
        var first = (await queries.GetHistoryOfCustomerAsync("maria", 4, null, null, Limits.AnswerCharacters, Stop)).Value;
        await WriteAsync(store, TestConversations.Message("m-4", "A4", TestConversations.Id("A")), Now.AddSeconds(60));
        var second = (await queries.GetHistoryOfCustomerAsync("maria", 500, first.Next, null, Limits.AnswerCharacters, Stop)).Value;

        Assert.Equal(["B1", "B2", "B3", "A3"], first.Conversations.SelectMany(c => c.Messages).Select(m => m.Content));
        Assert.Equal(["A1", "A2"], second.Conversations.SelectMany(c => c.Messages).Select(m => m.Content));
    }

    [Fact]
    public async Task What_was_opened_again_for_another_customer_since_it_was_listed_is_not_told()
    {
        var store = CreateStore();
        foreach (var ticket in (string[])["A", "B"])
        {
            await WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket), userId: "maria"));
            await WriteAsync(store, TestConversations.Message("m-1", $"{ticket}1", TestConversations.Id(ticket)), Now.AddSeconds(ticket == "B" ? 10 : 1));
        }

        var around = new StoreAround(store)
        {
            AfterList = async () =>
            {
                await WriteAsync(store, TestConversations.Erase(TestConversations.Id("B")), Now.AddSeconds(20));
                await WriteAsync(store, TestConversations.Initialize(TestConversations.Id("B"), userId: "somebody else"), Now.AddSeconds(20));
                await WriteAsync(store, TestConversations.Message("m-1", "a secret", TestConversations.Id("B")), Now.AddSeconds(20));
            },
        };
        var page = (await new ConversationQueries(around, Time).GetHistoryOfCustomerAsync("maria", 10, null, null, Limits.AnswerCharacters, Stop)).Value;

        Assert.Equal(["A1"], page.Conversations.SelectMany(c => c.Messages).Select(m => m.Content));
        Assert.Null(page.Next);
    }
}
