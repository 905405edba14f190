using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The work of the server on its store goes on, whatever fails in it.</summary>
public sealed class StoreMaintenanceTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task A_task_that_fails_in_a_way_that_nobody_foresaw_is_tried_again_and_told_once()
    {
        var sweeps = 0;
        var store = new StoreAround(_desk.Store)
        {
            BeforeSweep = () =>
            {
                if (Interlocked.Increment(ref sweeps) is <= 3 or 5)
                    throw new FormatException("The input string 'x' was not in a correct format.");
            },
        };
        var log = new LogLines<StoreMaintenance>();

        await using (new StoreMaintenance(store, _desk.Desk, new HurriedTime(), log).Start())
            await Eventually.TrueAsync(() => Volatile.Read(ref sweeps) > 6, () => string.Join(' ', log.Lines));

        // The same failure again after it worked is another one.
        Assert.Equal(2, log.Lines.Count);
        Assert.All(log.Lines, line => Assert.StartsWith("Error: The maintenance of the store failed at one of its tasks", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_conversation_that_cannot_be_written_keeps_nobody_from_the_others()
    {
        ConversationId[] ids = [Id, ConversationId.OfTicket("TKT-002")!.Value];
        foreach (var id in ids)
        {
            await _desk.DoAsync(Open() with { Id = id });
            await _desk.DoAsync(Ask() with { Id = id, ExpiresIn = TimeSpan.FromMinutes(1) });
        }

        _desk.Time.Advance(TimeSpan.FromMinutes(1));
        var store = new StoreAround(_desk.Store) { BeforeCommit = n => n == 1 ? throw new FormatException() : Task.CompletedTask };
        var upkeep = new StoreMaintenance(store, _desk.Another(store), _desk.Time, new LogLines<StoreMaintenance>());

        await Assert.ThrowsAsync<FormatException>(() => upkeep.ExpireOverdueAsync(Stop));

        Assert.Equal(2, store.Commits);
        var stored = await Task.WhenAll(ids.Select(async id => (await _desk.LoadAsync(id)).Conversation!.Approvals[0].Status));
        Assert.Equal([ApprovalStatus.Pending, ApprovalStatus.Expired], stored.Order());
    }

    [Fact]
    public async Task A_task_that_fails_while_the_server_stops_fails_no_stop()
    {
        using var stops = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var store = new StoreAround(_desk.Store)
        {
            BeforeSweep = () =>
            {
                stops.Cancel();
                throw new InvalidDataException("An entry cannot be read.");
            },
        };
        var log = new LogLines<StoreMaintenance>();

        await new StoreMaintenance(store, _desk.Desk, new HurriedTime(), log).RunAsync(stops.Token);

        Assert.StartsWith("Error: The maintenance of the store failed", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_cannot_be_prepared_stops_no_server()
    {
        var log = new LogLines<SearchPreparation>();
        await using var articles = new ArticleIndexing(null!, new BrokenIndex(), new LogLines<ArticleIndexing>());
        await using var preparation = new SearchPreparation(articles, null!, log);

        await preparation.StartAsync(Stop);

        await preparation.ExecuteTask!.WaitAsync(Eventually.Patience, Stop);
        Assert.StartsWith("Error: The search could not be prepared", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private sealed class BrokenIndex : IArticleIndex
    {
        public bool IsShared => true;

        public int MostTogether => 1;

        public string? Position => throw new FormatException("The position is no number.");

        public Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<IndexChange> changes, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Prepare()
        {
        }

        public IReadOnlyList<SectionHit> Search(SearchQuery query, int limit, IReadOnlyList<string> tags) => throw new NotSupportedException();
    }
}
