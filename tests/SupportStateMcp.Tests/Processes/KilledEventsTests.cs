using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>
/// The server is killed again and again while it tells another system what happens. Afterwards that system has heard of every event, of each
/// conversation in order. A class for each store, so that they run side by side.
/// </summary>
public abstract class KilledEventsTests(string store)
{
    /// <summary>How often a server is killed; more with <c>SUPPORTSTATE_TEST_KILLS=100</c>.</summary>
    private static readonly int s_kills = TestAmounts.Kills(4);

    private const int Conversations = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_leave_no_event_untold_and_none_out_of_order()
    {
        var random = new Random(20261129);
        await using var receiver = await EventReceiver.StartAsync();
        using var place = new TemporaryDirectory();
        var config = receiver.Config(place);
        await using var deployment = await Deployment.OnAsync(store, "--config", config);

        for (var kill = 0; kill < s_kills; kill++)
        {
            await using var server = await deployment.StartServerAsync();
            var (round, taken) = (kill, receiver.Taken.Count);
            var writers = Enumerable.Range(0, Conversations).Select(n => Task.Run(async () =>
            {
                try
                {
                    await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = $"TOLD-{n}" }, Stop);
                    for (var m = 0; !Stop.IsCancellationRequested; m++)
                    {
                        // While what the killed server was telling waits for its time, nobody needs to hurry.
                        if (receiver.Taken.Count == taken)
                            await Task.Delay(50, Stop);
                        await server.CallAsync("add_message", new { conversation_id = $"cs-TOLD-{n}", role = "user", content = "Hello", message_id = $"m-{round}-{n}-{m}" }, Stop);
                    }
                }
                catch (HttpRequestException)
                {
                    // It is dead.
                }
            }, Stop)).ToList();
            // Each gets somewhere, however slow the machine is; then any moment is as good as another.
            await Eventually.TrueAsync(() => receiver.Taken.Count > taken, () => "Nothing is told.");
            await Task.Delay(random.Next(100), Stop);
            await server.KillAsync();
            await Task.WhenAll(writers);
        }

        await using var survivor = await deployment.StartServerAsync();
        for (var n = 0; n < Conversations; n++)
        {
            var expected = (await Deployment.EventsAsync(survivor, $"cs-TOLD-{n}")).Select(e => e.GetProperty("version").GetInt64()).ToList();
            await Eventually.TrueAsync(
                () => receiver.Taken.Any(t => t.Id == $"cs-TOLD-{n}:{expected[^1]}"), () => $"cs-TOLD-{n} is told up to {Heard(n).LastOrDefault()} of {expected[^1]}.");

            // Some came twice; the first time of each is in order, and none is missing.
            Assert.Equal(expected, Heard(n).Distinct());
        }

        IEnumerable<long> Heard(int n) =>
            receiver.Taken.Select(t => CloudEvent.ParseId(t.Id)!.Value).Where(i => i.Id.TicketId == $"TOLD-{n}").Select(i => i.Version);
    }
}

public sealed class KilledEventsOnRedisTests() : KilledEventsTests("redis");

public sealed class KilledEventsOnSqliteTests() : KilledEventsTests("sqlite");
