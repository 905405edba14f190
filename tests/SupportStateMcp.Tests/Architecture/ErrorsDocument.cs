using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SupportStateMcp.Cli;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Rest;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Architecture;

/// <summary>
/// Writes <c>docs/errors.md</c>: when each code comes and what to do from the doc comments of the codes, facts and sentences
/// from the samples, and the places of the rules from the sources.
/// </summary>
internal static partial class ErrorsDocument
{
    public static string Write()
    {
        var comments = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "SupportStateMcp.xml")).Descendants("member")
            .ToDictionary(m => (string)m.Attribute("name")!, m => m);
        var places = Places();
        var text = new StringBuilder("""
            # Errors

            What a call is refused with: every code, when it comes, what to do, the facts that are sent with it, and the
            place of the rule. A refused call has changed nothing. Over MCP it is a tool result with `isError: true`, the
            sentence for models as text, and code, sentence and facts as structured content; the command line says the
            sentence for people, with `--json` the same object; over REST it is a [problem](rest.md#refusals) with the status,
            the sentence for programs, code and facts.

            This page is written from the code: run the tests `ErrorsDocumentTests` with `SUPPORTSTATE_REWRITE_DOCS=1`.

            """);
        foreach (var field in typeof(ErrorCodes).GetFields())
        {
            var code = (string)field.GetRawConstantValue()!;
            var comment = comments[$"F:{typeof(ErrorCodes).FullName}.{field.Name}"];
            var samples = ErrorSamples.All.Where(s => s.Error.Code == code).ToList();
            text.Append($"\n## `{code}`\n\n{Prose(comment, "summary")}\n\n**What to do:** {Prose(comment, "remarks")}\n\n");
            text.Append($"**Facts:** {string.Join(" or ", samples.Select(s => FactNames(s.Error)).Distinct())}. **Over REST:** {ErrorStatus.Of(code)}.\n\n");
            text.Append("| for a model | for a person | over REST |\n|---|---|---|\n");
            foreach (var (_, error) in samples)
                text.Append($"| {McpErrorMessages.Of(error)} | {CliErrorMessages.Of(error).Replace("\n", "<br>", StringComparison.Ordinal)} | {(RestErrorMessages.Of(error) is var told && told == McpErrorMessages.Of(error) ? "as for a model" : told)} |\n");
            text.Append("\n**The rule:**\n\n");
            foreach (var place in samples.Select(s => s.Factory).Distinct().SelectMany(f => places[f]).Distinct().Order(StringComparer.Ordinal))
                text.Append($"- {place}\n");
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>Where each factory is called, as <c>Type.Method</c> with a link to the file.</summary>
    private static ILookup<string, string> Places() => Directory
        .GetFiles(Repository.File("src", "SupportStateMcp"), "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
        .SelectMany(PlacesIn)
        .ToLookup(p => p.Factory, p => p.Place);

    private static IEnumerable<(string Factory, string Place)> PlacesIn(string file)
    {
        var (type, method) = ("", "");
        foreach (var line in File.ReadLines(Repository.File(file.Split('/'))))
        {
            if (TypeDeclaration().Match(line) is { Success: true } declared)
                type = declared.Groups[1].Value;
            else if (MethodDeclaration().Match(WithoutTypeArguments(line)) is { Success: true } member)
                method = member.Groups[1].Value;
            foreach (Match call in Call().Matches(line))
                yield return (call.Groups[1].Value, $"`{type}.{method}` in [{file}](../{file})");
        }
    }

    private static string WithoutTypeArguments(string line)
    {
        for (var shorter = TypeArguments().Replace(line, ""); shorter != line; shorter = TypeArguments().Replace(line, ""))
            line = shorter;
        return line;
    }

    private static string FactNames(Error error) => string.Join(", ", error.Facts.Select(f => $"`{f.Key}`"));

    private static string Prose(XElement comment, string element) => Whitespace().Replace(comment.Element(element)!.Value.Trim(), " ");

    [GeneratedRegex(@"\bError\.(\w+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex Call();

    [GeneratedRegex(@"^\s*(?:(?:public|private|internal|protected|static|sealed|abstract|partial|readonly)\s+)+(?:record\s+struct|record|class|struct)\s+(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^ {4,8}(?:public|private|internal|protected)\b[^=({;]*?\b(\w+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex MethodDeclaration();

    [GeneratedRegex("<[^<>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex TypeArguments();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Whitespace();
}
