using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// What it costs to look back and to name a version, beside a plain get_state and a plain update_metadata of the same conversation in the same run,
/// by the length of the trail.
/// </summary>
internal static class VersionsBenchmark
{
    private static readonly Actor s_actor = new(ActorKind.Ai, "bench");

    /// <summary><c>--versions [--redis CONNECTION]</c>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var redis = args.SkipWhile(a => a != "--redis").Skip(1).FirstOrDefault();
        var directory = Directory.CreateTempSubdirectory("supportstate-versions-").FullName;
        try
        {
            await using var services = StoreBenchmark.Open(directory, redis);
            Console.WriteLine($"## Versions, store {(redis is null ? "sqlite" : "redis")}, one call at a time\n");
            Console.WriteLine("| events | read and fold | fold alone ms | get_state p50 / p99 ms | at a random version p50 / p99 ms | update_metadata p50 / p99 ms | checkpoint p50 / p99 ms |\n|---|---|---|---|---|---|---|");
            foreach (var events in (int[])[100, 1_000, 10_000])
                await MeasureAsync(services, events);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        return 0;
    }

    private static async Task MeasureAsync(ServiceProvider services, int events)
    {
        var commands = services.GetRequiredService<ConversationCommandHandler>();
        var (queries, versions, store) = (services.GetRequiredService<ConversationQueries>(), services.GetRequiredService<ConversationVersions>(), services.GetRequiredService<IConversationStore>());
        var id = ConversationId.OfTicket($"V{events}")!.Value;
        await DoAsync(new ConversationCommand.Initialize { Id = id, Actor = s_actor, Roles = Roles.Agent, UserId = "u", Priority = Priority.Medium, AssignedTo = "bench" });
        for (var n = 2L; n < events;)
        {
            n = (await DoAsync((n % 4) switch
            {
                0 => new ConversationCommand.UpdateMetadata { Id = id, Actor = s_actor, Roles = Roles.Agent, Metadata = Facts(n) },
                1 when n < 40 => new ConversationCommand.CreateTask { Id = id, Actor = s_actor, Roles = Roles.Agent, Goal = $"Goal {n}", Steps = ["a", "b", "c"] },
                _ => new ConversationCommand.AddMessage { Id = id, Actor = s_actor, Roles = Roles.Agent, MessageId = $"m-{n}", Role = n % 4 == 2 ? MessageRole.User : MessageRole.Assistant, Content = "I still cannot sign in." },
            })).Conversation.Version;
        }

        var trail = await store.ReadEventsAsync(id, 0, int.MaxValue, CancellationToken.None);
        var random = new Random(1);
        var fold = await TimesAsync(20, _ => ValueTask.FromResult<object?>(Conversation.Fold(null, trail)));
        var whole = await TimesAsync(20, async _ => (await versions.GetAsync(id, new VersionPoint(Version: events), CancellationToken.None)).Value);
        var now = await TimesAsync(300, async _ => (await queries.GetAsync(id, CancellationToken.None)).Value);
        var then = await TimesAsync(300, async _ => (await versions.GetAsync(id, new VersionPoint(Version: random.Next(1, events)), CancellationToken.None)).Value);
        var update = await TimesAsync(300, async n => await DoAsync(new ConversationCommand.UpdateMetadata { Id = id, Actor = s_actor, Roles = Roles.Agent, Metadata = Facts(n) }));
        var named = await TimesAsync(300, async n => await DoAsync(new ConversationCommand.SetCheckpoint { Id = id, Actor = s_actor, Roles = Roles.Agent, Name = $"c{n}" }));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {trail.Count} | {At(whole, 0.5):0.0} | {At(fold, 0.5):0.0} | {Two(now)} | {Two(then)} | {Two(update)} | {Two(named)} |"));

        async Task<Outcome> DoAsync(ConversationCommand command) => (await commands.ExecuteAsync(command, CancellationToken.None)).Value;
    }

    private static Dictionary<string, JsonElement> Facts(long n) => new() { ["n"] = JsonElement.Parse(n.ToString(CultureInfo.InvariantCulture)) };

    private static async Task<double[]> TimesAsync(int times, Func<int, ValueTask<object?>> work)
    {
        await work(1_000_000);
        var taken = new double[times];
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work(i);
            taken[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(taken);
        return taken;
    }

    private static double At(double[] sorted, double part) => sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];

    private static string Two(double[] sorted) => string.Create(CultureInfo.InvariantCulture, $"{At(sorted, 0.5):0.00} / {At(sorted, 0.99):0.00}");
}
