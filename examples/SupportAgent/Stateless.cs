using Spectre.Console;

namespace SupportAgent;

/// <summary>
/// The pattern stateless: no process keeps anything between two calls. Each call of this run is made by another client to another
/// server process; what connects them is what the caller holds in its hand, the conversation's id and the turn's token.
/// </summary>
internal static class Stateless
{
    public static async Task<int> PlayAsync(Server server, string ticket, CancellationToken ct)
    {
        var narrator = new Narrator(AnsiConsole.Console);
        narrator.Chapter($"Ticket {ticket}: a process for each call");
        const string Question = "Where is my parcel?";
        const string Answer = "It was delivered to your neighbour at noon.";
        var id = (await CallAsync(server, d => d.OpenAsync(ticket, "maria.weber", ct))).Expected().ConversationId;
        narrator.Did($"process 1, initialize_conversation: {id}");

        var turn = (await CallAsync(server, d => d.BeginTurnAsync(id, "customer-1", Question, ct))).Expected();
        narrator.Customer(Question);
        narrator.Did($"process 2, begin_turn: {turn.TurnToken![..12]}…");
        var again = (await CallAsync(server, d => d.BeginTurnAsync(id, "customer-1", Question, ct))).Expected();
        narrator.Expect(again.TurnToken == turn.TurnToken && again.Number == 1, "process 3, the same begin_turn: the same turn, and the message is there once");

        (await CallAsync(server, d => d.CompleteTurnAsync(turn.TurnToken!, Answer, ct))).Expected();
        narrator.Agent(Answer);
        narrator.Did("process 4, complete_turn");
        var repeated = (await CallAsync(server, d => d.CompleteTurnAsync(turn.TurnToken!, Answer, ct))).Expected();
        narrator.Expect(repeated.Replayed, "process 5, the same complete_turn: replayed: true, the customer gets one answer");

        var read = await CallAsync(server, d => d.HistoryAsync(id, ct));
        narrator.Expect(read.Select(m => m.Content).SequenceEqual([Question, Answer]), "process 6 reads what the others stored: the state is in the store, and in no process");
        return narrator.ExitCode;
    }

    /// <summary>One call of a client of its own, which over stdio starts a server of its own.</summary>
    private static async Task<T> CallAsync<T>(Server server, Func<SupportDesk, Task<T>> call)
    {
        await using var connection = new Connection(server);
        return await call(new SupportDesk(connection));
    }
}
