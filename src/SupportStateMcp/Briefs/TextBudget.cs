using System.Text;

namespace SupportStateMcp.Briefs;

/// <summary>Lines of text that together take no more tokens than they may.</summary>
internal sealed class TextBudget(int most)
{
    private readonly StringBuilder _text = new();

    /// <summary>How many tokens there is still room for.</summary>
    public int Left { get; private set; } = most;

    /// <summary>True where a line had to be shortened, or left out.</summary>
    public bool IsShortened { get; private set; }

    /// <summary>Adds a line, shortened to what it may take.</summary>
    public void Add(string line, int atMost)
    {
        var cut = CustomerText.Cut(line, Math.Min(atMost, Left) - 1);
        IsShortened |= cut != line;
        if (cut.Length == 0)
            return;
        _text.Append(cut).Append('\n');
        Left -= CostOf(cut);
    }

    /// <summary>What a line takes, with its end.</summary>
    public static int CostOf(string line) => TokenBudget.Count(line) + 1;

    /// <inheritdoc/>
    public override string ToString() => _text.ToString().TrimEnd('\n');
}
