using Microsoft.Extensions.Configuration;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <content>Which toolsets a server, or a token, has.</content>
public sealed partial class OptionsReader
{
    internal static string NoToolset(string text) => $"'{text}' is not valid; use {ToolsetNames.All}.";

    /// <summary>The sets of a list; null where there is no list.</summary>
    /// <param name="key">The key, as a violation names it.</param>
    /// <param name="section">Its place in the configuration, where an empty list is one too.</param>
    /// <param name="names">Its items.</param>
    private Toolsets? ToolsetsOf(string key, IConfigurationSection section, List<string>? names)
    {
        if (!section.Exists())
            return null;

        var (sets, unknown) = ToolsetNames.Parse(names ?? []);
        foreach (var other in unknown)
            _violations.Add($"{key}: {NoToolset(other)}");
        if (sets == Toolsets.None && unknown.Count == 0)
            _violations.Add($"{key}: there is none; use at least one of {ToolsetNames.All}, or leave the key out.");
        return sets;
    }
}
