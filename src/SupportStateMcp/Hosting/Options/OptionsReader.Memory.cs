using Microsoft.Extensions.AI;
using SupportStateMcp.Memory;
using SupportStateMcp.Storage.Postgres;

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
        var (generator, missing) = PartOf<IEmbeddingGenerator<string, Embedding<float>>>(Plugin.LocalEmbeddings, directory);
        if (missing is not null)
            _violations.Add($"memory.embeddings: local {missing}");
        return generator is null ? null : new LocalEmbeddings(generator);
    }

    /// <summary>The part of a plug-in; neither it nor a reason where it is there and is not to be loaded.</summary>
    private (T? Part, string? Missing) PartOf<T>(Plugin plugin, string directory) where T : class =>
        _runs ? (null, plugin.Missing(directory)) : plugin.Load<T>(directory);

    private string? PluginDirectory()
    {
        if (Given(_settings.Plugins.Directory) is not { } text)
            return Plugin.DefaultDirectory;
        var (path, violation) = PathText.Read(text);
        return path ?? Violation<string?>(null, $"plugins.directory: {violation}");
    }

    private (bool Archive, string? Connection) Archive(Backend backend)
    {
        var archive = Switch("retention.archive", _settings.Retention.Archive, fallback: false);
        var connection = Given(_settings.Retention.ConnectionString);
        if (backend == Backend.Sqlite)
        {
            return connection is null
                ? (archive, null)
                : Violation((archive, connection), "retention.connectionString: beside sqlite the archive is in the same file; leave it out, or use redis.");
        }

        if (connection is not null && PostgresConnectionString.Parse(connection).Violation is { } violation)
            _violations.Add($"retention.connectionString: {violation}");
        if (archive && connection is null)
            _violations.Add("retention.archive: beside redis the archive is in PostgreSQL; say in retention.connectionString where that is (Host=…;Username=…;Password=…;Database=…).");
        return (archive, connection);
    }

    private bool Switch(string key, string? text, bool fallback = true) => Given(text)?.ToLowerInvariant() switch
    {
        null => fallback,
        "true" => true,
        "false" => false,
        _ => Violation(fallback, $"{key}: '{text}' is neither true nor false."),
    };
}
