using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <content>What is remembered and shared while a conversation is erased, and its ticket is opened again.</content>
public abstract partial class MemoryContract
{
    [Fact]
    public async Task What_follows_an_erasure_leaves_the_session_of_the_next_conversation_of_the_ticket()
    {
        var (here, elsewhere) = (Create(), Create());
        var id = await here.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        await here.SetAsync(id, "old", "1", 3_600);
        here.Time.Advance(TimeSpan.FromSeconds(1));
        var dying = Handler(here, new Dies(here.Work));
        Assert.Null((await dying.ExecuteAsync(TestConversations.Erase(id), Stop)).Error);
        await here.DoAsync(TestConversations.Initialize(id, "CUST002"));
        await here.SetAsync(id, "new", "2", 3_600);

        here.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, await elsewhere.Work.FinishAsync(Stop));

        Assert.Equal("new=2", await here.SharedAsync(id));
    }

    [Fact]
    public async Task What_follows_an_erasure_removes_what_was_shared()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        await desk.SetAsync(id, "old", "1", 3_600);
        var life = await LifeAsync(desk, id);

        await desk.DoAsync(TestConversations.Erase(id));
        await desk.Work.WhenDoneAsync();

        Assert.Empty(await desk.Get<ISessionStore>().ReadAsync(id, life, Stop));
    }

    [Fact]
    public async Task A_value_that_is_set_while_its_conversation_is_erased_is_not_kept()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        var life = await LifeAsync(desk, id);
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        // The conversation is known to live, then it is erased and opened again, then the value is written.
        var memory = Service(desk, new StoreAround(desk.Conversations)
        {
            AfterLoad = async (n, loaded) =>
            {
                if (n == 1)
                {
                    await desk.DoAsync(TestConversations.Erase(id), TestConversations.Initialize(id, "CUST002"));
                    await desk.Work.WhenDoneAsync();
                }

                return loaded;
            },
        });

        var set = await memory.SetAsync(
            new SetSession { Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Conversation = id, Key = "step", Value = JsonElement.Parse("1") }, Stop);

        Assert.IsType<Errors.NotFound>(set.Error);
        Assert.Empty(await desk.Get<ISessionStore>().ReadAsync(id, life, Stop));
        Assert.Equal("", await desk.SharedAsync(id));
    }

    [Fact]
    public async Task Values_of_a_later_conversation_of_a_ticket_stay_whatever_an_earlier_one_sets_or_removes()
    {
        var desk = Create();
        var (sessions, id) = (desk.Get<ISessionStore>(), await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer));
        var earlier = await LifeAsync(desk, id);
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        await desk.DoAsync(TestConversations.Erase(id), TestConversations.Initialize(id, "CUST002"));
        await desk.Work.WhenDoneAsync();
        await desk.SetAsync(id, "step", "2");

        foreach (var key in (string[])["step", "other"])
        {
            await sessions.SetAsync(id, earlier, new SessionValue(key, JsonElement.Parse("1"), desk.Time.GetUtcNow().AddMinutes(1), "ai:claude"), MemoryLimits.SessionValues, MemoryLimits.SessionTotalBytes, over: null, Stop);
            await sessions.RemoveAsync(id, earlier, key, Stop);
        }

        await sessions.ClearAsync(id, earlier, Stop);
        Assert.Equal("step=2", await desk.SharedAsync(id));
        Assert.Empty(await sessions.ReadAsync(id, earlier, Stop));
    }

    [Fact]
    public async Task What_a_clock_ahead_has_left_keeps_nobody_from_sharing()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        var ahead = desk.Time.GetUtcNow().AddDays(1).UtcTicks.ToString("x", CultureInfo.InvariantCulture);
        var left = await desk.Get<ISessionStore>().SetAsync(
            id, ahead, new SessionValue("step", JsonElement.Parse("1"), desk.Time.GetUtcNow().AddMinutes(1), "ai:claude"), MemoryLimits.SessionValues, MemoryLimits.SessionTotalBytes, over: null, Stop);
        Assert.Equal(SessionWrite.Done, left.Write);

        await desk.SetAsync(id, "step", "2");

        Assert.Equal("step=2", await desk.SharedAsync(id));
        Assert.Empty(await desk.Get<ISessionStore>().ReadAsync(id, ahead, Stop));
    }

    [Fact]
    public async Task What_a_clock_ahead_has_left_costs_the_next_conversation_of_the_ticket_no_value_that_it_shares_in_between()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        var ahead = Conversation.LifeOf(desk.Time.GetUtcNow().AddDays(1));
        await desk.Get<ISessionStore>().SetAsync(
            id, ahead, new SessionValue("step", JsonElement.Parse("1"), desk.Time.GetUtcNow().AddMinutes(1), "ai:claude"), MemoryLimits.SessionValues, MemoryLimits.SessionTotalBytes, over: null, Stop);
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        // The conversation is seen to live after its value was refused; then it is erased, and the next one shares something.
        var memory = Service(desk, new StoreAround(desk.Conversations)
        {
            AfterLoad = async (n, loaded) =>
            {
                if (n == 2)
                {
                    await desk.DoAsync(TestConversations.Erase(id), TestConversations.Initialize(id, "CUST002"));
                    await desk.Work.WhenDoneAsync();
                    Assert.Null((await desk.SetAsync(id, "step", "2")).Error);
                }

                return loaded;
            },
        });

        var set = await memory.SetAsync(
            new SetSession { Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Conversation = id, Key = "other", Value = JsonElement.Parse("3") }, Stop);

        Assert.IsType<Errors.NotFound>(set.Error);
        Assert.Equal("step=2", await desk.SharedAsync(id));
    }

    [Fact]
    public async Task What_two_conversations_said_goes_with_the_erasure_of_both()
    {
        var (here, elsewhere) = (Create(), Create());
        var (first, second) = (await here.OpenAsync("TKT-1", "CUST001", Problem, Answer), await here.OpenAsync("TKT-2", "CUST001", Problem, Answer));
        await here.RememberAsync(null, "Wants a call.", MemoryKind.Preference, "contact", first, "zebra");
        await here.RememberAsync(null, "Runs on Azure.", conversation: first);
        var again = await elsewhere.RememberAsync(null, "Wants a call.", MemoryKind.Preference, "contact", second, "lion");
        Assert.True(again.Replayed);

        await here.DoAsync(TestConversations.Erase(first));
        await here.Work.WhenDoneAsync();

        // What the first one alone said of it is gone too.
        var left = Assert.Single(await elsewhere.RecallAsync("CUST001", null));
        Assert.Equal((again.Memory.MemoryId, "Wants a call.", "cs-TKT-2", "lion"), (left.MemoryId, left.Text, left.ConversationId, Assert.Single(left.Topics)));
        Assert.DoesNotContain("zebra", await RecordsAsync(here), StringComparison.OrdinalIgnoreCase);
        Assert.Single((await here.ListAsync("CUST001")).Forgotten);

        await here.DoAsync(TestConversations.Erase(second));
        await here.Work.WhenDoneAsync();
        Assert.Empty((await elsewhere.ListAsync("CUST001", all: true)).Memories);
        Assert.Equal(2, (await here.ListAsync("CUST001")).Forgotten.Count);
    }

    [Fact]
    public async Task What_was_also_remembered_without_a_conversation_goes_with_no_erasure()
    {
        var desk = Create();
        var (first, second) = (await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer), await desk.OpenAsync("TKT-2", "CUST001", Problem, Answer));
        await desk.RememberAsync(null, "Runs on Azure.", conversation: first);
        await desk.RememberAsync(null, "Runs on Azure.", conversation: second);
        await desk.RememberAsync("CUST001", "Runs on Azure.");
        await desk.RememberAsync(null, "Runs on Azure.", conversation: second);

        await desk.DoAsync(TestConversations.Erase(second), TestConversations.Erase(first));
        await desk.Work.WhenDoneAsync();

        Assert.Null(Assert.Single(await desk.RecallAsync("CUST001", null)).ConversationId);
        Assert.Empty((await desk.ListAsync("CUST001")).Forgotten);
    }

    [Fact]
    public async Task What_many_conversations_say_is_kept_once_and_does_not_grow()
    {
        var desk = Create();
        for (var n = 1; n <= MemoryLimits.OtherSources + 5; n++)
            Assert.Equal(n > 1, (await desk.RememberAsync(null, "Runs on Azure.", conversation: await desk.OpenAsync($"TKT-{n}", "CUST001", Problem, Answer))).Replayed);

        var record = MemoryDocument.RecordOf(Assert.Single(await desk.RecallAsync("CUST001", null)).MemoryId)!;
        var (document, _) = (await desk.Get<MemoryParts>().Records.FindAsync(record, Stop))!.Value;
        Assert.Equal(MemoryLimits.OtherSources, Assert.Single(document.Texts).Also.Count);
    }

    [Fact]
    public async Task What_is_remembered_of_a_conversation_that_expires_at_that_moment_stays_with_what_was_remembered_before()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        await desk.RememberAsync(null, "Runs on Azure.", conversation: id);
        var memory = Service(desk, new StoreAround(desk.Conversations) { AfterLoad = (n, loaded) => Task.FromResult(n == 1 ? loaded : new Loaded(null, null, null)) });

        var remembered = await memory.RememberAsync(
            new Remember { Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Conversation = id, Kind = MemoryKind.Fact, Text = "Has two offices." }, Stop);

        Assert.Null(remembered.Error);
        Assert.Equal(["Has two offices.", "Runs on Azure."], (await desk.TextsAsync("CUST001", null)).Order());
        Assert.Empty((await desk.ListAsync("CUST001")).Forgotten);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_erased_and_opened_again_while_its_episode_is_made_is_not_remembered(bool fails)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        await MemoryDesk.MoveAsync(Handler(desk, new Dies(desk.Work)), id);
        desk.Time.Advance(TimeSpan.FromSeconds(11));
        var isErased = false;
        var slow = Work(desk, new StoreAround(desk.Conversations)
        {
            // The second look at the conversation, when the episode is written.
            AfterLoad = (n, loaded) => fails && n == 2 ? throw new StoreUnavailableException("It is gone.") : Task.FromResult(loaded),
            AfterMessages = async () =>
            {
                if (!isErased)
                {
                    isErased = true;
                    await desk.DoAsync(TestConversations.Erase(id), TestConversations.Initialize(id, "CUST002"));
                    await desk.Work.WhenDoneAsync();
                }
            },
        });

        if (fails)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => slow.FinishAsync(Stop));
            Assert.Single((await desk.ListAsync("CUST001", all: true)).Memories);
            Assert.Equal(1, await Create().Work.FinishAsync(Stop));
        }
        else
        {
            await slow.FinishAsync(Stop);
        }

        Assert.True(isErased);
        Assert.Empty((await desk.ListAsync("CUST001", all: true)).Memories);
        Assert.DoesNotContain("cookie", await RecordsAsync(desk), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain((await desk.Records.ReadChangesAsync(Article.Kind, null, 10, Stop)).Changes, c => c.Record is not null);
    }

    [Fact]
    public async Task The_operator_is_told_once_of_a_conversation_that_cannot_be_read()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        await MemoryDesk.MoveAsync(Handler(desk, new Dies(desk.Work)), id);
        var (isDamaged, log) = (true, new LogLines<ResolutionWork>());
        var work = Work(
            desk,
            new StoreAround(desk.Conversations)
            {
                AfterLoad = (_, loaded) => isDamaged ? throw new StoreDamagedException(id, "snapshot", "the store", new FormatException("It has no beginning.")) : Task.FromResult(loaded),
            },
            logger: log);

        for (var n = 0; n < 3; n++)
        {
            desk.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(0, await work.FinishAsync(Stop));
        }

        Assert.StartsWith("Warning: What follows the end of cs-TKT-1 is done later:", Assert.Single(log.Lines), StringComparison.Ordinal);
        isDamaged = false;
        Assert.Equal(1, await work.FinishAsync(Stop));
        Assert.Single(await desk.RecallAsync("CUST001", null));
    }

    [Fact]
    public async Task What_is_remembered_while_its_conversation_is_erased_goes_also_where_nobody_looks_a_second_time()
    {
        var (here, elsewhere) = (Create(), Create());
        var id = await here.OpenAsync("TKT-1", "CUST001", Problem, Answer);
        // The conversation is known to live, then it is erased, then the memory is written, and the process loses its store.
        var memory = Service(here, new StoreAround(here.Conversations)
        {
            AfterLoad = async (n, loaded) =>
            {
                if (n == 2)
                    throw new StoreUnavailableException("It is gone.");
                await here.DoAsync(TestConversations.Erase(id));
                await here.Work.WhenDoneAsync();
                return loaded;
            },
        });
        var remembered = await memory.RememberAsync(
            new Remember { Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, Conversation = id, Kind = MemoryKind.Fact, Text = "Is called Zebra." }, Stop);
        Assert.Equal(ErrorCodes.StoreUnavailable, remembered.Error?.Code);
        Assert.Equal(0, await elsewhere.Work.FinishAsync(Stop));

        here.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, await elsewhere.Work.FinishAsync(Stop));

        Assert.Empty((await here.ListAsync("CUST001", all: true)).Memories);
        Assert.Empty(await FollowedAsync(here));
    }

    private static async Task<string> LifeAsync(MemoryDesk desk, ConversationId id) => (await desk.Conversations.LoadAsync(id, null, Stop)).Conversation!.Life;

    /// <summary>The memory of a process that reads conversations through a test's store.</summary>
    private static MemoryService Service(MemoryDesk desk, IConversationStore conversations) => new(
        desk.Records, conversations, desk.Get<MemoryIndexing>(), desk.Index, desk.Get<ISessionStore>(), desk.Get<MemoryParts>(), desk.Time);

    /// <summary>What follows the end of a conversation, in a process that reads conversations through a test's store.</summary>
    private static ResolutionWork Work(
        MemoryDesk desk, IConversationStore conversations, KnowledgeSearch? knowledge = null, ILogger<ResolutionWork>? logger = null) => new(
        desk.Records, conversations, desk.Get<ISessionStore>(), desk.Get<MemoryParts>(),
        new Episodes(
            conversations, desk.Records, desk.Articles, knowledge ?? desk.Get<KnowledgeSearch>(), desk.Get<MemoryParts>(), desk.Get<MemoryOptions>(), NullLogger<Episodes>.Instance),
        desk.Get<MemoryOptions>(), desk.Time, logger ?? NullLogger<ResolutionWork>.Instance);
}
