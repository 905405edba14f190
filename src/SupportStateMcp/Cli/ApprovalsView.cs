using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spectre.Console;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary>Approvals that wait, on the screen.</summary>
internal static partial class ApprovalsView
{
    private const int LongId = 30;
    private const string Indent = "  ";


    public static void Write(IAnsiConsole screen, IReadOnlyList<ApprovalFacts> approvals, DateTimeOffset now)
    {
        var table = screen.Table("id", "conversation", "action and arguments", "amount", "reason", "requested by", "yes", "deadline");
        foreach (var whole in (ReadOnlySpan<int>)[3, 6, 7])
            table.Columns[whole].NoWrap();
        // In one piece, to be copied; but no id may push what it asks for off the screen.
        if (approvals.All(a => a.ApprovalId.Length <= LongId))
            table.Columns[0].NoWrap();
        foreach (var a in approvals)
        {
            table.AddRow(
                ConsoleFactory.Cell(a.ApprovalId), ConsoleFactory.Cell(a.ConversationId), new Text($"{SafeText.Line(a.Action)}\n{Arguments(a.Arguments)}"),
                ConsoleFactory.Cell(a.Amount?.ToString(CultureInfo.InvariantCulture)), ConsoleFactory.Cell(a.Reason), ConsoleFactory.Cell(a.RequestedBy),
                ConsoleFactory.Cell($"{a.Yes} of {a.Quorum}"), ConsoleFactory.Cell(Spans.Ahead(a.Deadline, now)));
        }

        screen.Write(table);
    }

    /// <summary>A value without the escapes that hide letters.</summary>
    public static string Json<T>(T value) => JsonSerializer.Serialize(value, ToolJson.TypeInfo<T>());

    /// <summary>One argument a line. A name that could be taken for more than a name is quoted.</summary>
    private static string Arguments(JsonElement arguments) => arguments.ValueKind != JsonValueKind.Object
        ? Indent + SafeText.Line(Json(arguments))
        : string.Join('\n', arguments.EnumerateObject().Select(a =>
            Indent + SafeText.Line($"{(PlainName().IsMatch(a.Name) ? a.Name : Json(a.Name))}: {Json(a.Value)}")));

    [GeneratedRegex(@"^[\w.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
