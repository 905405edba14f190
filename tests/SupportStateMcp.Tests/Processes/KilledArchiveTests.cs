using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>
/// The server is killed again and again while it moves expired conversations to the archive. All the time each is found; afterwards each is in the
/// archive once, whole, and none is in Redis.
/// </summary>
public sealed class KilledArchiveTests(SharedPostgres postgres)
{
    /// <summary>How often a server is killed; more with <c>SUPPORTSTATE_TEST_KILLS=100</c>.</summary>
    private static readonly int s_kills = TestAmounts.Kills(3);

    /// <summary>Far more than are moved before each kill, also where a busy machine is late to see that one was moved.</summary>
    private static readonly int s_conversations = 600 + (60 * (s_kills + 1));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_loses_no_conversation_on_its_way_to_the_archive_and_leaves_none_twice()
    {
        var random = new Random(20261129);
        await using var redis = await RedisServer.StartAsync();
        await using var place = new ArchivePlace(redis.ConnectionString, await postgres.ServerAsync());
        var desk = place.Create();
        // What was written two days ago has expired by the clock of the servers.
        place.Time.Advance(TimeSpan.FromDays(-2));
        await Parallel.ForAsync(0, s_conversations, Stop, async (n, _) =>
            await MemoryDesk.MoveAsync(desk.Commands, await desk.OpenAsync($"TKT-{n}", "CUST001", $"The problem {n}.", "Delete the cookies.")));
        await desk.Work.WhenDoneAsync();
        place.Time.Advance(TimeSpan.FromDays(2));

        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var reading = ReadAsync();
        var moved = new List<long> { 0 };
        for (var kill = 0; kill < s_kills; kill++)
        {
            await using var server = await StartAsync();
            // Each server gets somewhere, however slow the machine is; then any moment is as good as another.
            await Eventually.TrueAsync(async () => await place.ArchivedAsync() >= Math.Min(s_conversations, moved[^1] + 1), () => "Nothing is moved.");
            await Task.Delay(random.Next(60), Stop);
            await server.KillAsync();
            moved.Add(await place.ArchivedAsync());
        }

        Assert.Contains(moved, m => m > 0 && m < s_conversations);
        await using var last = await StartAsync();
        await Eventually.TrueAsync(async () => (await place.KeysAsync("conversation:*:state")).Length == 0, () => "They are not moved.");

        await done.CancelAsync();
        Assert.True(await reading > 0);
        Assert.Equal((s_conversations, s_conversations), (await place.ArchivedAsync(), await place.CountAsync("true")));
        Assert.Empty(await place.KeysAsync("conversation:*"));
        await Parallel.ForAsync(0, s_conversations, Stop, async (n, _) =>
            Assert.Equal(["c-1", "a-1"], await Deployment.AssertWholeAsync(last, $"cs-TKT-{n}")));

        async Task<int> ReadAsync()
        {
            var queries = place.Create().Get<ConversationQueries>();
            var read = 0;
            for (; !done.IsCancellationRequested; read++)
            {
                var n = random.Next(s_conversations);
                var found = await queries.GetHistoryAsync(TestConversations.Id($"TKT-{n}"), 10, null, null, 60_000, Stop);
                Assert.Equal($"The problem {n}.", found.Value.Messages[0].Content);
            }

            return read;
        }

        Task<HttpServer> StartAsync() => HttpServer.StartAsync(["--redis", redis.ConnectionString], new Dictionary<string, string>
        {
            ["SUPPORTSTATE__PERSISTENCE__KEYPREFIX"] = place.Prefix,
            ["SUPPORTSTATE__RETENTION__ARCHIVE"] = "true",
            ["SUPPORTSTATE__RETENTION__CONNECTIONSTRING"] = place.Postgres.ConnectionString,
        });
    }
}
