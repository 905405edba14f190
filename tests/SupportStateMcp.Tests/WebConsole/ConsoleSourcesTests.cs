using System.Text.RegularExpressions;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>What the sources of the console keep to, read off them.</summary>
public sealed partial class ConsoleSourcesTests
{
    private static readonly string s_folder = Repository.File("src", "SupportStateMcp", "WebConsole");

    public static TheoryData<string> Scripts => [.. Directory.GetFiles(s_folder, "*.js", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(s_folder, f))];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void No_script_reads_text_as_markup_or_as_code(string file) => Assert.Empty(Markup().Matches(Source(file)).Select(m => m.Value));

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Scripts_import_each_other_and_nothing_from_elsewhere(string file)
    {
        var imported = Imports().Matches(Source(file)).Select(m => m.Groups[1].Value).ToList();

        Assert.All(imported, name => Assert.True(File.Exists(Path.Combine(s_folder, Path.GetDirectoryName(file)!, name)), $"{file} imports {name}."));
        Assert.DoesNotContain("://", Source(file).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Replace("support://", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Each_text_that_is_used_is_among_the_texts(string file)
    {
        var texts = Source("Assets/texts.js");

        Assert.All(
            Texts().Matches(Source(file)).Select(m => m.Groups[1].Value.Split('.')[^1]).Distinct(),
            name => Assert.Matches($@"\b{Regex.Escape(name)}\b\s*[:(]", texts));
    }

    [Fact]
    public void The_page_has_nothing_inline()
    {
        var page = Source("Assets/index.html");

        Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"\s(on\w+|style)\s*=", page);
        Assert.All(Regex.Matches(page, "<script[^>]*>(.*?)</script>", RegexOptions.Singleline).Select(m => m.Groups[1].Value), Assert.Empty);
    }

    [Fact]
    public void The_style_loads_nothing() => Assert.DoesNotMatch(@"@import|url\(", Source("Assets/console.css"));

    private static string Source(string file) => File.ReadAllText(Path.Combine(s_folder, file));

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML|srcdoc\s*=|\beval\b|new Function|\bimport\(|javascript:|setTimeout\(\s*['""`]|setInterval\(\s*['""`]")]
    private static partial Regex Markup();

    [GeneratedRegex(@"from '(\.[^']+)'")]
    private static partial Regex Imports();

    [GeneratedRegex(@"\bT\.((?:\w+\.)*\w+)")]
    private static partial Regex Texts();
}
