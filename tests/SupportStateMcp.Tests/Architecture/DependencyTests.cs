using System.Text.RegularExpressions;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Architecture;

/// <summary>
/// <c>Program → Hosting → {Tools, Resources, Prompts, People, Redis} → {Briefing, Storage} → {Conversations, Workflow} → base class library</c>,
/// read off the sources: what a file neither imports nor names in full, it does not use.
/// </summary>
public partial class DependencyTests
{
    private static readonly string[] s_ours = ["Conversations", "Workflow", "Briefing", "Redis", "Storage", "Tools", "Resources", "Prompts", "People", "Hosting"];

    [Theory]
    [InlineData("Workflow")]
    [InlineData("Conversations", "Workflow")]
    [InlineData("Briefing", "Conversations", "Workflow")]
    [InlineData("Storage", "Conversations")]
    [InlineData("Redis", "Conversations", "Storage")]
    [InlineData("Tools", "Conversations", "Workflow", "Briefing")]
    [InlineData("Resources", "Conversations", "Workflow", "Briefing", "Tools")]
    [InlineData("Prompts", "Conversations", "Workflow", "Briefing")]
    [InlineData("People", "Conversations", "Workflow", "Briefing")]
    public void A_folder_uses_only_folders_below_it(string folder, params string[] below)
    {
        var used = Sources(folder).SelectMany(f => Used(f, s_ours.Select(o => $"SupportStateMcp.{o}"))
            .Select(n => n["SupportStateMcp.".Length..])
            .Where(n => n != folder && !below.Contains(n))
            .Select(n => $"{Name(f)} uses {n}"));

        Assert.Empty(used);
    }

    [Theory]
    [InlineData("Conversations")]
    [InlineData("Workflow")]
    public void The_rules_use_the_base_class_library_alone(string folder) => Assert.Empty(
        Sources(folder).SelectMany(f => Imports(f)
            .Where(n => !n.StartsWith("System", StringComparison.Ordinal) && !n.StartsWith("SupportStateMcp.", StringComparison.Ordinal))
            .Select(n => $"{Name(f)} uses {n}")));

    [Theory]
    [InlineData("StackExchange.Redis", "Redis")]
    [InlineData("Microsoft.Data.Sqlite", "Storage")]
    [InlineData("McpServerTool(", "Tools")]
    [InlineData("McpServerResource(", "Resources")]
    [InlineData("McpServerPrompt(", "Prompts")]
    [InlineData("Microsoft.AspNetCore", "Hosting")]
    [InlineData("System.CommandLine", "People", "Hosting")]
    [InlineData("Spectre.Console", "People")]
    public void These_folders_alone_know_each_of_these(string what, params string[] folders)
    {
        var users = s_ours.Where(o => Sources(o).Any(f => Code(f).Contains(what, StringComparison.Ordinal)));

        Assert.Equal(folders, users);
    }

    [Fact]
    public void Every_folder_is_one_of_the_house() => Assert.Equal(
        s_ours.Order(),
        Directory.GetDirectories(Repository.File("src", "SupportStateMcp")).Select(Path.GetFileName).Where(d => d is not ("bin" or "obj" or "Properties")).Order()!);

    private static string[] Sources(string folder) =>
        Directory.GetFiles(Repository.File("src", "SupportStateMcp", folder), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> Used(string file, IEnumerable<string> namespaces)
    {
        var code = Code(file);
        // Inside our own namespace a folder's name before a dot is enough.
        return namespaces.Where(n => Regex.IsMatch(code, $@"\b{Regex.Escape(n)}\b|(?<![\w.]){n.Split('.')[^1]}\.[A-Z]\w+\b(?!\()"));
    }

    private static IEnumerable<string> Imports(string file) => Usings().Matches(Code(file)).Select(m => m.Groups[1].Value);

    /// <summary>The source without comments and texts, which may speak of anything.</summary>
    private static string Code(string file) => Prose().Replace(File.ReadAllText(file), "");

    private static string Name(string file) => Path.GetRelativePath(Repository.Root, file);

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"//[^\n]*|""[^""\n]*""")]
    private static partial Regex Prose();
}
