using SupportStateMcp.Context;

namespace SupportStateMcp.Views;

/// <summary>Room, or what something costs of it.</summary>
internal readonly record struct Room(int Tokens, int Characters)
{
    /// <summary>What a text costs.</summary>
    public static Room Of(string text, ITokenCounter counter) => new(counter.Count(text), text.Length);

    public bool Fits(Room room) => Tokens <= room.Tokens && Characters <= room.Characters;

    /// <summary>An equal part of what there is.</summary>
    public Room Part(int of) => new(Math.Max(Tokens, 0) / of, Math.Max(Characters, 0) / of);

    public static Room operator +(Room a, Room b) => new(a.Tokens + b.Tokens, a.Characters + b.Characters);

    public static Room operator -(Room a, Room b) => new(a.Tokens - b.Tokens, a.Characters - b.Characters);
}
