using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>Many callers at one conversation at once, through one server and through several, on each store.</summary>
public sealed class ManyWritersTests
{
    private const int Writers = 200;

    [Theory]
    [InlineData("redis", 1)]
    [InlineData("redis", 4)]
    [InlineData("sqlite", 1)]
    [InlineData("sqlite", 4)]
    public async Task Two_hundred_messages_at_once_are_two_hundred_messages(string store, int servers)
    {
        await using var deployment = await Deployment.OnAsync(store);
        var instances = await Task.WhenAll(Enumerable.Range(0, servers).Select(_ => deployment.StartServerAsync()));
        await instances[0].CallAsync("initialize_conversation", new { user_id = "u", ticket_id = "BUSY" });

        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(n => instances[n % servers].CallAsync(
            "add_message", new { conversation_id = "cs-BUSY", role = "user", content = $"message {n}", message_id = $"m{n}" })));

        Assert.All(answers, a => Assert.False(a.IsRefused, a.Result.ToString()));
        Assert.Equal(Enumerable.Range(3, Writers).Select(v => (long)v), answers.Select(a => a.Version).Order());
        foreach (var instance in instances)
        {
            var ids = await Deployment.AssertWholeAsync(instance, "cs-BUSY");
            Assert.Equal(Enumerable.Range(0, Writers).Select(n => $"m{n}").Order(), ids.Order());
        }
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Of_fifty_transitions_to_the_same_state_one_succeeds(string store)
    {
        await using var deployment = await Deployment.OnAsync(store);
        var instances = await Task.WhenAll(deployment.StartServerAsync(), deployment.StartServerAsync());
        await instances[0].CallAsync("initialize_conversation", new { user_id = "u", ticket_id = "RACE" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => instances[n % 2].CallAsync(
            "transition_state", new { conversation_id = "cs-RACE", new_state = "processing" })));

        Assert.Single(answers, a => !a.IsRefused);
        Assert.All(answers.Where(a => a.IsRefused), a => Assert.Equal("invalid_transition", a.Code));
        await Deployment.AssertWholeAsync(instances[1], "cs-RACE");
        Assert.Equal(3, (await instances[1].CallAsync("get_state", new { conversation_id = "cs-RACE" })).Version);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Twenty_servers_worth_of_openings_of_one_ticket_open_one_conversation(string store)
    {
        await using var deployment = await Deployment.OnAsync(store);
        var instances = await Task.WhenAll(deployment.StartServerAsync(), deployment.StartServerAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => instances[n % 2].CallAsync(
            "initialize_conversation", new { user_id = "u", ticket_id = "ONCE" })));

        Assert.All(answers, a => Assert.Equal(2, a.Version));
        Assert.Single(answers, a => a.Content.GetProperty("created").GetBoolean());
    }
}
