using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

public class TurnToolsTests(SharedCommandHandlers desk)
{
    [Fact]
    public async Task A_turn_hands_out_the_history_before_it_and_takes_in_the_message_once()
    {
        var id = await desk.OpenAsync();
        await CompleteAsync(await desk.BeginAsync(id, "Hello", "m-1"), "Hi");

        var begun = await desk.BeginAsync(id, "It is broken.", "m-2");
        var again = await desk.BeginAsync(id, "It is broken.", "m-2");

        Assert.Equal(["Hello", "Hi"], begun["history"]!.AsArray().Select(m => (string)m!["content"]!));
        Assert.Equal((3, "m-2", "gathering_info", "ai:bot", 1), ((int)begun["number"]!, (string)begun["message_id"]!, (string)begun["state"]!, (string)begun["owner"]!, (int)begun["epoch"]!));
        Assert.True((bool)begun["may_answer"]!);
        Assert.StartsWith("Ask for what is missing", (string?)begun["guidance"], StringComparison.Ordinal);
        Assert.Equal("""["processing","escalated"]""", begun["allowed_transitions"]!.ToJsonString());
        Assert.False(begun.ContainsKey("human_takeover"));
        Assert.True((bool)again["replayed"]!);
        Assert.Equal((string?)begun["turn_token"], (string?)again["turn_token"]);
        Assert.Equal(["Hello", "Hi", "It is broken."], await ContentsAsync(id));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "2")]
    [InlineData(50, "1 2")]
    public async Task A_turn_returns_as_much_of_the_history_as_is_asked_for(int most, string expected)
    {
        var id = await desk.OpenAsync();
        foreach (var content in new[] { "1", "2" })
            await desk.BeginAsync(id, content, $"m-{content}");

        var begun = await desk.Bot.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "3", "max_messages": {{most}}, "metadata": {"channel": "mail"} }""");

        Assert.Equal(expected, string.Join(' ', begun["history"]!.AsArray().Select(m => (string?)m!["content"])));
        Assert.Matches("^msg-[0-9a-f]{32}$", (string)begun["message_id"]!);
    }

    [Fact]
    public async Task An_answer_and_its_move_are_one_step_that_any_instance_completes_once()
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "It is broken.", "m-1");

        var done = await CompleteAsync(begun, "I look into it.", """, "new_state": "processing", "reason": "All is known." """, desk.BotElsewhere);
        var again = await CompleteAsync(begun, "I look into it.", """, "new_state": "processing", "reason": "All is known." """);

        Assert.Equal((id, 2, 1, "processing", "ai:bot", false), ((string)done["conversation_id"]!, (int)done["number"]!, (int)done["in_reply_to"]!, (string)done["state"]!, (string)done["owner"]!, (bool)done["replayed"]!));
        Assert.Equal("""["awaiting_confirmation","escalated"]""", done["allowed_transitions"]!.ToJsonString());
        Assert.StartsWith("Work on the solution", (string?)done["guidance"], StringComparison.Ordinal);
        Assert.True((bool)again["replayed"]!);
        Assert.Equal((long)done["version"]!, (long)again["version"]!);
        Assert.Equal(["It is broken.", "I look into it."], await ContentsAsync(id));
    }

    [Fact]
    public async Task Another_answer_to_the_same_message_is_refused()
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "It is broken.", "m-1");
        await CompleteAsync(begun, "I look into it.");

        var refusal = await desk.RefusedAsync(desk.Bot, id, "already_answered", "complete_turn", Completion(begun, "No, I do not."));
        var moved = await desk.RefusedAsync(desk.BotElsewhere, id, "already_answered", "complete_turn", Completion(begun, "I look into it.", """, "new_state": "processing" """));

        Assert.Equal((1, "ai:bot", 2, "~reply-1-1"), ((int)refusal["number"]!, (string)refusal["answered_by"]!, (int)refusal["answered_with"]!, (string)refusal["answer_id"]!));
        Assert.StartsWith("Message 1 has been answered by ai:bot with message 2 (~reply-1-1).", (string?)refusal["message"], StringComparison.Ordinal);
        Assert.Equal("~reply-1-1", (string?)moved["answer_id"]);
    }

    [Fact]
    public async Task A_message_that_is_delivered_again_after_its_answer_says_who_answered_and_with_what()
    {
        var id = await desk.OpenAsync();
        await CompleteAsync(await desk.BeginAsync(id, "It is broken.", "wa-1"), "I look into it.");

        foreach (var seat in new[] { desk.Bot, desk.BotElsewhere, desk.OtherBot, desk.Alice })
        {
            var again = await seat.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "It is broken.", "message_id": "wa-1"}""");

            Assert.Equal((true, false), ((bool)again["replayed"]!, (bool)again["may_answer"]!));
            Assert.False(again.ContainsKey("turn_token"));
            Assert.Equal((2, "~reply-1-1", "ai:bot"), ((int)again["answer"]!["number"]!, (string)again["answer"]!["message_id"]!, (string)again["answer"]!["by"]!));
            Assert.StartsWith("This message has been answered by ai:bot with message 2 (~reply-1-1): say nothing twice", (string?)again["guidance"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_lost_the_conversation_meanwhile_says_nothing()
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "It is broken.", "m-1");
        await desk.Alice.DoAsync("claim_conversation", $$"""{"conversation_id": "{{id}}"}""");

        var refusal = await desk.RefusedAsync(desk.Bot, id, "not_owner", "complete_turn", Completion(begun, "I look into it."));

        Assert.Equal("human:alice", (string?)refusal["owner"]);
    }

    [Fact]
    public async Task What_somebody_else_has_answered_is_not_answered_again()
    {
        var id = await desk.OpenAsync();
        var first = await desk.BeginAsync(id, "It is broken.", "m-1");
        await desk.Alice.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "Mended."}""");
        await desk.Alice.DoAsync("hand_back", $$"""{"conversation_id": "{{id}}", "note": "Ask whether it works."}""");

        var begun = await desk.BeginAsync(id, "It is broken.", "m-1");
        Assert.False((bool)begun["may_answer"]!);
        Assert.False(begun.ContainsKey("turn_token"));
        Assert.StartsWith("This message has been answered by human:alice with message 2 (", (string?)begun["guidance"], StringComparison.Ordinal);
        var token = (Turn.TryParse((string?)first["turn_token"])! with { Epoch = (long)begun["epoch"]! }).ToToken();
        await desk.RefusedAsync(desk.Bot, id, "already_answered", "complete_turn", new JsonObject { ["turn_token"] = token, ["content"] = "x" }.ToJsonString());
    }

    [Fact]
    public async Task Of_two_assistants_the_one_that_began_last_has_the_turn()
    {
        var id = await desk.OpenAsync();
        var first = await desk.BeginAsync(id, "Hello", "m-1");
        var second = await desk.OtherBot.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "Anybody?", "message_id": "m-2"}""");

        var refusal = await desk.RefusedAsync(desk.Bot, id, "not_owner", "complete_turn", Completion(first, "Hi"));
        Assert.Contains("begin a new turn", (string?)refusal["message"], StringComparison.Ordinal);
        Assert.Equal("ai:other", (string?)(await CompleteAsync(second, "Hi", by: desk.OtherBot))["owner"]);
    }

    [Fact]
    public async Task While_a_person_has_the_conversation_the_message_is_kept_and_no_token_given()
    {
        var id = await desk.OpenAsync();
        await desk.Alice.DoAsync("claim_conversation", $$"""{"conversation_id": "{{id}}"}""");

        var begun = await desk.BeginAsync(id, "Hello?", "m-1");
        var alices = await desk.Alice.DoAsync("begin_turn", $$"""{"conversation_id": "{{id}}", "content": "Hello?", "message_id": "m-1"}""");

        Assert.False((bool)begun["may_answer"]!);
        Assert.False(begun.ContainsKey("turn_token"));
        Assert.StartsWith("human:alice has the conversation and alone answers the customer.", (string?)begun["guidance"], StringComparison.Ordinal);
        Assert.Equal("human:alice", (string?)begun["human_takeover"]!["by"]);
        Assert.Equal(["Hello?"], await ContentsAsync(id));
        Assert.True((bool)alices["may_answer"]!);
        Assert.Equal("human:alice", (string?)(await CompleteAsync(alices, "Here I am.", by: desk.Alice))["owner"]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("turn_")]
    [InlineData("turn_!!!!")]
    [InlineData("turn_YQ")]
    [InlineData("turn_YR")]
    [InlineData("turn_Y")]
    [InlineData("turn_YQ==")]
    // As they were before they named a life.
    [InlineData("turn_Y3MtVEtULTAwMXwxfDE")]
    public async Task A_token_that_is_none_is_refused(string token)
    {
        var id = await desk.OpenAsync();

        var refusal = await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "complete_turn", $$"""{"turn_token": "{{token}}", "content": "x"}""");

        Assert.Equal("turn_token", (string?)refusal["argument"]);
        Assert.Contains("begin_turn with the same message_id gives a new one", (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_does_not_outlive_its_conversation()
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "It is broken.", "m-1");
        await desk.Bot.DoAsync("delete_conversation", $$"""{"conversation_id": "{{id}}"}""");
        await desk.Bot.DoAsync("initialize_conversation", $$"""{"user_id": "user-2", "ticket_id": "{{id[3..]}}"}""");
        await desk.BeginAsync(id, "Hello", "m-1");

        var refusal = await desk.RefusedAsync(desk.Bot, id, "not_found", "complete_turn", Completion(begun, "I look into it."));

        Assert.Contains("begin_turn takes in the next message", (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(9, 1)]
    [InlineData(1, 0)]
    public async Task A_token_of_no_turn_of_the_conversation_is_refused(long epoch, long number)
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "Hello", "m-1");
        var forged = (Turn.TryParse((string?)begun["turn_token"])! with { Epoch = epoch, Number = number }).ToToken();

        await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "complete_turn", $$"""{"turn_token": "{{forged}}", "content": "x"}""");
    }

    [Fact]
    public async Task An_answer_with_a_move_that_is_not_allowed_is_refused_as_a_whole()
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "Hello", "m-1");

        await desk.RefusedAsync(desk.Bot, id, "invalid_transition", "complete_turn", Completion(begun, "Bye", """, "new_state": "resolved" """));
        var unknown = await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "complete_turn", Completion(begun, "Bye", """, "new_state": "nowhere" """));
        Assert.Contains("one of the workflow's states: initialized,", (string?)unknown["message"], StringComparison.Ordinal);
        await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "complete_turn", Completion(begun, ""));
    }

    [Fact]
    public async Task A_message_with_another_content_under_the_same_id_begins_no_turn()
    {
        var id = await desk.OpenAsync();
        await desk.BeginAsync(id, "Hello", "m-1");

        await desk.RefusedAsync(desk.Bot, id, "idempotency_mismatch", "begin_turn", $$"""{"conversation_id": "{{id}}", "content": "Bye", "message_id": "m-1"}""");
        await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "begin_turn", $$"""{"conversation_id": "{{id}}", "content": ""}""");
        await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "begin_turn", $$"""{"conversation_id": "{{id}}", "content": "x", "max_messages": 501}""");
    }

    private Task<JsonObject> CompleteAsync(JsonObject begun, string content, string more = "", Seat? by = null) =>
        (by ?? desk.Bot).DoAsync("complete_turn", Completion(begun, content, more));

    private static string Completion(JsonObject begun, string content, string more = "") =>
        $$"""{"turn_token": "{{begun["turn_token"]}}", "content": "{{content}}"{{more}} }""";

    private async Task<IEnumerable<string?>> ContentsAsync(string id) =>
        (await desk.Sue.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"}"""))["messages"]!.AsArray().Select(m => (string?)m!["content"]);
}
