using Spectre.Console;

namespace SupportAgent;

/// <summary>A customer is locked out. Everything this agent relies on in the server happens at least once, and is checked.</summary>
internal static class Scenario
{
    private const string User = "maria.weber";

    private static readonly string[] s_path =
    [
        "gathering_info", "processing", "awaiting_confirmation",
        "gathering_info", "processing", "awaiting_confirmation", "resolved",
    ];

    public static async Task<int> PlayAsync(Server server, string ticket, CancellationToken ct)
    {
        var narrator = new Narrator(AnsiConsole.Console);
        await using var first = new Connection(server);
        AnsiConsole.MarkupLineInterpolated($"[grey]{await first.HelloAsync(ct)}, {server.Title}[/]");

        var desk = new SupportDesk(first);
        narrator.Chapter($"Ticket {ticket}");
        var (opened, refusal) = await desk.OpenAsync(ticket, User, "high", "The account is locked after too many attempts to sign in.", ct);
        if (opened is not { Created: true })
        {
            AnsiConsole.MarkupLineInterpolated($"[red]✗ {refusal?.Message ?? $"Ticket {ticket} already has a conversation, in state {opened!.State}."}[/] Use --ticket for another one.");
            return 1;
        }

        var id = opened.ConversationId;
        narrator.Expect(opened is { State: "gathering_info", TicketStatus: "open" }, $"the conversation {id} is open, in {opened.State}");

        var agent = new Agent(desk, narrator);
        const string Hello = "Hello, I am locked out of my account since this morning.";
        var now = await agent.ServeAsync(id, "customer-1", Hello, ct);
        narrator.Expect(now.State == "gathering_info", "the agent asks before it acts");
        await RepeatAsync(desk, id, Hello, narrator, ct);

        now = await agent.ServeAsync(id, "customer-2", "It is maria.weber@example.com.", ct);
        narrator.Expect(now.State == "awaiting_confirmation", "the refusal said what is allowed instead, and the agent went there");

        // Another connection; over stdio another process. What the agent needs to know is with the server.
        narrator.Chapter("The next day, on another connection");
        await using var second = new Connection(server);
        desk = new SupportDesk(second);
        agent = new Agent(desk, narrator);

        now = await agent.ServeAsync(id, "customer-3", "The reset mail never came, it is not in the spam folder either.", ct);
        narrator.Expect(now.State == "gathering_info", "back to gathering_info");
        now = await agent.ServeAsync(id, "customer-4", "Then use maria@weber.example, please.", ct);
        narrator.Expect(now.State == "awaiting_confirmation", "awaiting_confirmation again");
        now = await agent.ServeAsync(id, "customer-5", "There it is, I am in again. Thank you!", ct);
        narrator.Expect(now is { State: "resolved", TicketStatus: "solved" }, "resolved for the desk, solved for the customer");

        var late = (await desk.AddAsync(id, "agent-late", "assistant", "One more thing ...", ct)).Refusal;
        if (late is not null)
            narrator.Refused(late);
        narrator.Expect(late?.Code == "terminal_state", "a resolved conversation takes no more messages");

        await ReviewAsync(desk, now, narrator, ct);
        return narrator.ExitCode;
    }

    /// <summary>As after an answer that was lost on the way: the same call once more.</summary>
    private static async Task RepeatAsync(SupportDesk desk, string id, string text, Narrator narrator, CancellationToken ct)
    {
        var before = (await desk.ReadAsync(id, ct)).Expected();
        var again = (await desk.AddAsync(id, "customer-1", "user", text, ct)).Expected();
        var after = (await desk.ReadAsync(id, ct)).Expected();
        narrator.Expect(
            again is { Replayed: true, Number: 1 } && after.Version == before.Version && after.MessageCount == before.MessageCount,
            $"add_message repeated: replayed: true, still {after.MessageCount} messages");
    }

    private static async Task ReviewAsync(SupportDesk desk, Case now, Narrator narrator, CancellationToken ct)
    {
        var history = await desk.HistoryAsync(now.ConversationId, ct);
        var events = await desk.EventsAsync(now.ConversationId, ct);
        narrator.Chapter("What is left of it");
        narrator.Show(history);
        narrator.Show(events);

        var path = events.Where(e => e.Type == "state_transitioned").Select(e => e.Details.GetProperty("to").GetString());
        narrator.Expect(path.SequenceEqual(s_path), $"the way through the workflow: {string.Join(" → ", s_path)}");
        narrator.Expect(
            history.Count == now.MessageCount && history.Select(m => m.Number).SequenceEqual(Enumerable.Range(1, history.Count).Select(n => (long)n)),
            $"{history.Count} messages, numbered without a gap");
        narrator.Expect(
            events.Count == now.Version && events.Select(e => e.Version).SequenceEqual(Enumerable.Range(1, events.Count).Select(n => (long)n)),
            $"{events.Count} events, one for each version: the refused calls left none");
    }
}
