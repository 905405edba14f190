using SQLitePCL;

namespace SupportStateMcp.Storage.FullText;

/// <summary>
/// The sections that have a term, and how often, in the order of their slots. It never changes; a longer one may share its arrays, which
/// are only ever written behind the end of the shorter one.
/// </summary>
internal sealed class PostingList
{
    /// <summary>How much more a word in the title counts than one in the body.</summary>
    public const int TitleWeight = 4;

    private readonly int[] _slots;
    private readonly ushort[] _weights;
    private readonly int _count;

    private PostingList(int[] slots, ushort[] weights, int count) => (_slots, _weights, _count) = (slots, weights, count);

    /// <summary>The slots, ascending.</summary>
    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, _count);

    /// <summary>How often the term comes in each, one in the title counting as <see cref="TitleWeight"/>.</summary>
    public ReadOnlySpan<ushort> Weights => _weights.AsSpan(0, _count);

    /// <summary>Reads the list of a term.</summary>
    /// <param name="session">The index, at the moment of which the rows are.</param>
    /// <param name="term">The term, as the tokenizer makes it.</param>
    /// <param name="rows">The rows of the sections by their slots, ascending.</param>
    public static PostingList Read(IndexSession session, string term, ReadOnlySpan<long> rows)
    {
        var list = new Builder();
        using var found = session.Query("SELECT doc, col = 'title' FROM {one}_terms WHERE term = $term", term);
        var (row, slot) = (long.MinValue, -1);
        while (found.Read())
        {
            var of = raw.sqlite3_column_int64(found.Handle, 0);
            if (of != row)
            {
                row = of;
                // Rows come ascending, so that the next slot is behind the last one.
                var at = rows[(slot + 1)..].BinarySearch(row);
                if (at < 0)
                    continue;
                slot += at + 1;
                list.Add(slot, 0);
            }
            else if (slot < 0 || rows[slot] != row)
            {
                continue;
            }

            list.AddWeight(raw.sqlite3_column_int(found.Handle, 1) == 1 ? TitleWeight : 1);
        }

        return list.Build();
    }

    /// <summary>The same with sections behind its end.</summary>
    public PostingList With(IReadOnlyList<(int Slot, int Weight)> more)
    {
        var list = new Builder(_slots, _weights, _count);
        foreach (var (slot, weight) in more)
        {
            list.Add(slot, 0);
            list.AddWeight(weight);
        }

        return list.Build();
    }

    private struct Builder(int[] slots, ushort[] weights, int count)
    {
        private int[] _slots = slots;
        private ushort[] _weights = weights;
        private int _count = count;

        public Builder() : this(new int[4], new ushort[4], 0) { }

        public void Add(int slot, ushort weight)
        {
            if (_count == _slots.Length)
            {
                Array.Resize(ref _slots, _count * 2);
                Array.Resize(ref _weights, _count * 2);
            }

            (_slots[_count], _weights[_count]) = (slot, weight);
            _count++;
        }

        public readonly void AddWeight(int weight) =>
            _weights[_count - 1] = (ushort)Math.Min(ushort.MaxValue, _weights[_count - 1] + weight);

        public readonly PostingList Build() => new(_slots, _weights, _count);
    }
}
