using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace SupportAgent;

/// <summary>Stores the conversations of a file, many at a time, and compares what the server then has. A second run changes nothing.</summary>
internal sealed class Replay(SupportDesk desk)
{
    private readonly ConcurrentBag<string> _mismatches = [];
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
    private int _stored;
    private int _there;

    public static async Task<int> RunAsync(Server server, FileInfo file, int parallel, CancellationToken ct)
    {
        var (conversations, skipped) = await ReplayFile.ReadAsync(file, ct);
        await using var connection = new Connection(server);
        AnsiConsole.MarkupLineInterpolated($"[grey]{await connection.HelloAsync(ct)}, {server.Title}, {parallel} at a time[/]");

        var replay = new Replay(new SupportDesk(connection));
        var storing = await ForAllAsync("store", conversations, parallel, replay.StoreAsync, ct);
        var stored = conversations.Where(c => !replay._refused.ContainsKey(c.Ticket)).ToList();
        var comparing = await ForAllAsync("compare", stored, parallel, replay.CompareAsync, ct);

        replay.Report(conversations.Count, skipped, storing, comparing, connection.Retries);
        return replay._mismatches.IsEmpty ? 0 : 1;
    }

    /// <summary>Does something with every conversation, with a bar for these and one for their messages; returns how long it took.</summary>
    private static async Task<TimeSpan> ForAllAsync(
        string what, List<FileConversation> all, int parallel, Func<FileConversation, Action, CancellationToken, Task> work, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async progress =>
        {
            var conversations = progress.AddTask($"{what}: conversations", maxValue: all.Count);
            var messages = progress.AddTask($"{what}: messages", maxValue: all.Sum(c => c.Messages.Count));
            watch.Restart();
            await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = ct }, async (conversation, token) =>
            {
                await work(conversation, () => messages.Increment(1), token);
                conversations.Increment(1);
            });
            watch.Stop();
        });
        return watch.Elapsed;
    }

    private async Task StoreAsync(FileConversation conversation, Action done, CancellationToken ct)
    {
        var (opened, refusal) = await desk.OpenAsync(conversation.Ticket, conversation.User, ct);
        if (opened is null)
        {
            Refused(conversation, refusal!);
            return;
        }

        // One after the other: the order of the calls is the order of the history.
        foreach (var message in conversation.Messages)
        {
            var (added, refused) = await desk.AddAsync(opened.ConversationId, message.Id, message.Role, message.Content, ct);
            if (added is null)
            {
                Refused(conversation, refused!);
                return;
            }

            Interlocked.Increment(ref added.Replayed ? ref _there : ref _stored);
            done();
        }
    }

    private async Task CompareAsync(FileConversation conversation, Action done, CancellationToken ct)
    {
        var id = $"cs-{conversation.Ticket}";
        var (now, refusal) = await desk.ReadAsync(id, ct);
        if (now is null)
        {
            Mismatch(conversation, refusal!.Message);
            return;
        }

        var history = await desk.HistoryAsync(id, ct);
        if (history.Count != conversation.Messages.Count || now.MessageCount != history.Count)
            Mismatch(conversation, $"{conversation.Messages.Count} messages in the file, {history.Count} in the history, {now.MessageCount} by get_state");
        foreach (var (expected, actual) in conversation.Messages.Zip(history))
        {
            if ((expected.Id, expected.Role, expected.Content) != (actual.MessageId, actual.Role, actual.Content))
                Mismatch(conversation, $"{expected.Id} differs from message {actual.Number} of the history, {actual.MessageId}");
            done();
        }
    }

    /// <summary>Part of it is missing on the server, so there is nothing to compare.</summary>
    private void Refused(FileConversation conversation, Refusal refusal)
    {
        _refused[conversation.Ticket] = true;
        Mismatch(conversation, $"{refusal.Code}: {refusal.Message}");
    }

    private void Mismatch(FileConversation conversation, string what) => _mismatches.Add($"{conversation.Ticket}: {what}");

    private void Report(int conversations, List<Skipped> skipped, TimeSpan storing, TimeSpan comparing, int retries)
    {
        var grid = new Grid().AddColumns(2);
        Line("conversations", conversations);
        Line("messages stored", _stored);
        Line("messages that were there", _there);
        Line("calls repeated", retries);
        Line("time to store", $"{storing.TotalSeconds:0.00} s, {(_stored + _there) / storing.TotalSeconds:0} messages/s");
        Line("time to compare", $"{comparing.TotalSeconds:0.00} s");
        Line("messages skipped", skipped.Count);
        AnsiConsole.Write(grid);

        foreach (var (where, why) in skipped)
            AnsiConsole.MarkupLineInterpolated($"[yellow]skipped[/]  {where}: {why}");
        foreach (var mismatch in _mismatches.Order(StringComparer.Ordinal))
            AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {mismatch}");
        if (_mismatches.IsEmpty)
            AnsiConsole.MarkupLine("[green]✓[/] the server has every message of the file, once, in order, unchanged");

        void Line(string name, IFormattable value) => grid.AddRow(new Text(name), new Text(value.ToString(null, CultureInfo.InvariantCulture)));
    }
}
