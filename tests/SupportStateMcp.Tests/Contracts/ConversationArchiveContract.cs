using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What every archive does: closed conversations that have outlived their time to live are read as they were, and erased.</summary>
public abstract class ConversationArchiveContract
{
    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The desk of one process on this test's data, with an archive or without.</summary>
    private protected abstract MemoryDesk Create(bool archive = true);

    /// <summary>Time goes by; 1.5 days are more than the time to live.</summary>
    private protected abstract Task PassAsync(TimeSpan time);

    /// <summary>Moves what has expired.</summary>
    private protected abstract Task MoveAsync(MemoryDesk desk);

    /// <summary>How many conversations are in the store, and how many in the archive.</summary>
    private protected abstract Task<(long Stored, long Archived)> CountAsync();

    /// <summary>All that is stored, as text, as far as it is not compressed.</summary>
    private protected abstract Task<string> BytesAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_has_expired_is_read_as_it_was_before_and_after_it_was_moved(bool moved)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        var (state, history, events) = (await StateAsync(desk, id), await HistoryAsync(desk, id), await EventsAsync(desk, id));

        await PassAsync(TimeSpan.FromDays(1.5));
        if (moved)
            await MoveAsync(desk);

        Assert.Equal(moved ? (0, 1) : (1, 0), await CountAsync());
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_has_expired_is_looked_back_at_as_before(bool moved)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.DoAsync(OneTask.Name("told") with { Id = id });
        var opened = desk.Time.GetUtcNow();
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        await desk.CloseAsync(id);

        await PassAsync(TimeSpan.FromDays(1.5));
        if (moved)
            await MoveAsync(desk);

        var versions = desk.Get<ConversationVersions>();
        foreach (var point in (VersionPoint[])[new(Version: 5), new(Time: opened), new(Checkpoint: "told")])
        {
            var found = (await versions.GetAsync(id, point, Stop)).Value;
            Assert.Equal((5, "gathering_info", 2), (found.Then.Version, found.Then.State, found.Then.MessageCount));
            Assert.Equal("resolved", found.Now.State);
        }
    }

    [Fact]
    public async Task What_is_in_the_archive_has_a_context()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.SetAsync(id, "step", "1", MemoryLimits.SessionSeconds);
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(1.5));

        var context = (await desk.Get<ContextService>().GatherAsync(new ContextRequest { Id = id }, MemoryDesk.Bot, Stop)).Value;

        Assert.Equal(["Cannot log in.", "Delete the cookies."], context.Messages.Select(m => m.Content));
        Assert.Single(context.Memories);
        Assert.Empty(context.Session);
        Assert.Empty(context.Unavailable);
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
        await PassAsync(TimeSpan.FromDays(1.5));
        await MoveAsync(desk);

        Assert.Equal((0, 0), await CountAsync());
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(open, Stop)).Error);
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(erased, Stop)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_ticket_that_is_opened_again_leaves_the_old_conversation_in_the_archive_and_an_erasure_takes_all_with_their_memories(bool moved)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in, says Xylophonist.", "Delete the cookies.");
        await desk.DoAsync(TwoOwners.Ask() with { Id = id });
        await desk.CloseAsync(id);
        // The approval that waits lengthens its life.
        await PassAsync(TimeSpan.FromDays(3));
        if (moved)
            await MoveAsync(desk);
        await desk.OpenAsync("TKT-1", "CUST001", "The invoice is wrong.", "I look at it.");

        Assert.Equal((1, 1), await CountAsync());
        var opened = await StateAsync(desk, id);
        Assert.Equal(("The invoice is wrong.", 2, 0), (opened.Description, opened.MessageCount, opened.Approvals.Count));
        Assert.DoesNotContain("cookies", await HistoryAsync(desk, id), StringComparison.Ordinal);
        Assert.Equal(opened.Version, (await desk.Get<ConversationQueries>().GetEventsAsync(id, 0, 500, Stop)).Value.Events.Count);
        var old = (await desk.Get<IConversationArchive>().FindAsync(id, Stop))!;
        Assert.Equal(("Cannot log in, says Xylophonist.", 2, 1), (old.Conversation.Description, old.Messages.Count, old.Conversation.Approvals.Count));

        await desk.DoAsync(TestConversations.Erase(id));
        await desk.Work.WhenDoneAsync();

        Assert.Equal(0, (await CountAsync()).Archived);
        Assert.Empty((await desk.ListAsync("CUST001", all: true)).Memories);
        await desk.Upkeep.SweepAsync(Stop);
        await desk.Conversations.SweepAsync(Stop);
        Assert.DoesNotContain("xylophon", await BytesAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Several_conversations_of_one_ticket_are_kept_and_the_newest_is_found()
    {
        var desk = Create();
        foreach (var problem in (string[])["first", "second", "third"])
        {
            await desk.CloseAsync(await desk.OpenAsync("TKT-1", "CUST001", $"The {problem} problem.", "Delete the cookies."));
            await PassAsync(TimeSpan.FromDays(1.5));
        }

        await MoveAsync(desk);
        Assert.Equal((0, 3), await CountAsync());
        var id = TestConversations.Id("TKT-1");
        foreach (var problem in (string[])["third", "second", "first"])
        {
            Assert.Equal($"The {problem} problem.", (await StateAsync(desk, id)).Description);
            Assert.True(await desk.Get<IConversationArchive>().EraseAsync(id, Stop));
        }

        Assert.False(await desk.Get<IConversationArchive>().EraseAsync(id, Stop));
        Assert.Equal((0, 0), await CountAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_in_the_archive_alone_is_erased_with_its_memories(bool moved)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(1.5));
        if (moved)
            await MoveAsync(desk);

        var erased = (await desk.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Value;
        await desk.Work.WhenDoneAsync();

        Assert.Equal((true, 2), (erased.Changed, erased.ErasedMessages));
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Error);
        Assert.Empty((await desk.ListAsync("CUST001", all: true)).Memories);
        Assert.IsType<Errors.NotFound>((await desk.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erasure_that_the_archive_refused_leaves_the_memories_and_the_next_one_takes_them(bool opened)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(1.5));
        await MoveAsync(desk);
        if (opened)
            await desk.DoAsync(TestConversations.Initialize(id, "CUST001"));
        var archive = desk.Get<IConversationArchive>();
        var failing = new ConversationCommandHandler(
            desk.Conversations, desk.Get<IConversationLocks>(), desk.Get<ConversationDecider>(), ConcurrencyOptions.Default, desk.Time, Random.Shared, desk.Work,
            new ArchiveThatErasesNothing(archive));

        Assert.Equal(ErrorCodes.StoreUnavailable, (await failing.ExecuteAsync(TestConversations.Erase(id), Stop)).Error?.Code);
        await desk.Work.WhenDoneAsync();
        desk.Time.Advance(TimeSpan.FromSeconds(11));
        // What follows the erasure of the conversation that was opened is done once more.
        Assert.Equal(opened ? 2 : 1, await desk.Work.FinishAsync(Stop));

        Assert.Single((await desk.ListAsync("CUST001", all: true)).Memories);
        Assert.Null((await desk.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Error);
        await desk.Work.WhenDoneAsync();
        Assert.Empty((await desk.ListAsync("CUST001", all: true)).Memories);
    }

    [Fact]
    public async Task A_what_if_copy_that_was_closed_only_expires()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        var copy = await CopyAsync(desk, id);
        await MemoryDesk.MoveAsync(desk.Commands, copy);
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(1.5));

        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(copy, Stop)).Error);
        await MoveAsync(desk);
        Assert.Equal((0, 1), await CountAsync());
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(copy, Stop)).Error);
        Assert.Null((await desk.Get<Forking>().EraseAsync(TestConversations.Erase(id), Stop)).Error);
        Assert.Equal((0, 0), await CountAsync());
    }

    [Fact]
    public async Task A_conversation_in_the_archive_is_erased_with_its_copies()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        var copy = await CopyAsync(desk, id);
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(0.8));
        await desk.DoAsync(OneConversation.Update() with { Id = copy, Metadata = TestConversations.Facts("""{"tried":1}""") });
        await PassAsync(TimeSpan.FromDays(0.4));
        Assert.Equal("gathering_info", (await StateAsync(desk, copy)).State);

        var erased = (await desk.Get<Forking>().EraseAsync(TestConversations.Erase(id), Stop)).Value;
        await desk.Work.WhenDoneAsync();

        Assert.Equal((true, 2), (erased.Changed, erased.ErasedMessages));
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(copy, Stop)).Error);
        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Error);
    }

    [Fact]
    public async Task A_long_conversation_is_moved_as_a_whole()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        for (var n = 0; n < 40; n++)
            await desk.DoAsync(TestConversations.Message($"long-{n}", new string('x', 3_000) + n, id));
        await desk.CloseAsync(id);
        var (state, history, events) = (await StateAsync(desk, id), await HistoryAsync(desk, id), await EventsAsync(desk, id));

        await PassAsync(TimeSpan.FromDays(1.5));
        await MoveAsync(desk);

        Assert.Equal((0, 1), await CountAsync());
        TestConversations.AssertSame(state, await StateAsync(desk, id));
        Assert.Equal(history, await HistoryAsync(desk, id));
        Assert.Equal(events, await EventsAsync(desk, id));
    }

    [Fact]
    public async Task What_moves_while_it_is_read_is_read_from_the_archive()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        var isRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new StoreAround(desk.Conversations)
        {
            AfterMessages = () =>
            {
                isRead.TrySetResult();
                return Task.CompletedTask;
            },
            AfterLoad = async (n, loaded) =>
            {
                if (n == 1)
                {
                    // The last message comes between the two answers of the first look.
                    await isRead.Task;
                    await desk.DoAsync(TestConversations.Message("late", "It works.", id));
                    await desk.CloseAsync(id);
                    return await desk.Conversations.LoadAsync(id, null, Stop);
                }

                if (n == 2)
                {
                    await PassAsync(TimeSpan.FromDays(1.5));
                    await MoveAsync(desk);
                }

                return loaded;
            },
        };
        var queries = new ConversationQueries(store, desk.Get<TimeProvider>(), desk.Get<IConversationArchive>());

        var page = (await queries.GetHistoryAsync(id, 500, null, null, 600_000, Stop)).Value;

        Assert.Equal(["Cannot log in.", "Delete the cookies.", "It works."], page.Messages.Select(m => m.Content));
    }

    [Fact]
    public async Task Without_the_switch_what_has_expired_is_gone()
    {
        var desk = Create(archive: false);
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(1.5));

        Assert.IsType<Errors.NotFound>((await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Error);
    }

    /// <summary>An archive that is read, and that cannot be written now.</summary>
    private sealed class ArchiveThatErasesNothing(IConversationArchive inner) : IConversationArchive
    {
        public ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

        public ValueTask<bool> EraseAsync(ConversationId id, CancellationToken cancellationToken) => throw new StoreUnavailableException("It does not answer.");
    }

    private static async Task<ConversationId> CopyAsync(MemoryDesk desk, ConversationId id)
    {
        var copy = await desk.Get<Forking>().ForkAsync(
            new ConversationCommand.AnnounceFork { Id = id, Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Fork = id, Of = 0 }, Stop);
        return ConversationId.TryParse(copy.Value.Copy.Conversation.ConversationId)!.Value;
    }

    private protected static async Task<Conversation> StateAsync(MemoryDesk desk, ConversationId id) => (await desk.Get<ConversationQueries>().GetAsync(id, Stop)).Value.Conversation!;

    private protected static async Task<string> HistoryAsync(MemoryDesk desk, ConversationId id) => string.Join(
        '\n', (await desk.Get<ConversationQueries>().GetHistoryAsync(id, 500, null, null, 600_000, Stop)).Value.Messages.Select(m => $"{m.Number} {m.MessageId} {m.Role} {m.Content} {m.At:O}"));

    private protected static async Task<string> EventsAsync(MemoryDesk desk, ConversationId id) => string.Join(
        '\n', (await desk.Get<ConversationQueries>().GetEventsAsync(id, 0, 500, Stop)).Value.Events.Select(e => TestConversations.Json(e).ToJsonString()));
}
