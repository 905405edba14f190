using Spectre.Console;

namespace SupportAgent;

/// <summary>A login case over three turns: the agent hands it to a person, the person answers and hands it back, the agent finishes it.</summary>
internal static class Handover
{
    public static async Task<int> PlayAsync(Server server, string ticket, CancellationToken ct)
    {
        var narrator = new Narrator(AnsiConsole.Console);
        await using var agentConnection = new Connection(server);
        await using var aliceConnection = new Connection(server, "human:alice");
        AnsiConsole.MarkupLineInterpolated($"[grey]{await agentConnection.HelloAsync(ct)}, {server.Title}[/]");
        var (agent, alice) = (new SupportDesk(agentConnection), new SupportDesk(aliceConnection));

        narrator.Chapter($"Ticket {ticket}: the agent");
        var id = (await agent.OpenAsync(ticket, "maria.weber", "high", "Cannot sign in.", ct)).Expected().ConversationId;
        await TurnAsync(agent, narrator, id, "customer-1", "I cannot sign in, and the reset mail never comes.",
            "I have sent the mail again to maria.weber@example.com. Did it arrive?", ct);

        var second = (await agent.BeginTurnAsync(id, "customer-2", "No! This is the third one. Let me talk to somebody.", ct)).Expected();
        narrator.Customer("No! This is the third one. Let me talk to somebody.");
        var escalated = (await agent.EscalateAsync(id,
            "The customer asks for a person; reset mails bounce.",
            "Maria cannot sign in. Three reset mails to maria.weber@example.com bounced (mailbox full).",
            "I am handing this to a colleague, who will write to you shortly.",
            ["a colleague will write shortly"], ["reset mail, three times"], ct)).Expected();
        narrator.Owned(escalated.Owner, escalated.Epoch);
        narrator.Expect(escalated is { State: "escalated", Owner: "queue:support" }, "state, owner, packet and message to the customer: one commit");

        var late = (await agent.CompleteTurnAsync(second.TurnToken!, "Have you tried another browser?", ct)).Refusal;
        narrator.Refused(late!);
        narrator.Expect(late?.Code == "not_owner", "an answer that was thought out before the handoff is not sent after it");

        narrator.Chapter("A person");
        var queue = (await alice.QueueAsync(ct)).Expected();
        narrator.Expect(queue.Conversations is [var first] && first.ConversationId == id, "the conversation is in the queue");
        narrator.Quote(await alice.BriefAsync(id, ct));
        var claimed = (await alice.ClaimAsync(id, ct)).Expected();
        narrator.Owned(claimed.Owner, claimed.Epoch);

        var over = (await agent.AddAsync(id, "agent-over", "assistant", "Any news?", ct)).Refusal;
        narrator.Refused(over!);
        narrator.Expect(over?.Code == "not_owner", "no AI talks over the person who has the conversation");

        const string Answer = "Hello Maria, Alice here. Your mailbox is full; I have sent the link to your phone instead.";
        (await alice.AddAsync(id, "alice-1", "assistant", Answer, ct)).Expected();
        narrator.Person("alice", Answer);
        var back = (await alice.HandBackAsync(id, "Link went to her phone by SMS. If she is in, close the conversation.", ct)).Expected();
        narrator.Owned(back.Owner, back.Epoch);

        narrator.Chapter("The agent again");
        var third = (await agent.BeginTurnAsync(id, "customer-3", "That worked, I am in. Thank you!", ct)).Expected();
        narrator.Customer("That worked, I am in. Thank you!");
        narrator.Expect(third.MayAnswer && third.History.Any(m => m.Content.Contains("by SMS", StringComparison.Ordinal)), "the agent has the turn, and reads Alice's note");
        foreach (var state in (string[])["processing", "awaiting_confirmation"])
        {
            var now = (await agent.ReadAsync(id, ct)).Expected();
            (await agent.MoveAsync(id, state, "signed in by SMS link", now.Version, $"agent-v{now.Version}", ct)).Expected();
        }

        const string Bye = "Glad to hear it! I will close the conversation.";
        var done = (await agent.CompleteTurnAsync(third.TurnToken!, Bye, ct, "resolved", "the customer is in")).Expected();
        narrator.Agent(Bye);
        narrator.Expect(done.State == "resolved", "answered and resolved in one commit");
        await ReviewAsync(agent, narrator, id, ct);
        return narrator.ExitCode;
    }

    private static async Task TurnAsync(SupportDesk agent, Narrator narrator, string id, string messageId, string text, string answer, CancellationToken ct)
    {
        var turn = (await agent.BeginTurnAsync(id, messageId, text, ct)).Expected();
        narrator.Customer(text);
        (await agent.CompleteTurnAsync(turn.TurnToken!, answer, ct)).Expected();
        narrator.Agent(answer);
        // As after an answer that was lost on the way: the same call once more.
        var again = (await agent.CompleteTurnAsync(turn.TurnToken!, answer, ct)).Expected();
        narrator.Expect(again.Replayed, "complete_turn repeated: replayed: true, the customer gets one answer");
    }

    private static async Task ReviewAsync(SupportDesk agent, Narrator narrator, string id, CancellationToken ct)
    {
        var events = await agent.EventsAsync(id, ct);
        narrator.Chapter("What is left of it");
        narrator.Show(await agent.HistoryAsync(id, ct));
        narrator.Show(events);
        var owners = events.Where(e => e.Type == "owner_changed").Select(e => e.Details.GetProperty("owner").GetString());
        narrator.Expect(
            owners.SequenceEqual(["queue:support", "human:alice", "ai:support-agent"]),
            "the trail tells who had the conversation: queue:support → human:alice → ai:support-agent");
    }
}
