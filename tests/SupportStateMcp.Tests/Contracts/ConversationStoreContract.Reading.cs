using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task The_history_is_read_from_its_end_page_by_page()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        for (var i = 1; i <= 7; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}", $"text {i}"));

        Assert.Equal([5, 6, 7], await NumbersAsync(long.MaxValue, 3));
        Assert.Equal([2, 3, 4], await NumbersAsync(5, 3));
        Assert.Equal([1], await NumbersAsync(2, 3));
        Assert.Empty(await NumbersAsync(1, 3));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await NumbersAsync(8, 100));

        async Task<IEnumerable<long>> NumbersAsync(long before, int limit) =>
            (await store.ReadMessagesAsync(Id, before, limit, Stop)).Select(m => m.Number);
    }

    [Fact]
    public async Task No_more_messages_are_read_than_have_room_and_the_newest_is_always_among_them()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        for (var i = 1; i <= 30; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}", i == 20 ? new string('x', 50_000) : new string('y', 1_000)));

        Assert.Equal([30], await NumbersAsync(long.MaxValue, 30, 1));
        Assert.Equal([28, 29, 30], await NumbersAsync(long.MaxValue, 30, 4_000));
        Assert.Equal(Enumerable.Range(21, 10).Select(n => (long)n), await NumbersAsync(long.MaxValue, 30, 40_000));
        Assert.Equal([20], await NumbersAsync(21, 30, 40_000));
        Assert.Equal([8, 9], await NumbersAsync(10, 2, 40_000));
        Assert.Equal(Enumerable.Range(1, 30).Select(n => (long)n), await NumbersAsync(long.MaxValue, 30, long.MaxValue));

        async Task<IEnumerable<long>> NumbersAsync(long before, int limit, long maxBytes) =>
            (await store.ReadMessagesAsync(Id, before, limit, maxBytes, Stop)).Select(m => m.Number);
    }

    [Fact]
    public async Task No_more_events_are_read_than_have_room_and_the_first_is_always_among_them()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        for (var i = 1; i <= 30; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}", "x"));
        var first = (await store.ReadEventsAsync(Id, 0, 500, Stop))[0].Version;

        Assert.Equal([first], await VersionsAsync(0, 500, 1));
        Assert.InRange((await VersionsAsync(5, 500, 2_000)).Count, 2, 15);
        Assert.Equal([6L, 7], (await VersionsAsync(5, 500, 2_000)).Take(2));
        Assert.Equal([6L, 7, 8], await VersionsAsync(5, 3, long.MaxValue));
        Assert.Equal(opened.Version + 30, (await VersionsAsync(5, 500, long.MaxValue))[^1]);
        Assert.Empty(await VersionsAsync(1_000, 500, 1));

        async Task<List<long>> VersionsAsync(long after, int limit, long maxBytes) =>
            [.. (await store.ReadEventsAsync(Id, after, limit, maxBytes, Stop)).Select(e => e.Version)];
    }

    [Fact]
    public async Task A_message_is_read_back_whole()
    {
        var store = CreateStore();
        var opened = await WriteAsync(store, TestConversations.Initialize());
        var commit = TestConversations.Commit(opened, TestConversations.Message("m-1", "Hello", metadata: """{"channel":"mail"}"""), Now);
        await store.CommitAsync(commit, Stop);

        var message = Assert.Single(await AllMessagesAsync(CreateStore()));

        Assert.Equal(commit.Messages[0] with { Metadata = null }, message with { Metadata = null });
        Assert.Equal("mail", message.Metadata!["channel"].GetString());
    }

    [Fact]
    public async Task Events_are_read_from_their_beginning_page_by_page()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        for (var i = 1; i <= 5; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}"));

        Assert.Equal([1, 2, 3], await VersionsAsync(0, 3));
        Assert.Equal([4, 5, 6], await VersionsAsync(3, 3));
        Assert.Equal([7], await VersionsAsync(6, 3));
        Assert.Empty(await VersionsAsync(7, 3));
        // The first commit holds two events: a page may begin between them.
        Assert.Equal([2], await VersionsAsync(1, 1));

        async Task<IEnumerable<long>> VersionsAsync(long after, int limit) =>
            (await store.ReadEventsAsync(Id, after, limit, Stop)).Select(e => e.Version);
    }

    [Fact]
    public async Task The_trail_has_no_gap_and_folds_to_the_snapshot()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize(metadata: """{"a":1,"b":{"c":[1,2]}}"""));
        await WriteAsync(store, TestConversations.Message("m-1"));
        await WriteAsync(store, TestConversations.Transition("processing", "enough is known"));
        await WriteAsync(store, TestConversations.Update("""{"a":null,"d":"new"}"""));
        var latest = await WriteAsync(store, TestConversations.Transition("escalated"));

        var events = await AllEventsAsync(store);

        Assert.Equal(Enumerable.Range(1, (int)latest.Version).Select(v => (long)v), events.Select(e => e.Version));
        TestConversations.AssertSame(latest, Conversation.Fold(null, events));
        TestConversations.AssertSame(latest, await FindAsync(store));
    }

    [Theory]
    [InlineData("Grüße, 你好, שלום, 👩‍👩‍👧 und 𝄞")]
    [InlineData("null \0 bell \a tab \t line \n return \r\n escape \u001b delete \u007f separator \u2028\u2029 mark \ufeff")]
    [InlineData("\"quoted\" \\ / {\"json\":[1]} ' <script> & %00 $1 {0}")]
    [InlineData(" ")]
    [InlineData("\n")]
    public async Task Content_survives_byte_for_byte(string content)
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize(description: content));
        await WriteAsync(store, TestConversations.Message("m-1", content));

        var other = CreateStore();
        Assert.Equal(content, Assert.Single(await AllMessagesAsync(other)).Content);
        Assert.Equal(content, (await FindAsync(other))!.Description);
    }

    [Fact]
    public async Task A_very_long_content_survives_byte_for_byte()
    {
        var content = string.Concat(Enumerable.Range(0, 100_000 / 4).Select(i => $"{(char)('a' + (i % 26))}é\n€"));
        Assert.Equal(100_000, content.Length);
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());

        await WriteAsync(store, TestConversations.Message("m-1", content));
        await WriteAsync(store, TestConversations.Message("m-2", "after it"));

        Assert.Equal([content, "after it"], (await AllMessagesAsync(CreateStore())).Select(m => m.Content));
    }

    [Fact]
    public async Task Custom_facts_of_every_kind_survive()
    {
        const string Facts = """
            {"text":"a \"b\" ü\n","empty":"","whole":12345678901234567890,"broken":-1.25e-7,"fraction":1.10,"yes":true,"no":false,
             "list":[1,"two",null,[],{}],"object":{"z":1,"a":{"deep":[null]}},"naïve key":1}
            """;
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize(metadata: Facts));
        await WriteAsync(store, TestConversations.Message("m-1", metadata: Facts));

        var other = CreateStore();
        AssertFacts((await FindAsync(other))!.Metadata);
        AssertFacts(Assert.Single(await AllMessagesAsync(other)).Metadata!);

        static void AssertFacts(IReadOnlyDictionary<string, JsonElement> actual)
        {
            var expected = TestConversations.Facts(Facts);
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
            Assert.All(expected, f => Assert.True(JsonElement.DeepEquals(f.Value, actual[f.Key]), f.Key));
        }
    }

    [Fact]
    public async Task A_history_is_read_whole_while_others_write_into_it_without_a_pause()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        for (var i = 1; i <= 3; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}"));
        var busy = new StoreAround(store) { BeforeRead = n => WriteAsync(store, TestConversations.Message($"busy-{n}")) };

        var page = (await new ConversationQueries(busy, Time).GetHistoryAsync(Id, 2, null, null, Limits.AnswerCharacters, Stop)).Value;

        Assert.Equal([3, 4], page.Messages.Select(m => m.Number));
        Assert.Equal((4, 3), (page.Conversation.MessageCount, page.Before));
    }

    [Fact]
    public async Task A_conversation_that_is_erased_while_it_is_read_is_gone_and_not_damaged()
    {
        var store = CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        for (var i = 1; i <= 3; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}"));
        var busy = new StoreAround(store)
        {
            BeforeRead = n => WriteAsync(store, n == 1 ? TestConversations.Message("busy") : TestConversations.Erase()),
        };

        var error = (await new ConversationQueries(busy, Time).GetHistoryAsync(Id, 2, null, null, Limits.AnswerCharacters, Stop)).Error;

        Assert.IsType<Errors.NotFound>(error);
    }

    [Fact]
    public async Task A_newer_schema_reads_what_an_older_one_wrote()
    {
        var old = CreateStore(Day, new StoredSchema(1));
        await WriteAsync(old, TestConversations.Initialize(description: "old words"));
        await WriteAsync(old, TestConversations.Message("m-1"));

        // Snapshot and event change alike: some stores keep both, some fold the one from the other.
        var store = CreateStore(Day, new StoredSchema(2, new Upcaster(1,
            snapshot => snapshot["description"] = "new words",
            @event =>
            {
                if ((string?)@event["type"] == "conversation_initialized")
                    @event["description"] = "new words";
            })));

        Assert.Equal("new words", (await FindAsync(store))!.Description);
        var opened = Assert.IsType<ConversationEvent.Initialized>((await AllEventsAsync(store))[0]);
        Assert.Equal("new words", opened.Description);
        Assert.Equal("new words", Assert.Single((await ListAsync(store)).Conversations).Description);

        // And goes on with it: old and new lie side by side.
        var latest = await WriteAsync(store, TestConversations.Message("m-2"));
        TestConversations.AssertSame(latest, await FindAsync(store));
        Assert.Equal(latest.Version, (await AllEventsAsync(store)).Count);
    }

    [Fact]
    public async Task An_older_schema_refuses_what_a_newer_one_wrote()
    {
        await WriteAsync(CreateStore(Day, new StoredSchema(2, new Upcaster(1))), TestConversations.Initialize());

        var old = CreateStore(Day, new StoredSchema(1));

        await Assert.ThrowsAsync<StoreDamagedException>(async () => await old.LoadAsync(Id, null, Stop));
        await Assert.ThrowsAsync<StoreDamagedException>(async () => await AllEventsAsync(old));
    }
}
