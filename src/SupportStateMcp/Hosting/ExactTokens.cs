using Microsoft.ML.Tokenizers;
using SupportStateMcp.Context;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Counts tokens by the vocabulary of o200k_base, which takes 40 MB of memory from the first count on. A piece without an end, such as
/// a word of more than <see cref="LongestPiece"/> characters, is estimated: counting it would take time by the square of its length.
/// </summary>
internal sealed class ExactTokens : ITokenCounter
{
    /// <summary>The longest piece that is counted exactly, in characters.</summary>
    public const int LongestPiece = 500;

    private static readonly TokenEstimate s_estimate = new();

    private readonly Lazy<TiktokenTokenizer> _tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    public bool IsExact => true;

    public int Count(string text)
    {
        if (text.Length <= LongestPiece || TokenEstimate.LongPieces(text, LongestPiece) is not { Count: > 0 } pieces)
            return _tokenizer.Value.CountTokens(text);

        var (count, from) = (0, 0);
        foreach (var (index, length) in pieces)
        {
            count += _tokenizer.Value.CountTokens(text[from..index]) + s_estimate.Count(text.Substring(index, length));
            from = index + length;
        }

        return count + _tokenizer.Value.CountTokens(text[from..]);
    }
}
