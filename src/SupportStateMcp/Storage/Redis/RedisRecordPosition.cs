using System.Globalization;

namespace SupportStateMcp.Storage.Redis;

/// <summary>A place among the changes of one shard.</summary>
/// <param name="Life">Which shard it is: one that was lost and begins again has another token. Empty where nothing was written yet.</param>
/// <param name="Sequence">The number of the last change that was read.</param>
internal readonly record struct RedisShardPosition(string Life, long Sequence);

/// <summary>A place among the changes of a kind, as callers keep it: one for each shard.</summary>
internal sealed class RedisRecordPosition(RedisShardPosition[] shards)
{
    public RedisShardPosition this[int shard] => shards[shard];

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static RedisRecordPosition? TryParse(string? text)
    {
        if (text?.Split(',') is not { Length: RedisRecordKeys.Shards } parts)
            return null;
        var shards = new RedisShardPosition[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Split('.') is not [var life, var at] || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
                return null;
            shards[i] = new RedisShardPosition(life, sequence);
        }

        return new RedisRecordPosition(shards);
    }

    /// <summary>True where no shard has gone back or begun again: what lies between the two is all that changed.</summary>
    public bool IsBehind(RedisRecordPosition other) =>
        shards.Select((s, i) => s.Life.Length == 0 || (s.Life == other[i].Life && s.Sequence <= other[i].Sequence)).All(holds => holds);

    /// <summary>The same place in shards that may have begun meanwhile.</summary>
    public RedisRecordPosition Within(RedisRecordPosition other) =>
        new([.. shards.Select((s, i) => s with { Life = other[i].Life })]);

    /// <summary>Before the first change.</summary>
    public RedisRecordPosition Beginning() => new([.. shards.Select(s => s with { Sequence = 0 })]);

    /// <summary>The same with another place in one shard.</summary>
    public RedisRecordPosition At(int shard, long sequence) =>
        new([.. shards.Select((s, i) => i == shard ? s with { Sequence = sequence } : s)]);

    public override string ToString() => string.Join(',', shards.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Life}.{s.Sequence}")));
}
