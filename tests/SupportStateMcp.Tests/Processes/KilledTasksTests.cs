using System.Collections.Concurrent;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>The server killed while agents advance tasks: no step is half made, none is lost that was acknowledged, none is done twice.</summary>
public sealed class KilledTasksTests
{
    private static readonly int s_kills = TestAmounts.Kills(5);
    private const int Tasks = 3;
    private const int Steps = 40;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task Every_step_is_done_once_and_in_order_wherever_the_server_is_killed(string store)
    {
        var random = new Random(20261129);
        await using var deployment = await Deployment.OnAsync(store, "--toolsets", "conversations,tasks");
        var tasks = new List<string>();
        // What each agent does next: it repeats the same call until somebody answers.
        var next = new ConcurrentDictionary<string, int>();

        for (var kill = 0; kill <= s_kills; kill++)
        {
            await using var server = await deployment.StartServerAsync();
            if (tasks.Count == 0)
            {
                await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = "KILL" });
                for (var n = 0; n < Tasks; n++)
                {
                    var created = await server.CallAsync("create_task", new { conversation_id = "cs-KILL", goal = $"goal {n}", steps = Enumerable.Range(1, Steps).Select(s => $"step {s}").ToArray() });
                    tasks.Add(created.Content.GetProperty("task_id").GetString()!);
                }
            }

            var agents = tasks.Select(task => Task.Run(() => WorkAsync(server, task, next))).ToList();
            if (kill < s_kills)
            {
                await Task.Delay(random.Next(20, 200), TestContext.Current.CancellationToken);
                await server.KillAsync();
            }

            await Task.WhenAll(agents);
        }

        await using var survivor = await deployment.StartServerAsync();
        await Deployment.AssertWholeAsync(survivor, "cs-KILL");
        foreach (var task in tasks)
        {
            var found = (await survivor.CallAsync("get_task", new { task_id = task })).Content;
            Assert.Equal("done", found.GetProperty("status").GetString());
            Assert.Equal(Enumerable.Range(1, Steps).Select(s => $"step {s}"), found.GetProperty("steps_completed").EnumerateArray().Select(s => s.GetString()));
        }

        var advanced = (await Deployment.EventsAsync(survivor, "cs-KILL")).Where(e => e.GetProperty("type").GetString() == "task_advanced").ToList();
        Assert.Equal(Tasks * Steps, advanced.Count(e => e.GetProperty("details").GetProperty("trigger").GetString() == "step_complete"));
    }

    /// <summary>Completes the steps of a task one after the other, until the server is gone or the task is done.</summary>
    private static async Task WorkAsync(HttpServer server, string task, ConcurrentDictionary<string, int> next)
    {
        try
        {
            for (var step = next.GetValueOrDefault(task); step <= Steps; next[task] = ++step)
            {
                var answer = await server.CallAsync("advance_task", new { task_id = task, @event = step < Steps ? "step_complete" : "task_complete", idempotency_key = $"{task}-{step}" });
                Assert.False(answer.IsRefused, answer.Result.ToString());
            }
        }
        catch (HttpRequestException)
        {
            // It was killed; the call is repeated on the next one.
        }
    }
}
