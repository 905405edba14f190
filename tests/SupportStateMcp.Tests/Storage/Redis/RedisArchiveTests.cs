using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Postgres;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The archive in PostgreSQL beside Redis.</summary>
public sealed class RedisArchiveTests(SharedRedis redis, SharedPostgres postgres) : ConversationArchiveContract, IAsyncLifetime
{
    private static readonly TimeSpan s_expired = TimeSpan.FromDays(1.5);

    private readonly List<ArchivePlace> _places = [];
    private ArchivePlace _place = null!;

    public async ValueTask InitializeAsync() => _place = await PlaceAsync(await postgres.ServerAsync());

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places)
            await place.DisposeAsync();
    }

    private protected override MemoryDesk Create(bool archive = true) => _place.Create(archive);

    private protected override Task PassAsync(TimeSpan time) => _place.PassAsync(time);

    private protected override Task MoveAsync(MemoryDesk desk) => ArchivePlace.MoveAsync(desk);

    private protected override async Task<(long Stored, long Archived)> CountAsync() =>
        ((await _place.KeysAsync("conversation:*:state")).Length, await _place.ArchivedAsync());

    private protected override Task<string> BytesAsync() => _place.BytesAsync();

    [Fact]
    public async Task What_is_moved_leaves_nothing_in_Redis_and_what_is_not_closed_keeps_its_time_to_live()
    {
        var desk = Create();
        var open = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        var closed = await desk.OpenAsync("TKT-2", "CUST002", "Cannot log in.", "Delete the cookies.");
        foreach (var state in (string[])["processing", "awaiting_confirmation", "resolved"])
        {
            _place.Time.Advance(TimeSpan.FromSeconds(1));
            await desk.DoAsync(TestConversations.Transition(state, "solved", closed));
        }

        var raw = await _place.RawAsync();
        foreach (var (id, longest) in ((ConversationId, TimeSpan)[])[(open, TimeSpan.FromDays(1)), (closed, TimeSpan.FromDays(1) + RedisArchive.Grace)])
        {
            foreach (var part in (string[])["state", "events", "history", "seen"])
                Assert.InRange(raw.KeyTimeToLive($"{_place.Prefix}conversation:{{{id}}}:{part}")!.Value, longest - TimeSpan.FromMinutes(5), longest);
        }

        await PassAsync(s_expired);
        Assert.Equal(1, await ArchivePlace.MoveAsync(desk));
        await desk.Conversations.SweepAsync(Stop);

        Assert.Empty(await _place.KeysAsync("conversation:*"));
        Assert.Empty(await _place.KeysAsync("conversations:*"));
    }

    [Fact]
    public async Task Without_an_archive_a_closed_conversation_keeps_its_time_to_live_and_is_noted_nowhere()
    {
        var desk = Create(archive: false);
        var closed = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(closed);

        Assert.InRange((await (await _place.RawAsync()).KeyTimeToLiveAsync($"{_place.Prefix}conversation:{{{closed}}}:state"))!.Value, TimeSpan.Zero, TimeSpan.FromDays(1));
        Assert.Empty(await _place.KeysAsync("conversations:by-archive"));
    }

    [Fact]
    public async Task A_conversation_that_is_opened_again_before_it_expires_is_not_moved_and_one_that_is_closed_again_is()
    {
        var desk = _place.Create(configure: s => s.AddSingleton(SupportStateMcp.Workflow.WorkflowDefinition.Desk));
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await desk.DoAsync(new ConversationCommand.Reopen { Id = id, Actor = TestConversations.Agent, Roles = OneConversation.Trusted, Reason = "again" });
        await PassAsync(TimeSpan.FromDays(0.5));
        Assert.Equal(0, await ArchivePlace.MoveAsync(desk));
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(9));

        Assert.Equal(1, await ArchivePlace.MoveAsync(desk));
        Assert.Equal((0, 1), await CountAsync());
    }

    [Fact]
    public async Task A_mover_that_ends_behind_its_write_leaves_it_in_both_places_and_the_next_one_goes_on()
    {
        var dying = _place.Create(table: t => new TableAround(t) { AfterKeep = () => throw new OperationCanceledException("It is killed here.") });
        var id = await dying.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await dying.CloseAsync(id);
        await PassAsync(s_expired);

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await dying.Get<IConversationArchive>().MoveAsync(Stop));
        Assert.Equal((1, 1), await CountAsync());
        Assert.Equal("Cannot log in.", (await StateAsync(Create(), id)).Description);

        Assert.Equal(1, await ArchivePlace.MoveAsync(Create()));
        Assert.Equal((0, 1), await CountAsync());
        Assert.Equal(1, await _place.CountAsync("true"));
    }

    [Fact]
    public async Task Several_movers_at_once_move_each_conversation_once()
    {
        const int Conversations = 150;
        var desks = Enumerable.Range(0, 3).Select(_ => Create()).ToList();
        await Parallel.ForAsync(0, Conversations, Stop, async (n, _) =>
        {
            var id = await desks[n % 3].OpenAsync($"TKT-{n}", $"CUST-{n}", "Cannot log in.", "Delete the cookies.");
            await MemoryDesk.MoveAsync(desks[n % 3].Commands, id);
        });
        await PassAsync(s_expired);

        var moved = await Task.WhenAll(desks.Select(ArchivePlace.MoveAsync));

        Assert.Equal(Conversations, moved.Sum());
        Assert.Equal((0, Conversations), await CountAsync());
    }

    [Fact]
    public async Task What_changes_while_it_is_moved_stays_and_is_moved_later_as_it_is_then()
    {
        // A clock that is ahead takes a conversation for expired that lives by everybody else's.
        var elsewhere = Create();
        var id = await elsewhere.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await elsewhere.CloseAsync(id);
        var before = _place.Time.GetUtcNow();
        var ahead = _place.Create(
            table: t => new TableAround(t)
            {
                AfterKeep = async () =>
                {
                    _place.Time.Advance(before - _place.Time.GetUtcNow());
                    Assert.Null((await elsewhere.Commands.ExecuteAsync(TestConversations.Message("late", "Thanks!", id), Stop)).Error);
                },
            });
        _place.Time.Advance(s_expired);

        Assert.Equal(0, await ahead.Get<IConversationArchive>().MoveAsync(Stop));

        Assert.Equal((1, 1), await CountAsync());
        Assert.Equal(3, (await StateAsync(elsewhere, id)).MessageCount);
        await PassAsync(s_expired);
        Assert.Equal(1, await ArchivePlace.MoveAsync(elsewhere));
        Assert.Equal((0, 1), await CountAsync());
        Assert.EndsWith("Thanks!", (await elsewhere.Get<IConversationArchive>().FindAsync(id, Stop))!.Messages[^1].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_erased_while_it_is_moved_is_not_brought_back()
    {
        var elsewhere = Create();
        var id = await elsewhere.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await elsewhere.CloseAsync(id);
        var mover = _place.Create(table: t => new TableAround(t)
        {
            BeforeKeep = async () => Assert.Null((await elsewhere.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Error),
        });
        await PassAsync(s_expired);

        Assert.Equal(0, await mover.Get<IConversationArchive>().MoveAsync(Stop));

        Assert.Equal((0, 0), await CountAsync());
        Assert.IsType<Errors.NotFound>((await elsewhere.Get<ConversationQueries>().GetAsync(id, Stop)).Error);
        Assert.Equal(1, await _place.CountAsync("document IS NULL"));
        _place.Time.Advance(PostgresArchive.MarkAge + TimeSpan.FromHours(1));
        await elsewhere.Get<IConversationArchive>().MoveAsync(Stop);
        Assert.Equal(0, await _place.CountAsync("true"));
    }

    [Fact]
    public async Task An_erasure_reaches_what_a_mover_wrote_just_before_it_died()
    {
        var elsewhere = Create();
        var id = await elsewhere.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await elsewhere.CloseAsync(id);
        var before = _place.Time.GetUtcNow();
        var dying = _place.Create(table: t => new TableAround(t)
        {
            BeforeKeep = async () =>
            {
                _place.Time.Advance(before - _place.Time.GetUtcNow());
                Assert.Null((await elsewhere.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Error);
            },
            AfterKeep = () => throw new OperationCanceledException("It is killed here."),
        });
        _place.Time.Advance(s_expired);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await dying.Get<IConversationArchive>().MoveAsync(Stop));
        Assert.Equal(1, await _place.ArchivedAsync());

        // It erased a conversation that lived: its rest in Redis says so to the next mover.
        _place.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await ArchivePlace.MoveAsync(elsewhere));

        Assert.Equal(0, await _place.ArchivedAsync());
        Assert.Empty(await _place.KeysAsync("conversations:by-archive"));
    }

    [Fact]
    public async Task A_repeated_key_of_an_expired_conversation_is_new_to_the_next_one_of_its_ticket()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "The first problem.", "Delete the cookies.");
        await desk.DoAsync(TestConversations.Update("{}", id, "k-1"));
        await desk.CloseAsync(id);
        await PassAsync(s_expired);
        var opening = TestConversations.Commit(null, TestConversations.Initialize(id, "CUST001", description: "The second problem."), _place.Time.GetUtcNow());

        Assert.IsType<CommitResult.Committed>(await Create().Conversations.CommitAsync(opening with { Key = "key:k-1" }, Stop));

        Assert.Equal((1, 1), await CountAsync());
        Assert.Equal(opening.After.Version, (await desk.Conversations.LoadAsync(id, "key:k-1", Stop)).IdempotencyRecord!.Version);
    }

    [Fact]
    public async Task What_cannot_be_read_keeps_no_other_from_being_moved()
    {
        var desk = Create();
        for (var n = 1; n <= 2; n++)
            await desk.CloseAsync(await desk.OpenAsync($"TKT-{n}", "CUST001", "Cannot log in.", "Delete the cookies."));
        await (await _place.RawAsync()).ListRightPopAsync(_place.Prefix + "conversation:{cs-TKT-1}:history");
        await PassAsync(s_expired);

        Assert.Equal(1, await ArchivePlace.MoveAsync(Create()));

        Assert.Equal((1, 1), await CountAsync());
        Assert.IsType<Errors.StoreDamaged>((await Create().Get<ConversationQueries>().GetAsync(TestConversations.Id("TKT-1"), Stop)).Error);
    }

    [Fact]
    public async Task One_that_cannot_be_moved_keeps_no_other_from_being_moved_and_is_tried_again()
    {
        var (log, fails) = (new LogLines<RedisArchive>(), true);
        var desk = _place.Create(
            table: t => new TableAround(t) { Refuses = id => fails && id == "cs-TKT-1" }, configure: s => s.AddSingleton<ILogger<RedisArchive>>(log));
        for (var n = 1; n <= 2; n++)
            await desk.CloseAsync(await desk.OpenAsync($"TKT-{n}", "CUST001", "Cannot log in.", "Delete the cookies."));
        await PassAsync(s_expired);

        Assert.Equal(1, await ArchivePlace.MoveAsync(desk));
        Assert.Equal((1, 1), await CountAsync());
        Assert.Equal(
            "Warning: cs-TKT-1 cannot be moved to the archive, though the archive serves: It is too large. It waits in Redis, and is tried again in an hour.", Assert.Single(log.Lines));
        Assert.Equal("Cannot log in.", (await StateAsync(Create(), TestConversations.Id("TKT-1"))).Description);

        fails = false;
        Assert.Equal(0, await ArchivePlace.MoveAsync(desk));
        await PassAsync(TimeSpan.FromHours(1.1));
        Assert.Equal(1, await ArchivePlace.MoveAsync(desk));
        Assert.Equal((0, 2), await CountAsync());
    }

    [Fact]
    public async Task Where_none_can_be_moved_they_wait_and_are_not_named_one_by_one()
    {
        const int Conversations = 15;
        var (log, fails) = (new LogLines<RedisArchive>(), true);
        var desk = _place.Create(table: t => new TableAround(t) { Refuses = _ => fails }, configure: s => s.AddSingleton<ILogger<RedisArchive>>(log));
        for (var n = 1; n <= Conversations; n++)
            await desk.CloseAsync(await desk.OpenAsync($"TKT-{n}", "CUST001", "Cannot log in.", "Delete the cookies."));
        await PassAsync(s_expired);

        for (var n = 0; n < 3; n++)
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await desk.Get<IConversationArchive>().MoveAsync(Stop));
        Assert.Equal(10, log.Lines.Count);
        fails = false;
        // Each of the three calls has tried one that it did not name.
        Assert.Equal(Conversations - 13, await ArchivePlace.MoveAsync(desk));
        await PassAsync(TimeSpan.FromMinutes(1.1));
        Assert.Equal(3, await ArchivePlace.MoveAsync(desk));
        await PassAsync(TimeSpan.FromHours(1.1));

        Assert.Equal(10, await ArchivePlace.MoveAsync(desk));
        Assert.Equal((0, Conversations), await CountAsync());
    }

    [Fact]
    public async Task One_that_can_never_be_moved_does_not_stop_the_others_however_often_it_is_tried()
    {
        var desk = _place.Create(table: t => new TableAround(t) { Refuses = id => id == "cs-TKT-1" });
        await desk.CloseAsync(await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies."));
        await PassAsync(s_expired);
        for (var n = 0; n < 12; n++)
        {
            await PassAsync(TimeSpan.FromHours(1.1));
            Assert.Equal(0, await desk.Get<IConversationArchive>().MoveAsync(Stop));
        }

        await desk.CloseAsync(await desk.OpenAsync("TKT-2", "CUST001", "Cannot log in.", "Delete the cookies."));
        await PassAsync(s_expired);

        Assert.Equal(1, await desk.Get<IConversationArchive>().MoveAsync(Stop));
        Assert.Equal((1, 1), await CountAsync());
    }

    [Fact]
    public async Task Eleven_that_can_never_be_moved_do_not_stop_the_others()
    {
        const int Unmovable = 11;
        var (log, tried) = (new LogLines<RedisArchive>(), 0);
        var desk = _place.Create(
            table: t => new TableAround(t) { Refuses = id => !id.EndsWith("-moved", StringComparison.Ordinal) && ++tried > 0 },
            configure: s => s.AddSingleton<ILogger<RedisArchive>>(log));
        for (var n = 1; n <= Unmovable; n++)
            await desk.CloseAsync(await desk.OpenAsync($"TKT-{n}", "CUST001", "Cannot log in.", "Delete the cookies."));

        for (var n = 1; n <= 3; n++)
        {
            _place.Time.Advance(TimeSpan.FromSeconds(1));
            await desk.CloseAsync(await desk.OpenAsync($"TKT-{n}-moved", "CUST001", "Cannot log in.", "Delete the cookies."));
            await PassAsync(s_expired);
            tried = 0;
            // The first call ends at the eleventh, where none of them has been tried since one was moved.
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await desk.Get<IConversationArchive>().MoveAsync(Stop));
            Assert.Equal(1, await desk.Get<IConversationArchive>().MoveAsync(Stop));
            Assert.Equal((Unmovable, n), await CountAsync());
            Assert.Equal((Unmovable, 10 * n), (tried, log.Lines.Count));
        }
    }

    [Fact]
    public async Task An_erasure_that_is_refused_while_the_table_is_out_of_reach_is_done_by_its_repeat()
    {
        var isDown = false;
        var desk = _place.Create(table: t => new TableAround(t) { IsDown = () => isDown });
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await PassAsync(s_expired);
        // A listing first writes what waits for the indexes, which would come back behind the erasure.
        await desk.Conversations.ListAsync(new(), null, 1, Stop);
        var archive = desk.Get<IConversationArchive>();
        isDown = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await archive.EraseAsync(id, Stop));
        Assert.Equal((1, 0), await CountAsync());
        isDown = false;

        Assert.True(await archive.EraseAsync(id, Stop));
        Assert.Equal((0, 0), await CountAsync());
        Assert.Equal(1, await _place.CountAsync("document IS NULL"));
        Assert.Empty(await _place.KeysAsync("conversations:by-user:*"));
    }

    [Fact]
    public async Task Servers_with_another_key_prefix_share_the_database_and_nothing_else()
    {
        var other = await PlaceAsync(await postgres.ServerAsync());
        var (here, there) = (Create(), other.Create());
        await here.CloseAsync(await here.OpenAsync("TKT-1", "CUST001", $"Of {_place.Prefix}", "Delete the cookies."));
        await there.CloseAsync(await there.OpenAsync("TKT-1", "CUST001", $"Of {other.Prefix}", "Delete the cookies."));
        await PassAsync(s_expired);
        await other.PassAsync(s_expired);
        await ArchivePlace.MoveAsync(here);
        await ArchivePlace.MoveAsync(there);

        Assert.Equal($"Of {_place.Prefix}", (await StateAsync(here, TestConversations.Id("TKT-1"))).Description);
        Assert.True(await here.Get<IConversationArchive>().EraseAsync(TestConversations.Id("TKT-1"), Stop));
        Assert.Equal($"Of {other.Prefix}", (await StateAsync(there, TestConversations.Id("TKT-1"))).Description);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_PostgreSQL_is_out_of_reach_live_conversations_go_on_and_nothing_is_lost(bool hangs)
    {
        await using var server = await PostgresServer.StartAsync();
        var place = await PlaceAsync(server);
        var log = new LogLines<PostgresArchive>();
        var desk = place.Create(configure: s => s.AddSingleton<ILogger<PostgresArchive>>(log));
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await place.PassAsync(s_expired);
        await desk.Get<IConversationArchive>().CheckAsync(Stop);
        await (hangs ? server.PauseAsync() : server.StopAsync());

        var queries = desk.Get<ConversationQueries>();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await desk.Get<IConversationArchive>().MoveAsync(Stop));
        var began = TimeProvider.System.GetTimestamp();
        Assert.IsType<Errors.StoreUnavailable>((await queries.GetAsync(TestConversations.Id("TKT-9"), Stop)).Error);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Eventually.Patience);
        Assert.Equal("Cannot log in.", (await queries.GetAsync(id, Stop)).Value.Conversation!.Description);
        var live = await desk.OpenAsync("TKT-2", "CUST001", "The invoice is wrong.", "I look at it.");
        await desk.CloseAsync(live);
        Assert.Equal("resolved", (await queries.GetAsync(live, Stop)).Value.Conversation!.State);
        // Its ticket cannot be opened again: the old one would be lost.
        Assert.IsType<Errors.StoreUnavailable>((await desk.Commands.ExecuteAsync(TestConversations.Initialize(id, "CUST001"), Stop)).Error);

        await (hangs ? server.ResumeAsync() : server.StartAgainAsync());
        Assert.Equal(1, await ArchivePlace.MoveAsync(desk));
        Assert.IsType<Errors.NotFound>((await queries.GetAsync(TestConversations.Id("TKT-9"), Stop)).Error);
        await desk.OpenAsync("TKT-1", "CUST001", "Again.", "I look at it.");
        Assert.Equal(
            [
                $"Warning: PostgreSQL {(hangs ? "did not answer in time." : "is not reachable (Connection refused).")} Closed conversations wait in Redis until it serves again; calls that need the archive are refused. This is logged once.",
                "Information: PostgreSQL serves again.",
            ],
            log.Lines);
    }

    private async Task<ArchivePlace> PlaceAsync(PostgresServer server)
    {
        var place = new ArchivePlace((await redis.ServerAsync()).ConnectionString, server);
        _places.Add(place);
        return place;
    }

    /// <summary>A table with something happening around each conversation that it is to keep.</summary>
    private sealed class TableAround(IArchiveTable inner) : IArchiveTable
    {
        public Func<Task> BeforeKeep { get; init; } = () => Task.CompletedTask;

        public Func<Task> AfterKeep { get; init; } = () => Task.CompletedTask;

        /// <summary>Which conversations it cannot keep, though it serves.</summary>
        public Func<string, bool> Refuses { get; init; } = _ => false;

        /// <summary>Whether it is out of reach.</summary>
        public Func<bool> IsDown { get; init; } = () => false;

        public async ValueTask KeepAsync(ArchivedConversation conversation, CancellationToken cancellationToken)
        {
            Reach();
            if (Refuses(conversation.Conversation.ConversationId))
                throw new StoreUnavailableException("It is too large.");
            await BeforeKeep();
            await inner.KeepAsync(conversation, cancellationToken);
            await AfterKeep();
        }

        public ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken)
        {
            Reach();
            return inner.FindAsync(id, cancellationToken);
        }

        public ValueTask EraseAsync(ConversationId id, string life, CancellationToken cancellationToken)
        {
            Reach();
            return inner.EraseAsync(id, life, cancellationToken);
        }

        public ValueTask<int> SweepAsync(CancellationToken cancellationToken)
        {
            Reach();
            return inner.SweepAsync(cancellationToken);
        }

        public ValueTask CheckAsync(CancellationToken cancellationToken)
        {
            Reach();
            return inner.CheckAsync(cancellationToken);
        }

        private void Reach()
        {
            if (IsDown())
                throw new StoreUnavailableException("It is out of reach.");
        }
    }
}
