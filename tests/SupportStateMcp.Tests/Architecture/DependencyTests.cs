using System.Text.RegularExpressions;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Architecture;

/// <summary>
/// <c>Hosting → {Mcp, Rest, Cli, WebConsole} → Events → {Views, Briefs} → {Tickets, Memory} → {Customers, Knowledge} → Records → Conversations → {Workflow, Identity} → Primitives → base class library</c>;
/// <c>Storage</c> implements the ports of the conversations, records, articles and memories; faces and stores never see each other. Read off the sources:
/// what a file neither imports nor names in full, it does not use.
/// </summary>
public partial class DependencyTests
{
    private static readonly string[] s_ours =
        ["Primitives", "Identity", "Workflow", "Conversations", "Records", "Customers", "Knowledge", "Memory", "Context", "Tickets", "Briefs", "Views", "Events", "Storage", "Mcp", "Rest", "Cli", "WebConsole", "Hosting"];

    [Theory]
    [InlineData("Primitives")]
    [InlineData("Identity", "Primitives")]
    [InlineData("Workflow", "Primitives")]
    [InlineData("Conversations", "Primitives", "Identity", "Workflow")]
    [InlineData("Records", "Primitives", "Identity", "Conversations")]
    [InlineData("Customers", "Primitives", "Identity", "Conversations", "Records")]
    [InlineData("Knowledge", "Primitives", "Identity", "Conversations", "Records")]
    [InlineData("Memory", "Primitives", "Identity", "Conversations", "Records", "Knowledge")]
    [InlineData("Context", "Primitives", "Identity", "Conversations", "Knowledge", "Memory")]
    [InlineData("Tickets", "Primitives", "Identity", "Workflow", "Conversations", "Customers", "Knowledge")]
    [InlineData("Briefs", "Primitives", "Identity", "Workflow", "Conversations")]
    [InlineData("Views", "Primitives", "Identity", "Workflow", "Conversations", "Records", "Customers", "Knowledge", "Memory", "Context", "Tickets", "Briefs")]
    [InlineData("Events", "Primitives", "Identity", "Conversations", "Records", "Customers", "Tickets", "Views")]
    [InlineData("Storage", "Primitives", "Identity", "Conversations", "Records", "Knowledge", "Memory")]
    [InlineData("Mcp", "Primitives", "Identity", "Workflow", "Conversations", "Customers", "Knowledge", "Memory", "Context", "Tickets", "Briefs", "Views")]
    [InlineData("Rest", "Primitives", "Identity", "Workflow", "Conversations", "Customers", "Knowledge", "Memory", "Tickets", "Briefs", "Views", "Events")]
    [InlineData("Cli", "Primitives", "Identity", "Workflow", "Conversations", "Records", "Customers", "Knowledge", "Memory", "Tickets", "Briefs", "Views", "Events")]
    [InlineData("WebConsole", "Primitives", "Workflow", "Conversations", "Views")]
    public void A_folder_uses_only_folders_below_it(string folder, params string[] below)
    {
        var used = Sources(folder).SelectMany(f => Used(f)
            .Where(n => n != folder && !below.Contains(n))
            .Select(n => $"{Name(f)} uses {n}"));

        Assert.Empty(used);
    }

    [Theory]
    [InlineData("Redis", "Sqlite", "Postgres")]
    [InlineData("Sqlite", "Redis", "Postgres")]
    [InlineData("Postgres", "Redis", "Sqlite")]
    public void Stores_do_not_see_each_other(string store, params string[] others) => Assert.Empty(
        Sources(Path.Combine("Storage", store))
            .Where(f => others.Any(other => Imports(f).Contains($"SupportStateMcp.Storage.{other}"))).Select(Name));

    [Theory]
    [InlineData("Conversations")]
    [InlineData("Customers")]
    [InlineData("Identity")]
    [InlineData("Knowledge")]
    [InlineData("Memory")]
    [InlineData("Context")]
    [InlineData("Records")]
    [InlineData("Primitives")]
    [InlineData("Workflow", "Stateless", "Json")]
    [InlineData("Tickets", "Microsoft")]
    public void The_rules_use_the_base_class_library_and_at_most_these(string folder, params string[] libraries) => Assert.Empty(
        Sources(folder).SelectMany(f => Imports(f)
            .Where(n => !n.StartsWith("System", StringComparison.Ordinal) && !n.StartsWith("SupportStateMcp.", StringComparison.Ordinal))
            .Where(n => !libraries.Contains(n.Split('.')[0]))
            .Select(n => $"{Name(f)} uses {n}")));

    [Theory]
    [InlineData("using Stateless", "Workflow")]
    [InlineData("using StackExchange.Redis", "Storage")]
    [InlineData("using Microsoft.Data.Sqlite", "Storage")]
    [InlineData("using Npgsql", "Storage")]
    [InlineData("McpServerTool(", "Mcp")]
    [InlineData("McpServerResource(", "Mcp")]
    [InlineData("McpServerPrompt(", "Mcp")]
    [InlineData("System.CommandLine", "Cli", "Hosting")]
    [InlineData("Microsoft.ML.Tokenizers", "Hosting")]
    [InlineData("Spectre.Console", "Cli")]
    [InlineData("using Microsoft.OpenApi", "Rest")]
    [InlineData("using Microsoft.AspNetCore", "Rest", "WebConsole", "Hosting")]
    public void These_folders_alone_know_each_of_these(string what, params string[] folders)
    {
        var users = s_ours.Where(o => Sources(o).Any(f => Code(f).Contains(what, StringComparison.Ordinal)));

        Assert.Equal(folders, users);
    }

    [Fact]
    public void Every_folder_is_one_of_the_house() => Assert.Equal(
        s_ours.Order(),
        Directory.GetDirectories(Repository.File("src", "SupportStateMcp")).Select(Path.GetFileName).Where(d => d is not ("bin" or "obj" or "Properties" or ".mcp")).Order()!);

    private static string[] Sources(string folder) =>
        Directory.GetFiles(Repository.File("src", "SupportStateMcp", folder), "*.cs", SearchOption.AllDirectories);

    /// <summary>The folders whose namespaces a file imports or names in full.</summary>
    private static IEnumerable<string> Used(string file)
    {
        var code = Code(file);
        return s_ours.Where(n => Regex.IsMatch(code, $@"\bSupportStateMcp\.{n}\b|(?<![\w.]){n}\.[A-Z]\w+\b(?!\()")
            && !Regex.IsMatch(code, $@"^namespace SupportStateMcp\.{n}\b", RegexOptions.Multiline));
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
