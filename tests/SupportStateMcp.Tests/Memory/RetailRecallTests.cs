using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Memory;

/// <summary>How well is recalled what happened, on the conversations of a shop that the repository does not hold.</summary>
public sealed class RetailRecallTests(ITestOutputHelper output)
{
    [Fact]
    public async Task For_each_customers_second_conversation_the_first_ones_episode_is_among_the_best_five()
    {
        var conversations = File.ReadLines(SharedData.Path("retail-conversations.jsonl")).Select(l => JsonElement.Parse(l)).ToList();
        using var folder = new StoreFolder();
        await using var desk = new MemoryDesk(
            new ServerOptions { Backend = Backend.Sqlite, Directory = folder.Path, TimeToLive = TimeSpan.FromDays(3650), Memory = new MemoryOptions { Drafts = false } }, new FakeTime());
        var (asked, found, first) = (0, 0, new Dictionary<string, string>());
        var second = new List<(string User, string Query)>();
        foreach (var (n, conversation) in conversations.Index())
        {
            var (user, ticket) = (conversation.GetProperty("user_id").GetString()!, $"R-{n}");
            var said = conversation.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() == "user").Select(m => m.GetProperty("content").GetString()!).ToList();
            if (first.ContainsKey(user))
            {
                if (second.All(s => s.User != user))
                    second.Add((user, string.Join('\n', said.Take(2))));
                continue;
            }

            first.Add(user, "cs-" + ticket);
            var id = TestConversations.Id(ticket);
            await desk.DoAsync(TestConversations.Initialize(id, user));
            foreach (var (i, message) in conversation.GetProperty("messages").EnumerateArray().Index())
            {
                var role = message.GetProperty("role").GetString();
                if (role is "user" or "assistant" && message.GetProperty("content").GetString() is { Length: > 0 } content)
                    await desk.DoAsync(TestConversations.Message($"m-{i}", content, id) with { Role = role == "user" ? MessageRole.User : MessageRole.Assistant });
            }

            await desk.CloseAsync(id);
        }

        foreach (var (user, query) in second)
        {
            asked++;
            var recalled = await desk.RecallAsync(user, query.Length <= MemoryLimits.Query ? query : query[..MemoryLimits.Query]);
            Assert.All(recalled, m => Assert.Equal(user, m.CustomerId));
            found += recalled.Any(m => m.ConversationId == first[user]) ? 1 : 0;
        }

        output.WriteLine($"{found} of {asked} customers with a second conversation.");
        Assert.True(asked > 10, $"Only {asked} customers have a second conversation.");
        Assert.Equal(asked, found);
    }
}
