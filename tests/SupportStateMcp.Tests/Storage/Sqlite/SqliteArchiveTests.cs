using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>Closed conversations that have outlived their time to live go to an archive, where it is switched on.</summary>
public sealed class SqliteArchiveTests : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly FakeTime _time = new();
    private readonly List<MemoryDesk> _made = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_has_expired_is_read_as_it_was_before_and_after_it_was_moved(bool moved)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        var (state, history, events) = (await StateAsync(desk, id), await HistoryAsync(desk, id), await EventsAsync(desk, id));

        _time.Advance(TimeSpan.FromDays(1.5));
        if (moved)
            await SweepAsync(desk);

        Assert.Equal(moved ? 0 : 1, await RowsAsync("conversations"));
        TestConversations.AssertSame(state, await StateAsync(desk, id));
        Assert.Equal(history, await HistoryAsync(desk, id));
        Assert.Equal(events, await EventsAsync(desk, id));
        var queries = desk.Get<ConversationQueries>();
        var page = (await queries.GetHistoryAsync(id, 1, 2, new MessageFilter([MessageRole.User]), 60_000, Stop)).Value;
        Assert.Equal(("Cannot log in.", null), (Assert.Single(page.Messages).Content, page.Before));
        var trail = (await queries.GetEventsAsync(id, 1, 2, Stop)).Value;
        Assert.Equal([2, 3], trail.Events.Select(e => e.Version));
        Assert.Equal(3, trail.After);
        Assert.Empty((await queries.ListAsync(new ConversationFilter(), null, 10, Stop)).Value.Conversations);
        Assert.Single(await desk.TextsAsync("CUST001", "log in"));
        Assert.IsType<Errors.NotFound>((await desk.Commands.ExecuteAsync(TestConversations.Message("late", "Hello", id), Stop)).Error);
    }

    [Fact]
    public async Task What_was_not_closed_and_what_was_erased_is_in_no_archive()
    {
        var desk = Create();
        var open = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        var erased = await desk.OpenAsync("TKT-2", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(erased);
        await desk.DoAsync(TestConversations.Erase(erased));
        await desk.Work.WhenDoneAsync();
        _time.Advance(TimeSpan.FromDays(1.5));
        await SweepAsync(desk);

        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(open, Stop)).Error);
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(erased, Stop)).Error);
    }

    [Fact]
    public async Task A_ticket_that_is_opened_again_leaves_the_old_conversation_in_the_archive_and_an_erasure_takes_all_with_their_memories()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in, says Xylophonist.", "Delete the cookies.");
        await desk.CloseAsync(id);
        _time.Advance(TimeSpan.FromDays(1.5));
        await desk.OpenAsync("TKT-1", "CUST001", "The invoice is wrong.", "I look at it.");
        Assert.Equal(1, await RowsAsync("archived_conversations"));
        Assert.Equal("The invoice is wrong.", (await StateAsync(desk, id)).Description);

        await desk.DoAsync(TestConversations.Erase(id));
        await desk.Work.WhenDoneAsync();

        Assert.Equal(0, await RowsAsync("archived_conversations"));
        Assert.Empty((await desk.ListAsync("CUST001", all: true)).Memories);
        await desk.Upkeep.SweepAsync(Stop);
        await desk.Conversations.SweepAsync(Stop);
        Assert.DoesNotContain("xylophon", await _folder.BytesAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_in_the_archive_alone_is_erased_with_its_memories(bool moved)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        _time.Advance(TimeSpan.FromDays(1.5));
        if (moved)
            await SweepAsync(desk);

        var erased = (await desk.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Value;
        await desk.Work.WhenDoneAsync();

        Assert.Equal((true, 2), (erased.Changed, erased.ErasedMessages));
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Error);
        Assert.Empty((await desk.ListAsync("CUST001", all: true)).Memories);
        Assert.IsType<Errors.NotFound>((await desk.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Error);
    }

    [Fact]
    public async Task Without_the_switch_what_has_expired_is_gone()
    {
        var desk = Create(archive: false);
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        _time.Advance(TimeSpan.FromDays(1.5));

        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Error);
    }

    private MemoryDesk Create(bool archive = true)
    {
        var desk = new MemoryDesk(new ServerOptions { Backend = Backend.Sqlite, Directory = _folder.Path, Archive = archive }, _time);
        _made.Add(desk);
        return desk;
    }

    /// <summary>A sweep follows the clock in steps, and leaves what has just expired.</summary>
    private async Task SweepAsync(MemoryDesk desk)
    {
        _time.Advance(TimeSpan.FromDays(1));
        for (var n = 0; n < 60; n++)
            await desk.Conversations.SweepAsync(Stop);
    }

    private Task<long> RowsAsync(string table)
    {
        using var connection = _folder.OpenRaw();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table}";
        return Task.FromResult((long)command.ExecuteScalar()!);
    }

    private static async Task<Conversation> StateAsync(MemoryDesk desk, ConversationId id) => (await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Value.Conversation!;

    private static async Task<string> HistoryAsync(MemoryDesk desk, ConversationId id) => string.Join(
        '\n', (await desk.Get<ConversationQueries>().GetHistoryAsync(id, 500, null, null, 60_000, Stop)).Value.Messages.Select(m => $"{m.Number} {m.MessageId} {m.Role} {m.Content} {m.At:O}"));

    private static async Task<string> EventsAsync(MemoryDesk desk, ConversationId id) => string.Join(
        '\n', (await desk.Get<ConversationQueries>().GetEventsAsync(id, 0, 500, Stop)).Value.Events.Select(e => TestConversations.Json(e).ToJsonString()));
}
