using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spectre.Console;
using SupportStateMcp.Briefs;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary>Approvals that wait, on the screen.</summary>
internal static partial class ApprovalsTable
{
    private const int LongId = 30;

    public static void Write(IAnsiConsole screen, IReadOnlyList<ApprovalView> approvals, DateTimeOffset now)
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
                ScreenExtensions.Cell(a.ApprovalId),
                ScreenExtensions.Cell(a.ConversationId),
                new Text($"{SafeText.Line(a.Action)}\n{Arguments(a.Arguments)}"),
                ScreenExtensions.Cell(a.Amount?.ToString(CultureInfo.InvariantCulture)),
                ScreenExtensions.Cell(a.Reason),
                ScreenExtensions.Cell(a.RequestedBy),
                ScreenExtensions.Cell($"{a.Yes} of {a.Quorum}"),
                ScreenExtensions.Cell(DurationText.Ahead(a.Deadline, now)));
        }

        screen.Write(table);
    }

    /// <summary>One argument a line. A name that could be taken for more than a name is quoted.</summary>
    private static string Arguments(JsonObject arguments) => string.Join('\n', arguments.Select(a =>
        SafeText.Line($"  {(PlainName().IsMatch(a.Key) ? a.Key : ViewJson.Text(a.Key))}: {a.Value?.ToJsonString(ViewJson.Options) ?? "null"}")));

    [GeneratedRegex(@"^[\w.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
