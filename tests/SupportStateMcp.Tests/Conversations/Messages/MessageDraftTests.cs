using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tests.Conversations;

public class MessageDraftTests
{
    [Theory]
    [InlineData("cs-TKT-001")]
    [InlineData("cs-0")]
    [InlineData("cs-a.b_c-D")]
    [InlineData("cs-cs-1")]
    public void A_conversation_id_reads_back_as_written(string text)
    {
        var id = ConversationId.TryParse(text)!.Value;

        Assert.Equal(text, id.Value);
        Assert.Equal(text, id.ToString());
        Assert.Equal(text[3..], id.TicketId);
        Assert.Equal(id, ConversationId.OfTicket(id.TicketId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cs-")]
    [InlineData("TKT-001")]
    [InlineData("CS-TKT-001")]
    [InlineData("cs-.hidden")]
    [InlineData("cs--1")]
    [InlineData("cs-_1")]
    [InlineData("cs-a/b")]
    [InlineData("cs-a\\b")]
    [InlineData("cs-a{b}")]
    [InlineData("cs-a b")]
    [InlineData("cs-a\n")]
    [InlineData("cs-a\0")]
    [InlineData("cs-é")]
    [InlineData("cs-١")]
    public void Anything_else_is_no_conversation_id(string? text) => Assert.Null(ConversationId.TryParse(text));

    [Fact]
    public void A_ticket_id_has_at_most_100_characters()
    {
        Assert.NotNull(ConversationId.OfTicket(new string('a', 100)));
        Assert.Null(ConversationId.OfTicket(new string('a', 101)));
    }

    [Theory]
    [InlineData("human:alice", ActorKind.Human, "alice")]
    [InlineData("AI:claude-desktop", ActorKind.Ai, "claude-desktop")]
    [InlineData("system:cron:nightly", ActorKind.System, "cron:nightly")]
    [InlineData("customer:Zoë", ActorKind.Customer, "Zoë")]
    public void An_actor_is_a_kind_and_an_id(string text, ActorKind kind, string id) =>
        Assert.Equal(new Actor(kind, id), Actor.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData(":alice")]
    [InlineData("human:")]
    [InlineData("robot:alice")]
    [InlineData("1:alice")]
    [InlineData("+1:alice")]
    [InlineData("-0:alice")]
    [InlineData("ai,human:alice")]
    [InlineData(" ai:alice")]
    [InlineData("ai :alice")]
    [InlineData("ai:alice smith")]
    [InlineData("ai:alice\n")]
    [InlineData("ai:\u001b[31m")]
    public void Anything_else_is_no_actor(string text) => Assert.Null(Actor.TryParse(text));

    [Fact]
    public void An_actors_id_has_at_most_100_characters()
    {
        Assert.NotNull(Actor.TryParse("ai:" + new string('a', 100)));
        Assert.Null(Actor.TryParse("ai:" + new string('a', 101)));
    }

    [Theory]
    [InlineData("Claude Desktop", "Claude-Desktop")]
    [InlineData("  claude \t", "claude")]
    [InlineData("a\u0000b\nc", "a-b-c")]
    [InlineData("bot🙂", "bot--")]
    [InlineData("bot\u202e\u200b", "bot--")]
    [InlineData("", "unknown")]
    [InlineData("   ", "unknown")]
    [InlineData(null, "unknown")]
    public void A_name_that_somebody_else_chose_becomes_an_id(string? name, string id)
    {
        Assert.Equal(id, Actor.ToId(name));
        Assert.Equal(new Actor(ActorKind.Ai, id), Actor.TryParse("ai:" + Actor.ToId(name)));
    }

    [Fact]
    public void A_name_that_is_too_long_is_cut() => Assert.Equal(100, Actor.ToId(new string('x', 5_000)).Length);

    [Fact]
    public void Enumeration_values_go_by_their_names()
    {
        Assert.Equal("medium", SnakeCaseEnum.Of(Priority.Medium));
        Assert.Equal(Priority.Medium, SnakeCaseEnum.Parse<Priority>("medium"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Medium")]
    [InlineData("1")]
    [InlineData("low,high")]
    [InlineData("medium ")]
    public void No_other_name_is_one(string? name) => Assert.Null(SnakeCaseEnum.Parse<Priority>(name));

    [Theory]
    [InlineData("1")]
    [InlineData("\"Medium\"")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public void What_is_stored_names_its_values_too(string json)
    {
        var stored = $$"""{"kind":{{json}},"id":"x"}""";

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(stored, ConversationJson.Readable.Actor));
    }
}
