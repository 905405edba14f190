using SupportStateMcp.Context;

namespace SupportStateMcp.Views;

/// <summary>A part of the context, whatever its entries are.</summary>
internal interface IContextTier
{
    void Clear();

    /// <summary>Takes what is not taken and fits, in order; what that costs.</summary>
    Room Fill(Room room);
}

/// <summary>A part of the context whose entries are taken one by one. What an entry costs is found out once.</summary>
internal sealed class ContextTier<T>(IReadOnlyList<T> entries, Func<T, string> json, ITokenCounter counter) : IContextTier
{
    private readonly Room?[] _costs = new Room?[entries.Count];
    private readonly bool[] _taken = new bool[entries.Count];

    public IEnumerable<T> Taken => entries.Where((_, i) => _taken[i]);

    /// <summary>How many are not taken.</summary>
    public int Left => _taken.Count(t => !t);

    public void Clear() => Array.Clear(_taken);

    public Room Fill(Room room)
    {
        var used = default(Room);
        for (var i = 0; i < entries.Count; i++)
        {
            if (_taken[i] || !(_costs[i] ??= CostOf(entries[i])).Fits(room - used))
                continue;
            _taken[i] = true;
            used += _costs[i]!.Value;
        }

        return used;
    }

    private Room CostOf(T entry) => Room.Of(json(entry), counter) + new Room(1, 1);
}
