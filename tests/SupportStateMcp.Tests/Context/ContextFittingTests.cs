using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Context;

/// <summary>A context keeps to its budget, begins where it may, and says what it left out.</summary>
public class ContextFittingTests
{
    private static readonly ITokenCounter s_estimate = new TokenEstimate();
    private static readonly ITokenCounter s_exact = new ExactTokens();

    /// <summary>Half of the cases with each counter; 10,000 in all with <c>SUPPORTSTATE_TEST_CONTEXTS=10000</c>.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void It_never_costs_more_than_it_may_and_never_splits_a_tool_pair(int seed)
    {
        var (random, cases) = (new Random(seed), TestAmounts.Contexts(1_600) / 4);
        for (var n = 0; n < cases; n++)
        {
            var material = Material(random);
            var tokens = random.Next(4) == 0 ? random.Next(ContextLimits.LeastTokens, 4_000) : random.Next(ContextLimits.LeastTokens, 1_200);
            var counter = n % 2 == 0 ? s_estimate : s_exact;

            var view = ContextFitting.Fit(material, counter, tokens, WorkflowDefinition.Default);

            var text = ViewJson.Text(view);
            var cost = O200k.Count(text);
            Assert.True(cost <= tokens, $"seed {seed}, case {n}: {cost} of {tokens}");
            Assert.True(counter.IsExact && TokenEstimate.LongPieces(text, ExactTokens.LongestPiece).Count == 0 ? cost == view.ContextTokens : cost <= view.ContextTokens, $"seed {seed}, case {n}: {cost} said to be {view.ContextTokens}");
            Assert.InRange(view.ContextTokens, 1, tokens);
            Assert.InRange(text.Length, 1, Limits.AnswerCharacters);
            AssertWhole(material, view);
        }
    }

    [Fact]
    public void What_has_room_is_all_there_and_nothing_is_dropped()
    {
        var view = Fit(Material(messages: "m m ca ra m"), 8_000);

        Assert.Equal([1L, 2, 3, 4, 5], view.Messages!.Select(m => m.Number!.Value));
        Assert.Equal((2, 1, 1, 1), (view.Memories!.Count, view.Articles!.Count, view.EarlierConversations!.Count, view.Session!.Count));
        Assert.Equal("{}", ViewJson.Text((JsonObject)JsonNode.Parse(ViewJson.Text(view))!["dropped"]!));
        // All messages are there: there is nothing to stand for.
        Assert.Null(view.Summary);
    }

    [Fact]
    public void Messages_have_half_of_it_first_and_what_the_others_leave()
    {
        var many = string.Join(' ', Enumerable.Repeat("m", 300));
        var alone = Fit(Material(messages: many, size: 200) with { Included = new HashSet<ContextPart> { ContextPart.Messages } }, 4_000);
        var shared = Fit(Material(messages: many, size: 200, memories: 40), 4_000);

        Assert.InRange(alone.ContextTokens, 3_500, 4_000);
        Assert.InRange(shared.ContextTokens, 3_500, 4_000);
        Assert.InRange((double)shared.Messages!.Count / alone.Messages!.Count, 0.4, 0.6);
        Assert.InRange(shared.Memories!.Count, 5, 39);
        Assert.Equal(40 - shared.Memories.Count, shared.Dropped.Memories);
        Assert.Equal((shared.Messages[0].Number - 1, shared.Messages[0].Number), (shared.Dropped.Messages, shared.Dropped.Before));
        Assert.Equal(300, shared.Messages[^1].Number);
    }

    [Fact]
    public void The_newest_message_is_shortened_rather_than_left_out()
    {
        var view = Fit(Material(messages: "m m", size: 9_000), 1_000);

        var newest = view.Messages![^1];
        Assert.Equal(2, newest.Number);
        Assert.InRange(newest.Content.Length, 200, 5_000);
        Assert.Contains("get_history(conversation_id, number: 2", newest.Rest, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_result_comes_with_its_call_shortened_where_it_has_to_be()
    {
        var view = Fit(Material(messages: "m m ca ra", size: 30_000), 1_500);

        Assert.Equal([3L, 4], view.Messages!.Select(m => m.Number!.Value));
        Assert.All(view.Messages!, m => Assert.NotNull(m.Rest));
    }

    [Theory]
    [InlineData("m m m m m ra", 6)]
    [InlineData("m m ra m m", 5)]
    [InlineData("m ca ra rb m", 5)]
    public void A_result_whose_call_was_not_stored_hides_no_message(string messages, int count) =>
        Assert.Equal(count, Fit(Material(messages), 8_000).Messages!.Count);

    [Fact]
    public void The_newest_result_without_a_call_comes_with_the_message_before()
    {
        var view = Fit(Material(messages: "m m m ra", size: 30_000), 1_500);

        Assert.Equal([3L, 4], view.Messages!.Select(m => m.Number!.Value));
    }

    [Fact]
    public void Where_summaries_are_made_messages_that_one_covers_are_not_shown_again_and_the_next_is_due()
    {
        var material = Material(messages: string.Join(' ', Enumerable.Repeat("m", 40)), through: 10);

        var dropped = Fit(material with { Strategy = ContextStrategy.DropOldest }, 8_000);
        var summarised = Fit(material with { Strategy = ContextStrategy.Summarise }, 8_000);

        Assert.Equal((1L, null, null), (dropped.Messages![0].Number, dropped.Summary, dropped.SummaryDue));
        Assert.Equal((11L, 10L, new SummaryDueView(11, 20)), (summarised.Messages![0].Number, summarised.Summary!.ThroughNumber, summarised.SummaryDue));
        Assert.Equal("ai:summariser", summarised.Summary.By);
    }

    [Fact]
    public void A_summary_that_ends_at_a_call_leaves_the_call_with_its_result()
    {
        var view = Fit(Material(messages: "m m ca ra m", through: 3) with { Strategy = ContextStrategy.Summarise }, 8_000);

        Assert.Equal([3L, 4, 5], view.Messages!.Select(m => m.Number!.Value));
    }

    [Fact]
    public void Only_the_parts_that_were_asked_for_are_there()
    {
        var view = Fit(Material(messages: "m") with { Included = new HashSet<ContextPart> { ContextPart.Memories } }, 8_000);

        Assert.Equal((2, null, null, null), (view.Memories!.Count, view.Messages, view.Articles, view.Profile));
        Assert.Null(view.Dropped.Messages);
    }

    [Theory]
    [InlineData("qxzjkvwQXZJKVW")]
    [InlineData("鬱龘麤灪爨籲驫厵")]
    public void The_smallest_context_has_room_for_the_longest_names(string signs)
    {
        var random = new Random(1);
        var owner = new string([.. Enumerable.Range(0, 100).Select(_ => signs[random.Next(signs.Length)])]);
        var long100 = new string([.. Enumerable.Range(0, 100).Select(_ => "qxzjkvwQXZJKVW"[random.Next(14)])]);
        var (states, table) = (Enumerable.Range(0, 40).Select(n => $"s{long100[..40].ToLowerInvariant()}_{n}").ToArray(), new Dictionary<string, IReadOnlyList<string>>());
        foreach (var state in states)
            table[state] = state == states[39] ? [] : [.. states.Where(s => s != state && s != states[0])];
        var (workflow, violations) = WorkflowDefinition.Create(new WorkflowProfile { Name = "wide", States = states, Transitions = table, Initial = states[0], OpensTo = states[0] });
        Assert.Empty(violations);
        var material = Material(messages: "m");
        material = material with { Conversation = material.Conversation with { ConversationId = "cs-" + long100, State = states[0], Owner = Owner.Of(new Actor(ActorKind.Ai, owner)) } };

        var view = ContextFitting.Fit(material, s_estimate, ContextLimits.LeastTokens, workflow!);

        Assert.Null(view.AllowedTransitions);
        Assert.StartsWith($"ai:{owner[..20]}", view.Owner, StringComparison.Ordinal);
        Assert.InRange(O200k.Count(ViewJson.Text(view)), 1, ContextLimits.LeastTokens);
        Assert.InRange(view.ContextTokens, 1, ContextLimits.LeastTokens);
    }

    [Fact]
    public void A_turn_begins_with_what_is_known_in_three_hundred_tokens()
    {
        var (random, cases) = (new Random(5), TestAmounts.Contexts(1_600) / 8);
        for (var n = 0; n < cases; n++)
        {
            var material = Material(random);
            var view = TurnBrief.Of(material with { Memories = [.. material.Memories.Take(ContextLimits.BriefMemories)] }, n % 2 == 0 ? s_estimate : s_exact);
            if (view is null)
                Assert.True(material.Memories.Count == 0 && material.Profile?.IsEmpty is not false);
            else
                Assert.InRange(O200k.Count(ViewJson.Text(view)), 1, ContextLimits.BriefTokens);
        }

        var whole = TurnBrief.Of(Material(messages: "m"), s_estimate)!;
        Assert.Equal(2, whole.Memories.Count);
        Assert.Equal("mail", whole.Profile!.Preferences!["channel"].GetString());
        Assert.Null(whole.More);
        Assert.True(TurnBrief.Of(Material(messages: "m", memories: 3, size: 1_500), s_estimate) is { More: true, Memories.Count: > 0 });
    }

    [Fact]
    public void A_turn_begins_without_the_entry_of_the_profile_that_has_no_room_and_with_all_else()
    {
        var material = Material(messages: "m") with { Profile = Profile($$"""{"story":"{{Words(3_000, 1)}}","channel":"mail"}""", """{"orders":3}""") };

        var brief = TurnBrief.Of(material, s_estimate)!;

        Assert.Equal((2, true), (brief.Memories.Count, brief.More));
        Assert.Equal(["channel"], brief.Profile!.Preferences!.Keys);
        Assert.Equal(3, brief.Profile.History!["orders"].GetInt32());
        var alone = TurnBrief.Of(material with { Memories = [], Profile = Profile($$"""{"story":"{{Words(3_000, 1)}}"}""", "{}") }, s_estimate)!;
        Assert.Equal((null, 0, true), (alone.Profile, alone.Memories.Count, alone.More));
    }

    private static ContextView Fit(ContextMaterial material, int tokens) => ContextFitting.Fit(material, s_estimate, tokens, WorkflowDefinition.Default);

    /// <summary>The messages are the newest without a gap, begin where they may, and what is missing is counted.</summary>
    private static void AssertWhole(ContextMaterial material, ContextView view)
    {
        if (view.Messages is not { } shown)
            return;
        var numbers = shown.Select(m => m.Number!.Value).ToList();
        var last = material.Conversation.MessageCount;
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(i => last - numbers.Count + 1 + i), numbers);
        var first = numbers.Count == 0 ? last + 1 : numbers[0];
        Assert.Equal(first > 1 ? first - 1 : null, view.Dropped.Messages);
        foreach (var result in material.Messages.Where(m => m is { Role: MessageRole.Tool, ToolCallId: not null } && m.Number >= first))
        {
            var calls = material.Messages.Where(m => m.Role != MessageRole.Tool && m.ToolCallId == result.ToolCallId && m.Number < result.Number).ToList();
            Assert.True(calls.Count == 0 ? result.Number > first || first == 1 : calls[^1].Number >= first);
        }

        Assert.Equal(material.Memories.Count - (view.Memories?.Count ?? material.Memories.Count), view.Dropped.Memories ?? 0);
        Assert.Equal(material.Articles.Count - (view.Articles?.Count ?? material.Articles.Count), view.Dropped.Articles ?? 0);
    }

    private static ContextMaterial Material(string messages, int size = 40, int memories = 2, long through = 0)
    {
        var said = MessageWindowTests.Messages(messages, first: 1).ConvertAll(m => m with { Content = Words(size, m.Number) });
        return new ContextMaterial
        {
            Conversation = Conversation(said.Count, through == 0 ? null : new ConversationSummary(through, "They cannot sign in.", new Actor(ActorKind.Ai, "summariser"), OneConversation.Now)),
            Included = new HashSet<ContextPart>(Enum.GetValues<ContextPart>()),
            Messages = said,
            Profile = Profile("""{"channel":"mail"}""", """{"orders":3}"""),
            Memories = [.. Enumerable.Range(1, memories).Select(n => Memory(n, Words(size, n)))],
            Articles = [new KnowledgeHit("a-1", "Sign in", 1.5, "Reset the password.", "Solution", OneConversation.Now)],
            EarlierConversations = [Conversation(3, null) with { ConversationId = "cs-TKT-000", Description = "It was late." }],
            Session = [new SessionValue("step", JsonElement.Parse("2"), OneConversation.Now, "ai:bot")],
        };
    }

    private static ContextMaterial Material(Random random)
    {
        var count = random.Next(0, 40);
        var calls = new List<string>();
        var said = new List<Message>();
        for (var n = 1; n <= count; n++)
        {
            var kind = random.Next(6);
            if (kind == 0)
                calls.Add($"call-{n}");
            said.Add(new Message
            {
                Number = n,
                MessageId = $"m-{n}",
                Role = kind == 0 ? MessageRole.Assistant : kind is 1 or 2 && calls.Count > 0 ? MessageRole.Tool : MessageRole.User,
                ToolCallId = kind == 0 ? calls[^1] : kind is 1 or 2 && calls.Count > 0 ? calls[random.Next(calls.Count)] : null,
                Content = Any(random),
                At = OneConversation.Now.AddSeconds(n * random.Next(1, 100)),
                RecordedBy = "ai:bot",
                Version = n,
            });
        }

        // Of a long conversation only the end was read.
        var skipped = random.Next(3) == 0 && count > 0 ? random.Next(count) : 0;
        var through = random.Next(3) == 0 && count > 0 ? random.Next(1, count + 1) : 0;
        return new ContextMaterial
        {
            Conversation = Conversation(count, through == 0 ? null : new ConversationSummary(through, Any(random) + "x", new Actor(ActorKind.Ai, "b"), OneConversation.Now)),
            Included = random.Next(4) == 0
                ? new HashSet<ContextPart>(Enum.GetValues<ContextPart>().Where(_ => random.Next(2) == 0).Append(ContextPart.Memories))
                : new HashSet<ContextPart>(Enum.GetValues<ContextPart>()),
            Strategy = random.Next(2) == 0 ? ContextStrategy.Summarise : ContextStrategy.DropOldest,
            Messages = said.Skip(skipped).ToList(),
            Profile = random.Next(3) == 0 ? null : Profile(Object(random), Object(random)),
            Memories = [.. Enumerable.Range(1, random.Next(0, 8)).Select(n => Memory(n, Any(random)))],
            Articles = [.. Enumerable.Range(1, random.Next(0, 8)).Select(n => new KnowledgeHit($"a-{n}", Any(random), random.NextDouble() * 20, Any(random), Any(random), OneConversation.Now))],
            EarlierConversations = [.. Enumerable.Range(1, random.Next(0, 6)).Select(n => Conversation(n, null) with { ConversationId = $"cs-E-{n}", Description = Any(random) })],
            Session = [.. Enumerable.Range(1, random.Next(0, 5)).Select(n => new SessionValue($"{Any(random)}{n}", JsonSerializer.SerializeToElement(Any(random), ConversationJson.Readable.String), OneConversation.Now, "ai:bot"))],
            Unavailable = random.Next(10) == 0 ? [ContextPart.Articles] : [],
        };
    }

    private static string Any(Random random) => random.Next(20) switch
    {
        0 => Words(random.Next(1, 3_000), random.Next()),
        1 => new string("xyzü "[random.Next(5)], random.Next(1, 1_500)),
        _ => TokenEstimateTests.Text(random),
    };

    private static string Words(int length, long seed)
    {
        var random = new Random((int)seed);
        var text = string.Join(' ', Enumerable.Range(0, (length / 4) + 1).Select(_ => (string[])["the", "customer", "cannot", "sign", "in", "password", "again", "order", "refund", "please"] is var w ? w[random.Next(w.Length)] : ""));
        return text[..Math.Min(text.Length, length)];
    }

    private static string Object(Random random)
    {
        var entries = new JsonObject();
        for (var n = random.Next(0, 6); n > 0; n--)
            entries[$"{n}{Any(random)}"] = Any(random);
        return entries.ToJsonString();
    }

    private static CustomerProfile Profile(string preferences, string history) => new()
    {
        CustomerId = "user-1", Preferences = JsonElement.Parse(preferences), History = JsonElement.Parse(history), Version = 1,
    };

    private static MemoryItem Memory(int n, string text) => new() { MemoryId = $"mem-{n}", Kind = MemoryKind.Fact, Text = text, By = "ai:bot", At = OneConversation.Now };

    private static Conversation Conversation(long messages, ConversationSummary? summary) => SupportStateMcp.Conversations.Conversation.Apply(null, OneConversation.Opened()) with { MessageCount = messages, Summary = summary };
}
