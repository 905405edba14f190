using Microsoft.Extensions.AI;
using SupportStateMcp.Memory;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>memory</c>.</content>
public sealed partial class OptionsReader
{
    private MemoryOptions Memory()
    {
        var given = _settings.Memory;
        var (age, idle) = (Number("memory.maxAgeDays", given.MaxAgeDays, 730, 0, 36_500, "days, 0 for no end"), Number("memory.maxIdleDays", given.MaxIdleDays, 365, 0, 36_500, "days, 0 for no end"));
        return new MemoryOptions
        {
            MaxAge = age == 0 ? null : TimeSpan.FromDays(age),
            MaxIdle = idle == 0 ? null : TimeSpan.FromDays(idle),
            MostPerCustomer = Number("memory.maxPerCustomer", given.MaxPerCustomer, 500, 1, 10_000, "memories"),
            MostSolutions = Number("memory.maxSolutions", given.MaxSolutions, 10_000, 1, 100_000, "memories"),
            Episodes = Switch("memory.episodes", given.Episodes),
            Drafts = Switch("memory.drafts", given.Drafts),
        };
    }

    /// <summary>For memories alone; null: the service of <c>knowledge.embeddings</c>, where there is one.</summary>
    private LocalEmbeddings? MemoryEmbeddings()
    {
        if (Given(_settings.Memory.Embeddings) is not { } given)
            return null;
        if (given != "local")
            return Violation<LocalEmbeddings?>(null, $"memory.embeddings: '{given}' is not supported; use local, or leave it out for the service of knowledge.embeddings.");
        if (PluginDirectory() is not { } directory)
            return null;
        var (generator, missing) = Plugin.LocalEmbeddings.Load<IEmbeddingGenerator<string, Embedding<float>>>(directory);
        return generator is not null ? new LocalEmbeddings(generator) : Violation<LocalEmbeddings?>(null, $"memory.embeddings: local {missing}");
    }

    private string? PluginDirectory()
    {
        if (Given(_settings.Plugins.Directory) is not { } text)
            return Plugin.DefaultDirectory;
        var (path, violation) = PathText.Read(text);
        return path ?? Violation<string?>(null, $"plugins.directory: {violation}");
    }

    private bool Archive(Backend backend)
    {
        var archive = Switch("retention.archive", _settings.Retention.Archive, fallback: false);
        if (archive && backend != Backend.Sqlite)
            _violations.Add("retention.archive: only sqlite has an archive; leave it out, or let persistence.ttl be as long as conversations are needed.");
        return archive;
    }

    private bool Switch(string key, string? text, bool fallback = true) => Given(text)?.ToLowerInvariant() switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        _ => Violation(fallback, $"{key}: '{text}' is neither true nor false."),
    };
}
