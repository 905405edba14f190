using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>What writes, removes and follows the records of memories, put together once for a process.</summary>
public sealed class MemoryParts
{
    /// <param name="records">Holds them.</param>
    /// <param name="indexing">Keeps the index at the end of the changes.</param>
    /// <param name="index">The index.</param>
    /// <param name="options">What is forgotten by itself.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Hear of what nobody waits for.</param>
    /// <param name="vectors">Finds by meaning; null where no embeddings are configured.</param>
    public MemoryParts(
        IRecordStore records, MemoryIndexing indexing, IMemoryIndex index, MemoryOptions options, TimeProvider time, ILoggerFactory loggers, MemoryVectors? vectors = null)
    {
        Trail = new MemoryTrail(records);
        Records = new MemoryRecords(records, Trail, time, loggers.CreateLogger<MemoryRecords>());
        (Indexing, Vectors) = (indexing, vectors);
        Forgetting = new MemoryForgetting(Records, indexing, index, options, time, loggers.CreateLogger<MemoryForgetting>(), vectors);
    }

    internal MemoryTrail Trail { get; }

    internal MemoryRecords Records { get; }

    internal MemoryIndexing Indexing { get; }

    internal MemoryForgetting Forgetting { get; }

    internal MemoryVectors? Vectors { get; }
}
