using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Whatever people do to a conversation, its trail tells all of it.</summary>
public class TrailPropertyTests
{
    private static readonly Gen<ConversationCommand> s_command = Gen.Frequency(
        (2, Gen.Elements("user-1", "user-2").Select(ConversationCommand (user) => OneConversation.Open(user))),
        (6, Gen.Choose(1, 8).Zip(Gen.Elements("Hello", "Grüße 🙂", "\"quoted\"\n")).Select(
            ConversationCommand (m) => OneConversation.Say(m.Item2, m.Item1.ToString(CultureInfo.InvariantCulture)))),
        (8, Gen.Elements(WorkflowDefinition.Default.States.ToArray()).Zip(Gen.Elements(null, "because")).Select(
            ConversationCommand (m) => OneConversation.MoveTo(m.Item1) with { Reason = m.Item2 })),
        (4, Gen.Elements("""{"a":1}""", """{"a":null,"b":{"c":[1,2]}}""", """{"b":null}""", """{"ä":"ö"}""").Zip(Gen.Elements(Enum.GetValues<TicketStatus>())).Select(
            ConversationCommand (u) => OneConversation.Update() with { Metadata = OneConversation.Facts(u.Item1), TicketStatus = u.Item2 })),
        (2, Gen.Elements(Enum.GetValues<Priority>()).Select(ConversationCommand (p) => OneConversation.Update() with { Priority = p, AssignedTo = "bob", IdempotencyKey = "same" })),
        (1, Gen.Choose(1, 12).Select(ConversationCommand (v) => OneConversation.MoveTo("processing") with { ExpectedVersion = v })),
        (1, Gen.Constant(0).Select(ConversationCommand (_) => OneConversation.Erase())));

    [Fact]
    public async Task The_folded_trail_is_the_snapshot_and_its_versions_have_no_gaps()
    {
        await using var desk = new TestCommandHandler();
        var histories = 0;

        Prop.ForAll(s_command.ListOf().ToArbitrary(), commands =>
        {
            var id = ConversationId.OfTicket($"H{++histories}")!.Value;
            // A history without an opening would be a list of refusals.
            foreach (var command in commands.Prepend(OneConversation.Open()))
            {
                desk.Time.Advance(TimeSpan.FromMilliseconds(10));
                _ = desk.DoAsync(command with { Id = id }).AsTask().GetAwaiter().GetResult();
            }

            var stored = desk.LoadAsync(id).AsTask().GetAwaiter().GetResult().Conversation;
            var trail = desk.TrailAsync(id).AsTask().GetAwaiter().GetResult();

            Assert.Equal(Enumerable.Range(1, trail.Count).Select(v => (long)v), trail.Select(e => e.Version));
            Assert.Equal(OneConversation.Json(stored), OneConversation.Json(Conversation.Fold(null, trail)));
            Assert.Equal(stored!.Version, trail.Count);
            Assert.Equal(trail.Select(e => e.At).Order(), trail.Select(e => e.At));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(40).WithQuietOnSuccess(true));

        Assert.True(histories >= 100);
    }
}
