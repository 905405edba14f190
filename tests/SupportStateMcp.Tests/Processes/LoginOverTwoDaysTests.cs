using System.Text.Json;
using System.Text.RegularExpressions;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>A problem with a login over two days, two agents, a person, and the customer who has it next: what was learned is there for each of them.</summary>
public sealed class LoginOverTwoDaysTests
{
    private const string Problem = "After the password reset the login page of the portal answers with error AADSTS50105.";

    private static readonly Colleague s_sue = new("human:sue", "supervisor");

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task The_second_agent_sees_what_the_first_tried_and_the_next_customers_expert_finds_the_published_draft(string store)
    {
        await using var deployment = (await Deployment.OnAsync(store, "--toolsets", "conversations,knowledge,memory")).With(Colleague.Bot, Colleague.Alice, s_sue);
        var server = await deployment.StartServerAsync();
        var bot = Colleague.Bot;

        // The first day: an agent tries something, and notes it.
        await bot.DoAsync(server, "initialize_conversation", new { user_id = "CUST001", ticket_id = "DAY-1", description = Problem });
        var turn = await bot.DoAsync(server, "begin_turn", new { conversation_id = "cs-DAY-1", message_id = "c-1", content = Problem });
        await bot.DoAsync(server, "complete_turn", new { turn_token = turn.Content.GetProperty("turn_token").GetString(), content = "I have sent a new reset link, please try it." });
        await bot.DoAsync(server, "remember", new { conversation_id = "cs-DAY-1", kind = "fact", key = "tried", text = "Tried: a new reset link for the portal login." });
        await server.KillAsync();

        // The second day: another process, another agent. It recalls, and does not try the same again.
        server = await deployment.StartServerAsync();
        await bot.DoAsync(server, "begin_turn", new { conversation_id = "cs-DAY-1", message_id = "c-2", content = "The link did not help, the same error again." });
        var recalled = await bot.DoAsync(server, "recall", new { conversation_id = "cs-DAY-1", query = "login error after reset, what was tried?" });
        Assert.Contains("Tried: a new reset link", Texts(recalled), StringComparison.Ordinal);
        await bot.DoAsync(server, "escalate_conversation", new
        {
            conversation_id = "cs-DAY-1", reason = "Needs rights that I do not have.", summary = "The reset did not help.", tried = new[] { "a new reset link" }, queue = "support",
        });

        // A person solves it, with an answer that no article holds.
        await Colleague.Alice.DoAsync(server, "claim_conversation", new { conversation_id = "cs-DAY-1", lease_seconds = 3600 });
        await Colleague.Alice.DoAsync(server, "add_message", new
        {
            conversation_id = "cs-DAY-1", role = "assistant", message_id = "a-2",
            content = "Your account had lost its role in the enterprise application. I have assigned it again; sign out everywhere, then log in.",
        });
        await Colleague.Alice.DoAsync(server, "transition_state", new { conversation_id = "cs-DAY-1", new_state = "resolved" });

        var episode = await UntilAsync(async () => Texts(await bot.DoAsync(server, "recall", new { customer_id = "CUST001", query = "portal login", kinds = new[] { "episode" } })));
        Assert.Contains("Tried: ‹a new reset link›", episode, StringComparison.Ordinal);
        Assert.Contains("assigned it again", episode, StringComparison.Ordinal);
        Assert.Contains("human:alice", episode, StringComparison.Ordinal);

        // The draft is found by nobody until a supervisor publishes it.
        var draft = await DraftAsync(server, episode);
        Assert.Empty(Articles(await bot.DoAsync(server, "query_knowledge_base", new { query = "AADSTS50105 login portal" })));
        await s_sue.DoAsync(server, "save_article", new
        {
            article_id = draft.Id, title = "AADSTS50105 after a password reset", content = draft.Content, status = "published", expected_version = draft.Version,
        });
        var found = Articles(await bot.DoAsync(server, "query_knowledge_base", new { query = "Customer CUST002 cannot log in: AADSTS50105" }));
        Assert.Equal(draft.Id, Assert.Single(found).GetProperty("article_id").GetString());
        Assert.Equal("", Texts(await bot.DoAsync(server, "recall", new { customer_id = "CUST002", query = "portal login" })));

        static async Task<(string Id, string Content, long Version)> DraftAsync(HttpServer from, string episode)
        {
            var id = Regex.Match(episode, "Draft article: (draft-DAY-1-[0-9a-f]+)").Groups[1].Value;
            var read = (await s_sue.DoAsync(from, "get_article", new { article_id = id })).Content;
            Assert.Equal("draft", read.GetProperty("status").GetString());
            var content = string.Join('\n', read.GetProperty("content").GetString()!.Split('\n').Select(l => l.Length > 2 ? l[2..] : ""));
            return (id, content, read.GetProperty("version").GetInt64());
        }
    }

    private static string Texts(ToolAnswer recalled) =>
        string.Join('\n', recalled.Content.GetProperty("memories").EnumerateArray().Select(m => m.GetProperty("text").GetString()));

    private static List<JsonElement> Articles(ToolAnswer answer) => [.. answer.Content.GetProperty("results")[0].GetProperty("articles").EnumerateArray()];

    /// <summary>What follows a closing is done beside it.</summary>
    private static async Task<string> UntilAsync(Func<Task<string>> read)
    {
        for (var waited = 0; ; waited++)
        {
            if (await read() is { Length: > 0 } text)
                return text;
            Assert.True(waited < 600, "It did not come.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
