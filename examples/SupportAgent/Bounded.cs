using System.Globalization;
using Spectre.Console;

namespace SupportAgent;

/// <summary>
/// The pattern bounded: a conversation grows, what a model gets of it does not. A summary stands for the oldest messages, and no
/// message is deleted for it.
/// </summary>
internal static class Bounded
{
    private const int Budget = 1_200;
    private const int Messages = 60;

    public static async Task<int> PlayAsync(Server server, string ticket, CancellationToken ct)
    {
        var narrator = new Narrator(AnsiConsole.Console);
        await using var connection = new Connection(server);
        AnsiConsole.MarkupLineInterpolated($"[grey]{await connection.HelloAsync(ct)}, {server.Title}[/]");
        var agent = new SupportDesk(connection);

        narrator.Chapter($"Ticket {ticket}: a budget of {Budget} tokens");
        var id = (await agent.OpenAsync(ticket, "maria.weber", ct)).Expected().ConversationId;
        var (summaries, largest) = (0, 0);
        for (var n = 1; n <= Messages; n++)
        {
            var (role, content) = n % 2 == 1
                ? ("user", $"{n}: I have tried what you said, and it still tells me that the password is wrong.")
                : ("assistant", $"{n}: Thank you. Please open the settings, choose Security, and tell me what the last line says.");
            (await agent.AddAsync(id, $"m-{n}", role, content, ct)).Expected();
            var context = (await agent.ContextAsync(id, Budget, ct)).Expected();
            largest = Math.Max(largest, context.ContextTokens);
            if (n % 20 == 0)
                narrator.Did(Told(n, context));
            if (context.SummaryDue is not { } due)
                continue;

            // Where a model would summarise.
            (await agent.SummariseAsync(id, due.To, $"Up to message {due.To}: Maria cannot sign in, her password is refused. Tried: the settings under Security, {due.To / 2} times.", ct)).Expected();
            narrator.Did($"save_summary: messages {due.From} to {due.To} have one");
            summaries++;
        }

        var last = (await agent.ContextAsync(id, Budget, ct)).Expected();
        narrator.Did(Told(Messages, last));
        narrator.Expect(largest <= Budget, $"after each of {Messages} messages the context cost at most {Budget} tokens");
        narrator.Expect(last.Messages[^1].Number == Messages, "the newest message is always there");
        narrator.Expect(summaries == 4 && last.Summary?.ThroughNumber == 40, "a summary stands for the first 40, made ten by ten");
        var back = (await agent.SummariseAsync(id, 35, "Made of an older history.", ct)).Refusal;
        narrator.Refused(back!);
        narrator.Expect(back?.Code == "invalid_argument", "a summary of fewer messages does not replace it");
        var history = await agent.HistoryAsync(id, ct);
        narrator.Expect(history.Count == Messages, $"summarising deletes nothing: all {history.Count} messages are in the history");
        return narrator.ExitCode;
    }

    private static string Told(int messages, Context context) => string.Create(
        CultureInfo.InvariantCulture,
        $"get_context after {messages} messages: {context.ContextTokens} tokens, {context.Messages.Count} messages from {context.Messages[0].Number}, summary through {context.Summary?.ThroughNumber ?? 0}");
}
