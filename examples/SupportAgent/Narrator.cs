using System.Globalization;
using Spectre.Console;

namespace SupportAgent;

/// <summary>Tells what happens, and whether it was as expected.</summary>
internal sealed class Narrator(IAnsiConsole console)
{
    private int _surprises;

    /// <summary>0 where all was as expected.</summary>
    public int ExitCode => _surprises == 0 ? 0 : 1;

    public void Chapter(string title) => console.Write(new Rule($"[bold]{Markup.Escape(title)}[/]").LeftJustified());

    public void Customer(string text) => console.MarkupLineInterpolated($"[blue]customer[/]  {text}");

    public void Agent(string text) => console.MarkupLineInterpolated($"[green]agent[/]     {text}");

    public void Person(string who, string text) => console.MarkupLineInterpolated($"[magenta]{who.PadRight(8)}[/]  {text}");

    public void Owned(string owner, long epoch) => console.MarkupLineInterpolated($"[yellow]owner[/]     [bold]{owner}[/] [grey](epoch {epoch})[/]");

    public void Quote(string text)
    {
        foreach (var line in text.Split('\n'))
            console.MarkupLineInterpolated($"[grey]        │ {line}[/]");
    }

    public void Did(string what) => console.MarkupLineInterpolated($"[grey]tool      {what}[/]");

    public void Moved(string from, string to, string reason) => console.MarkupLineInterpolated($"[yellow]state[/]     {from} → [bold]{to}[/] [grey]({reason})[/]");

    public void Refused(Refusal refusal) => console.MarkupLineInterpolated($"[red]refused[/]   {refusal.Code}: {refusal.Message}");

    public void Expect(bool asExpected, string what)
    {
        console.MarkupLine($"{(asExpected ? "[green]✓[/]" : "[red]✗[/]")}         {Markup.Escape(what)}");
        if (!asExpected)
            _surprises++;
    }

    public void Show(IEnumerable<Message> history)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("get_history").AddColumns("#", "role", "message_id", "content");
        foreach (var m in history)
            table.AddRow(Cell(m.Number), Cell(m.Role), Cell(m.MessageId), Cell(m.Content));
        console.Write(table);
    }

    public void Show(IEnumerable<Event> events)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("get_events").AddColumns("version", "type", "actor", "what");
        foreach (var e in events)
            table.AddRow(Cell(e.Version), Cell(e.Type), Cell(e.Actor), Cell(Essence(e)));
        console.Write(table);
    }

    private static string Essence(Event e) => e.Type switch
    {
        "conversation_initialized" => $"opened for {e.Details.GetProperty("user_id")}, priority {e.Details.GetProperty("priority")}",
        "state_transitioned" => $"{e.Details.GetProperty("from")} → {e.Details.GetProperty("to")}" + (e.Reason is null ? "" : $": {e.Reason}"),
        "owner_changed" => $"{e.Details.GetProperty("owner")}: {e.Details.GetProperty("cause")}",
        "conversation_escalated" => $"to {e.Details.GetProperty("queue")}: {e.Reason}",
        "approval_requested" => $"{e.Details.GetProperty("action")} {e.Details.GetProperty("arguments").GetRawText()}: {e.Details.GetProperty("policy")}",
        "approval_decided" => $"{e.Details.GetProperty("status")}" + (e.Reason is null ? "" : $": {e.Reason}"),
        "approval_used" => e.Details.GetProperty("digest").ToString()[..19] + "…",
        "message_added" => $"{e.Details.GetProperty("role")} {e.Details.GetProperty("message_id")}",
        "step_ready" or "step_leased" or "step_completed" => $"{e.Details.GetProperty("step")}",
        "metadata_updated" => e.Details.TryGetProperty("metadata", out var facts) ? facts.GetRawText() : "",
        _ => e.Reason ?? "",
    };

    private static Text Cell(object value) => new(Convert.ToString(value, CultureInfo.InvariantCulture)!);
}
