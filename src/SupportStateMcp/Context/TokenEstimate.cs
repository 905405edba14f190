using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace SupportStateMcp.Context;

/// <summary>
/// Counts tokens without the vocabulary: never fewer than o200k_base makes of a text, and of English prose some 1.5 times as many.
/// It cuts a text into the same pieces as the encoding does, which never merges over their ends. A piece that is one of the 20,000
/// most common ones is one token. Of any other it takes the largest number of tokens in which two neighbours of one byte each
/// are never a pair that the vocabulary has: byte pair encoding would have merged them (docs/decisions/0027).
/// </summary>
public sealed partial class TokenEstimate : ITokenCounter
{
    /// <summary>The longest of the common pieces is shorter.</summary>
    private const int LongestPiece = 128;

    private static readonly Lazy<FrozenSet<string>> s_common = new(() => FrozenSet.Create(StringComparer.Ordinal, Encoding.ASCII.GetString(Resource("o200k-pieces.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries)));

    /// <summary>For each two bytes a bit: whether they are one token.</summary>
    private static readonly Lazy<byte[]> s_pairs = new(() => Resource("o200k-pairs.bin"));

    public bool IsExact => false;

    /// <summary>The pieces that count as one token.</summary>
    internal static IReadOnlyCollection<string> CommonPieces => s_common.Value;

    public int Count(string text)
    {
        var common = s_common.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        var buffer = ArrayPool<byte>.Shared.Rent(1_024);
        var count = 0;
        foreach (var match in Piece().EnumerateMatches(text))
        {
            var piece = text.AsSpan(match.Index, match.Length);
            if (piece.Length <= LongestPiece && common.Contains(piece))
            {
                count++;
                continue;
            }

            var bytes = Encoding.UTF8.GetByteCount(piece);
            if (bytes > buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(bytes);
            }

            count += MostTokens(buffer.AsSpan(0, Encoding.UTF8.GetBytes(piece, buffer)));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return count;
    }

    /// <summary>The pieces of a text that are longer than so many characters, each with its place. Counting one exactly takes time by the square of its length.</summary>
    internal static IReadOnlyList<(int Index, int Length)> LongPieces(string text, int most)
    {
        var found = new List<(int, int)>();
        foreach (var match in Piece().EnumerateMatches(text))
        {
            if (match.Length > most)
                found.Add((match.Index, match.Length));
        }

        return found;
    }

    /// <summary>Whether two bytes are one token.</summary>
    internal static bool IsPair(byte first, byte second)
    {
        var bit = (first << 8) | second;
        return (s_pairs.Value[bit >> 3] & (1 << (bit & 7))) != 0;
    }

    /// <summary>The most tokens that a piece can be, byte by byte: how many where the last of them is a single byte, and where it is longer.</summary>
    private static int MostTokens(ReadOnlySpan<byte> piece)
    {
        const int None = -1_000_000;
        // Of the positions one, two, and three or more bytes back.
        var (single1, longer1) = (None, 0);
        var (single2, longer2) = (None, None);
        var (before3, best3) = (None, None);
        for (var i = 0; i < piece.Length; i++)
        {
            best3 = Math.Max(best3, before3);
            var isPair = i > 0 && IsPair(piece[i - 1], piece[i]);
            var single = longer1 + 1;
            if (i > 0 && !isPair)
                single = Math.Max(single, single1 + 1);
            var longer = best3 + 1;
            if (isPair)
                longer = Math.Max(longer, Math.Max(single2, longer2) + 1);
            before3 = Math.Max(single2, longer2);
            (single2, longer2) = (single1, longer1);
            (single1, longer1) = (single, longer);
        }

        return Math.Max(single1, longer1);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(TokenEstimate).Assembly.GetManifestResourceStream($"SupportStateMcp.Context.{name}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>The pieces of o200k_base, as openai/tiktoken defines them.</summary>
    [GeneratedRegex(
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant)]
    private static partial Regex Piece();
}
