namespace SupportStateMcp.Briefs;

/// <summary>The newest part of a timeline that has room in a budget.</summary>
internal sealed class HistoryExcerpt
{
    /// <summary>The line above the messages.</summary>
    private const int Heading = 12;

    /// <summary>With less room than this the beginning of a message tells nothing.</summary>
    private const int WorthReading = 25;

    public HistoryExcerpt(IReadOnlyList<TimelineEntry> timeline, int most)
    {
        var lines = new Stack<string>();
        var left = most - Heading;
        var i = timeline.Count - 1;
        for (; i >= 0; i--)
        {
            var entry = timeline[i];
            var line = entry.Mark ?? MessageFormatter.Line(entry.Message!);
            // Where the excerpt begins while a person had the conversation, it has to say so as well.
            var already = Already(entry) is { } mark ? TextBudget.CostOf(mark) : 0;
            var cost = TextBudget.CostOf(line);
            if (cost + already > left)
            {
                if (entry.Message is null || left - already < WorthReading)
                    break;
                line = CustomerText.Cut(line, left - already - 1);
                IsShortened = true;
                cost = left - already;
            }

            left -= cost;
            lines.Push(line);
            Oldest = entry.Message?.Number ?? Oldest;
            if (IsShortened)
            {
                i--;
                break;
            }
        }

        if (i + 1 < timeline.Count && Already(timeline[i + 1]) is { } before)
            lines.Push(before);
        Lines = [.. lines];
    }

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>The number of the oldest message among them; null where there is none.</summary>
    public long? Oldest { get; }

    /// <summary>True where the oldest of them is shortened.</summary>
    public bool IsShortened { get; }

    private static string? Already(TimelineEntry entry) =>
        entry is { HeldBefore: { } holder } ? $"--- {holder} had the conversation already ---" : null;
}
