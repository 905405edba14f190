using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>While a person has a conversation, no AI speaks to the customer, whatever tool it tries.</summary>
public class OneVoiceTests(SharedCommandHandlers desk)
{
    [Theory]
    [InlineData("""{"role": "assistant", "content": "Me too."}""")]
    [InlineData("""{"role": "assistant", "content": "Me too.", "visibility": "public"}""")]
    [InlineData("""{"role": "assistant", "content": "Me too.", "automated": true}""")]
    [InlineData("""{"role": "system", "content": "Me too.", "visibility": "public"}""")]
    [InlineData("""{"role": "tool", "content": "Me too.", "visibility": "public"}""")]
    [InlineData("""{"role": "tool", "content": "Me too.", "visibility": "public", "automated": true}""")]
    public async Task No_message_of_an_ai_gets_past_a_person(string message)
    {
        var id = await ClaimedAsync();
        var call = JsonNode.Parse(message)!.AsObject();
        call["conversation_id"] = id;

        var refusal = await desk.RefusedAsync(desk.Bot, id, "not_owner", "add_message", call.ToJsonString());

        Assert.Equal("human:alice", (string?)refusal["owner"]);
    }

    [Theory]
    [InlineData("escalate_conversation", """{"reason": "r", "summary": "s", "customer_message": "Me too."}""")]
    [InlineData("transition_state", """{"new_state": "processing"}""")]
    public async Task No_other_tool_does_either(string tool, string arguments)
    {
        var id = await ClaimedAsync();
        var call = JsonNode.Parse(arguments)!.AsObject();
        call["conversation_id"] = id;

        await desk.RefusedAsync(desk.Bot, id, "not_owner", tool, call.ToJsonString());
    }

    [Fact]
    public async Task In_a_queue_the_customer_hears_no_ai_either_but_for_receipts()
    {
        var id = await desk.OpenAsync();
        var begun = await desk.BeginAsync(id, "Help", "m-1");
        await desk.EscalateAsync(id);

        await desk.RefusedAsync(desk.Bot, id, "not_owner", "complete_turn", $$"""{"turn_token": "{{begun["turn_token"]}}", "content": "x"}""");
        await desk.RefusedAsync(desk.Bot, id, "not_owner", "add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "x"}""");
        var receipt = await desk.Bot.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "We have received your mail.", "automated": true}""");
        Assert.Equal("queue:support", (string?)receipt["owner"]);
    }

    [Fact]
    public async Task Notes_between_colleagues_are_welcome_and_change_no_owner()
    {
        var id = await ClaimedAsync();

        var note = await desk.Bot.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "assistant", "content": "The order is TKT-9.", "visibility": "internal"}""");
        var tool = await desk.Bot.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "tool", "content": "{}"}""");

        Assert.Equal(("human:alice", "human:alice"), ((string?)note["owner"], (string?)tool["owner"]));
        Assert.Equal((long)note["epoch"]!, (long)tool["epoch"]!);
    }

    [Fact]
    public async Task What_the_customer_sees_can_be_read_alone()
    {
        var id = await desk.OpenAsync();
        foreach (var (role, more) in new[] { ("user", ""), ("assistant", ""), ("tool", ""), ("system", ""), ("assistant", """, "visibility": "internal" """), ("system", """, "visibility": "public" """) })
            await desk.Bot.DoAsync("add_message", $$"""{"conversation_id": "{{id}}", "role": "{{role}}", "content": "x"{{more}} }""");

        Assert.Equal([1, 2, 6], await NumbersAsync(id, """, "visibility": "public" """));
        Assert.Equal([3, 4, 5], await NumbersAsync(id, """, "visibility": "internal" """));
        Assert.Equal([2], await NumbersAsync(id, """, "visibility": "public", "roles": ["assistant", "tool"] """));
        Assert.Equal([5], await NumbersAsync(id, """, "visibility": "internal", "limit": 1 """));
        Assert.Equal([1, 2, 3, 4, 5, 6], await NumbersAsync(id, ""));
    }

    [Fact]
    public async Task What_the_customer_wrote_cannot_be_kept_from_them()
    {
        var id = await desk.OpenAsync();

        await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "add_message", $$"""{"conversation_id": "{{id}}", "role": "user", "content": "x", "visibility": "internal"}""");
        await desk.RefusedAsync(desk.Bot, id, "invalid_argument", "add_message", $$"""{"conversation_id": "{{id}}", "role": "user", "content": "x", "automated": "perhaps"}""");
    }

    private async Task<string> ClaimedAsync()
    {
        var id = await desk.OpenAsync();
        await desk.Alice.DoAsync("claim_conversation", $$"""{"conversation_id": "{{id}}"}""");
        return id;
    }

    private async Task<IEnumerable<int>> NumbersAsync(string id, string more) =>
        (await desk.Bot.DoAsync("get_history", $$"""{"conversation_id": "{{id}}"{{more}} }"""))["messages"]!.AsArray().Select(m => (int)m!["number"]!);
}
