using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SupportStateMcp.Hosting;

/// <summary>Where options come from: a file, then the environment over it, then the command line over both.</summary>
public static class OptionsSources
{
    /// <summary>The section of a file that is ours, so that the file can be part of a larger one.</summary>
    public const string Root = "mcp";

    /// <summary>What the names of our environment variables begin with; <c>__</c> separates the parts of a key.</summary>
    public const string Prefix = "SUPPORTSTATE__";

    /// <summary>Puts the sources over each other.</summary>
    /// <param name="file">The path of the JSON file, or null.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="commandLine">Keys below <see cref="Root"/>, with <c>:</c> between their parts.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static IConfiguration Read(string? file, IDictionary environment, IReadOnlyDictionary<string, string?> commandLine)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
            builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        builder.AddInMemoryCollection(FromEnvironment(environment));
        builder.AddInMemoryCollection(commandLine.Where(o => o.Value is not null)
            .Select(o => KeyValuePair.Create($"{Root}:{o.Key}", o.Value)));
        return builder.Build();
    }

    /// <summary>
    /// The configuration with each list item by item. An environment variable may give a list in one, with commas; since a
    /// file cannot, such a list replaces the items of a file.
    /// </summary>
    public static IConfiguration ListsExpanded(IConfiguration configuration)
    {
        var flat = configuration.AsEnumerable().Where(p => p.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in flat.Where(p => p.Value!.Length > 0 && IsList(p.Key)).ToList())
        {
            foreach (var item in flat.Keys.Where(k => k.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)).ToList())
                flat.Remove(item);
            flat.Remove(key);
            foreach (var (i, item) in value!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Index())
                flat[string.Create(CultureInfo.InvariantCulture, $"{key}:{i}")] = item;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(flat).Build();

        static bool IsList(string key) =>
            key.StartsWith(Root + ":", StringComparison.OrdinalIgnoreCase) && KnownKeys.IsList(key[(Root.Length + 1)..]);
    }

    /// <summary><c>SUPPORTSTATE__PERSISTENCE__TTL</c> is <c>mcp:persistence:ttl</c>; an <c>MCP__</c> in between may stand or not.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                continue;

            var key = name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
            if (key.StartsWith(Root + ":", StringComparison.OrdinalIgnoreCase))
                key = key[(Root.Length + 1)..];
            yield return KeyValuePair.Create($"{Root}:{key}", (string?)variable.Value);
        }
    }
}
