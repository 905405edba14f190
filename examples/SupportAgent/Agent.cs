namespace SupportAgent;

/// <summary>
/// The agent loop: read the state, decide by it, act with tools, until it is the customer's turn. It keeps nothing, so
/// any agent can take the conversation up where another left it.
/// </summary>
internal sealed class Agent(SupportDesk desk, Narrator narrator)
{
    /// <summary>More than any turn takes: a playbook that runs in circles is stopped.</summary>
    private const int MostSteps = 20;

    /// <summary>Stores what the customer wrote, and works on the conversation until the customer's turn comes.</summary>
    public async Task<Case> ServeAsync(string id, string messageId, string text, CancellationToken ct)
    {
        (await desk.AddAsync(id, messageId, "user", text, ct)).Expected();
        narrator.Customer(text);

        Refusal? refusal = null;
        for (var step = 0; step < MostSteps; step++)
        {
            var now = (await desk.ReadAsync(id, ct)).Expected();
            var next = Playbook.Next(now, await desk.HistoryAsync(id, ct), refusal);
            if (next is Step.Wait)
                return now;
            refusal = await ActAsync(now, next, ct);
        }

        throw new UnexpectedException($"After {MostSteps} steps it was still not the customer's turn.");
    }

    /// <summary>Does one step; returns why the server refused it, or null.</summary>
    private async Task<Refusal?> ActAsync(Case now, Step next, CancellationToken ct)
    {
        // The same decision on the same version has the same key: an agent that died in the middle can be followed by another.
        var (id, key) = (now.ConversationId, $"agent-v{now.Version}");
        switch (next)
        {
            case Step.Say say:
                (await desk.AddAsync(id, key, "assistant", say.Text, ct)).Expected();
                narrator.Agent(say.Text);
                return null;

            case Step.Note note:
                (await desk.NoteAsync(id, note.Fact, note.Value, key, ct)).Expected();
                narrator.Did($"noted {note.Fact}: {note.Value}");
                return null;

            case Step.SendReset send:
                await UseAsync("reset_sent_to", send.Address, Mailer.SendReset(send.Address));
                return null;

            case Step.TraceMail trace:
                await UseAsync("reset_bounced_for", trace.Address, Mailer.Trace(trace.Address));
                return null;

            case Step.Move move:
                var (moved, refusal) = await desk.MoveAsync(id, move.State, move.Reason, now.Version, key, ct);
                if (moved is not null)
                    narrator.Moved(now.State, moved.State, move.Reason);
                else
                    narrator.Refused(refusal!);
                return refusal;

            default:
                throw new InvalidOperationException($"No way to do {next.GetType().Name}.");
        }

        async Task UseAsync(string fact, string address, string outcome)
        {
            (await desk.AddAsync(id, key, "tool", outcome, ct)).Expected();
            (await desk.NoteAsync(id, fact, address, key + "-fact", ct)).Expected();
            narrator.Did(outcome);
        }
    }
}
