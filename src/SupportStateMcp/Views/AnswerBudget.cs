using System.Text.Encodings.Web;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Views;

/// <summary>How much an answer shows.</summary>
/// <param name="Characters">How many characters of JSON it may have, <see cref="Limits.LeastAnswerCharacters"/> to <see cref="Limits.AnswerCharacters"/>.</param>
/// <param name="IsFull">True for all there is to say of each entry; false for what matters.</param>
public sealed record AnswerSize(int Characters = Limits.AnswerCharacters, bool IsFull = false)
{
    /// <summary>True where messages have their role and content alone.</summary>
    public bool IsPlain { get; init; }
}

/// <summary>Counts what an answer takes, entry by entry, in characters of JSON. At least one entry is always taken.</summary>
internal sealed class AnswerBudget
{
    /// <summary>What an answer has around its entries.</summary>
    private const int Frame = 800;

    private int _taken;

    public AnswerBudget(AnswerSize size) => Left = size.Characters - Frame;

    /// <summary>True while no entry is taken.</summary>
    public bool IsEmpty => _taken == 0;

    /// <summary>How many characters there is still room for.</summary>
    public int Left { get; private set; }

    /// <summary>Takes an entry of this length, or says that there is no room for it.</summary>
    public bool Takes(int length)
    {
        if (_taken > 0 && length > Left)
            return false;
        _taken++;
        Left -= length;
        return true;
    }

    /// <summary>The first entries that fit, and whether some were left out.</summary>
    public static (IReadOnlyList<T> Entries, bool IsCut) Fit<T>(IEnumerable<T> entries, AnswerSize size)
    {
        var budget = new AnswerBudget(size);
        var taken = new List<T>();
        foreach (var entry in entries)
        {
            if (!budget.Takes(ViewJson.Text(entry).Length + 1))
                return (taken, true);
            taken.Add(entry);
        }

        return (taken, false);
    }

    /// <summary>How long a text is as JSON, without its quotation marks.</summary>
    public static int LengthOf(string text) => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text).Length;

    /// <summary>How many characters from the start of a text take at most so many as JSON; whole characters only.</summary>
    public static int Fitting(ReadOnlySpan<char> text, int most)
    {
        var fitting = Math.Min(text.Length, Math.Max(most, 0));
        while (fitting > 0)
        {
            var whole = char.IsHighSurrogate(text[fitting - 1]) && fitting < text.Length ? fitting - 1 : fitting;
            var length = LengthOf(text[..whole].ToString());
            if (length <= most)
                return whole;
            // In proportion, and a little less, until it fits.
            fitting = Math.Min(whole - 1, (int)((long)whole * most / length));
        }

        return 0;
    }
}
