using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>events tail</c>, <c>deliveries</c>, <c>redeliver</c>: what happens on the desk, and what other systems have heard of it.</summary>
internal static class EventCommands
{
    private const string MoreOfTail = """
        Every event of every conversation, as it happens, until Ctrl+C; with --json each as a CloudEvent on a line of its own. Never what was said.

        Examples:
          SupportStateMcp events tail
          SupportStateMcp events tail --topic human.approvals,customer.requests
          SupportStateMcp events tail --json | jq .data
        """;

    private const string MoreOfDeliveries = """
        How much each sink of events.sinks has yet to hear of, and what it has not taken after six attempts within 7 hours.

        Examples:
          SupportStateMcp deliveries
          SupportStateMcp deliveries --sink crm --json
        """;

    private const string MoreOfRedeliver = """
        What the sink takes now is no dead letter any more.

        Examples:
          SupportStateMcp redeliver crm cs-TKT-001:7
          SupportStateMcp redeliver crm --all
        """;

    /// <summary>How many dead letters are listed.</summary>
    private const int MostListed = 1_000;

    public static CliCommand Tail()
    {
        var topic = new Option<string?>("--topic") { Description = $"Only these topics, with commas between them: {string.Join(", ", EventTopics.All)}.", HelpName = "TOPIC" };
        return new CliCommand("tail", "Show what happens, as it happens.", MoreOfTail, null, async (parsed, context, cancellationToken) =>
        {
            var topics = parsed.GetValue(topic)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            if (topics.FirstOrDefault(t => !EventTopics.All.Contains(t)) is { } unknown)
                return Error.InvalidArgument("--topic", $"it is one or more of {string.Join(", ", EventTopics.All)}", unknown);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var interrupt = context.Console.OnInterrupt(ends.Cancel);
            try
            {
                await TailAsync(context, topics, parsed.GetValue<bool>("--json"), ends.Token);
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested)
            {
                // Somebody has seen enough.
            }
            catch (StoreException e)
            {
                return e.ToError();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return CommandOutput.Lost;
            }

            return CommandOutput.None;
        })
        { topic };
    }

    public static CliCommand Deliveries()
    {
        var only = new Option<string?>("--sink") { Description = "Only this sink.", HelpName = "SINK" };
        return new CliCommand("deliveries", "Show what other systems have yet to hear of.", MoreOfDeliveries, null, async (parsed, context, cancellationToken) =>
        {
            if (!Find(context, parsed.GetValue(only)).TryGet(out var names, out var unknown))
                return unknown;
            return await StoreException.GuardAsync<CommandOutput>(async () =>
            {
                var (deliveries, sinks) = (context.Deliveries!, new List<SinkView>());
                foreach (var name in names)
                {
                    var backlog = await deliveries.BacklogAsync(name, cancellationToken);
                    sinks.Add(new SinkView { Sink = name, Pending = backlog.Pending, OldestDue = backlog.OldestDue });
                }

                var letters = await deliveries.DeadLettersAsync(parsed.GetValue(only), cancellationToken);
                var view = new DeliveriesView { Sinks = sinks, DeadLetters = [.. letters.Take(MostListed).Select(Of)], DeadLettersInAll = letters.Count > MostListed ? letters.Count : null };
                return CommandOutput.Of(view, screen => Show(screen, view, context));
            });
        }, watches: true)
        { only };
    }

    public static CliCommand Redeliver()
    {
        var sink = new Argument<string>("SINK") { Description = "The sink." };
        var id = new Argument<string?>("EVENT") { Description = "The id of the event, as deliveries lists it.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All dead letters of the sink." };
        return new CliCommand("redeliver", "Try once more what a sink has not taken.", MoreOfRedeliver, null, async (parsed, context, cancellationToken) =>
        {
            if (!Find(context, parsed.GetRequiredValue(sink)).TryGet(out var names, out var unknown))
                return unknown;
            if (parsed.GetValue(id) is null == !parsed.GetValue(all))
                return Error.InvalidArgument("EVENT", "name one event, or give --all");
            return await StoreException.GuardAsync<CommandOutput>(async () =>
            {
                var letters = (await context.Deliveries!.DeadLettersAsync(names[0], cancellationToken)).Where(l => parsed.GetValue(id) is not { } one || l.EventId == one).ToList();
                if (letters.Count == 0 && parsed.GetValue(id) is { } wanted)
                    return Error.InvalidArgument("EVENT", $"{names[0]} has no such dead letter; deliveries lists those that there are", wanted);
                var (delivered, failed, gone) = (0, new List<DeadLetterView>(), new List<string>());
                foreach (var letter in letters)
                {
                    var delivery = await context.Deliveries.RedeliverAsync(letter, cancellationToken);
                    if (delivery.Failure is { } failure && delivery != EventDeliveries.Gone)
                    {
                        failed.Add(Of(letter) with { Reason = failure });
                        continue;
                    }

                    delivered++;
                    if (delivery.Failure is not null)
                        gone.Add(letter.EventId);
                }

                var view = new RedeliveredView { Delivered = delivered, Failed = failed };
                return CommandOutput.Of(view, screen =>
                {
                    screen.Say(string.Create(CultureInfo.InvariantCulture, $"{delivered} delivered, {failed.Count} not."));
                    foreach (var letter in failed)
                        screen.Say($"{letter.EventId}: {letter.Reason}");
                    foreach (var id in gone)
                        screen.Say($"{id}: {EventDeliveries.Gone.Failure}");
                });
            });
        })
        { sink, id, all };
    }

    private static async Task TailAsync(CliContext context, string[] topics, bool asJson, CancellationToken cancellationToken)
    {
        var output = context.Console.Output;
        await foreach (var item in context.Feed.ListenAsync(null, () => context.Console.Errors.WriteLine("Listening; Ctrl+C ends."), cancellationToken))
        {
            if (item is null)
                await context.Console.Errors.WriteLineAsync("Some events may be missing here: the store was out of reach, or this screen was too slow.");
            else if (topics.Length == 0 || topics.Contains(item.Event.Topic))
                await output.WriteLineAsync(asJson ? Encoding.UTF8.GetString(item.Json) : SafeText.Text(Line(item.Event, context)));
        }
    }

    private static string Line(CloudEvent e, CliContext context) =>
        $"{context.Local(e.Time)}  {e.Id}  {e.Data.Agent}  {e.Data.EventType}{(e.Data.Action == e.Data.EventType ? "" : $": {e.Data.Action}")}";

    /// <summary>The sinks that are meant: one, or all.</summary>
    private static Result<string[]> Find(CliContext context, string? name) =>
        context.Deliveries is not { } deliveries
            ? Error.InvalidArgument("events.sinks", "this configuration has no sinks; name the file of the server with --config")
            : name is null ? deliveries.Names.ToArray()
            : deliveries.Names.Contains(name) ? new[] { name }
            : Error.InvalidArgument("--sink", $"there is no such sink; there are: {string.Join(", ", deliveries.Names)}", name);

    private static DeadLetterView Of(DeadLetter letter) =>
        new() { Sink = letter.Sink, EventId = letter.EventId, Attempts = letter.Attempts, Reason = letter.Reason, FailedAt = letter.FailedAt };

    private static void Show(IAnsiConsole screen, DeliveriesView view, CliContext context)
    {
        var sinks = screen.Table("sink", "pending", "next");
        foreach (var sink in view.Sinks)
            sinks.AddRow(ScreenExtensions.Cell(sink.Sink), ScreenExtensions.Cell(sink.Pending.ToString(CultureInfo.InvariantCulture)), ScreenExtensions.Cell(sink.OldestDue is { } due ? context.Local(due) : ""));
        screen.Write(sinks);
        if (view.DeadLetters.Count == 0)
        {
            screen.Say("There are no dead letters.");
            return;
        }

        var letters = screen.Table("sink", "event", "failed at", "why");
        foreach (var letter in view.DeadLetters)
            letters.AddRow(ScreenExtensions.Cell(letter.Sink), ScreenExtensions.Cell(letter.EventId), ScreenExtensions.Cell(context.Local(letter.FailedAt)), ScreenExtensions.Cell(letter.Reason));
        screen.Write(letters);
        if (view.DeadLettersInAll is { } all)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"These are the {view.DeadLetters.Count} oldest of {all}."));
    }
}
