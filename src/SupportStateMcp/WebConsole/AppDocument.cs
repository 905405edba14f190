using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace SupportStateMcp.WebConsole;

/// <summary>
/// A page of the console in one document, for hosts that show it in a frame without a network (SEP-1865). Script and style stand in it;
/// its own policy names both by their digest, so that nothing else runs, whatever the host allows. The scripts are those of the console,
/// but for the files in <c>Apps</c>, which stand in the place of those of the same name: calls and links go to the host.
/// </summary>
internal sealed partial class AppDocument
{
    private const string Apps = "Apps";
    private const string Assets = "Assets";

    private readonly string _start;
    private readonly string _end;

    /// <summary>Puts the files together.</summary>
    /// <param name="title">The title of the document.</param>
    /// <param name="entry">The script that it begins with, a file in <c>Apps</c>.</param>
    public AppDocument(string title, string entry)
    {
        var style = "\n" + Read(Assets, "console.css") + Read(Apps, "app.css");
        var modules = new List<string>();
        Add(entry, modules, []);
        var script = $"\n'use strict';\n(() => {{\n{string.Concat(modules)}}})();\n";
        if (Ends().Match(script + style) is { Success: true } end)
            throw new InvalidOperationException($"{end.Value} would end the script or the style of {entry}.");
        var policy = $"default-src 'none'; script-src '{Digest(script)}'; style-src '{Digest(style)}'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        _start = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">

            """.ReplaceLineEndings("\n");
        _end = $"""
            <title>{WebUtility.HtmlEncode(title)}</title>
            <style>{style}</style>
            </head>
            <body class="app">
            <main aria-busy="true"><h1>{WebUtility.HtmlEncode(title)}</h1></main>
            <script>{script}</script>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    /// <summary>The document, for one who reads it.</summary>
    /// <param name="console">The address of the server whose console people work in; null where there is none to lead to.</param>
    /// <param name="decides">True where the connection is a person who may decide on approvals.</param>
    public string Write(Uri? console, bool decides) =>
        $"{_start}<meta name=\"support-console\" content=\"{WebUtility.HtmlEncode(console?.AbsoluteUri)}\">\n<meta name=\"support-decides\" content=\"{(decides ? "true" : "false")}\">\n{_end}";

    /// <summary>Adds a module behind those that it imports, as a function of its own: no name of one is seen by another.</summary>
    private static void Add(string name, List<string> modules, List<string> begun)
    {
        if (begun.Contains(name))
            return;
        begun.Add(name);
        var folder = Resource(Apps, name) is null ? Assets : Apps;
        var exported = new List<string>();
        // A host gets each view as a new document, and what explains the sources explains nothing there.
        var source = Imports().Replace(Comments().Replace(Read(folder, name), ""), import =>
        {
            var imported = import.Groups["file"].Value;
            Add(imported, modules, begun);
            return import.Groups["all"] is { Success: true, Value: var all }
                ? $"const {all} = {NameOf(imported)};"
                : $"const {{ {import.Groups["names"].Value.Replace(" as ", ": ", StringComparison.Ordinal)} }} = {NameOf(imported)};";
        });
        source = Exports().Replace(source, export =>
        {
            exported.Add(export.Groups["name"].Value);
            return export.Groups["kind"].Value + export.Groups["name"].Value;
        });
        source = Lists().Replace(source, list =>
        {
            exported.Add(list.Groups["names"].Value);
            return "";
        });
        if (Unread().Match(source) is { Success: true } left)
            throw new InvalidOperationException($"{name} has an import or export that this does not read: {left.Value}");
        modules.Add($"// {name}\nconst {NameOf(name)} = (() => {{\n{source}return {{ {string.Join(", ", exported)} }};\n}})();\n");
    }

    private static string NameOf(string file) => file.Replace('-', '_').Replace('.', '_');

    private static string Read(string folder, string name)
    {
        using var reader = new StreamReader(Resource(folder, name) ?? throw new InvalidOperationException($"There is no {folder}/{name}."));
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static Stream? Resource(string folder, string name) =>
        typeof(AppDocument).Assembly.GetManifestResourceStream($"{typeof(AppDocument).Namespace}.{folder}.{name}");

    private static string Digest(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Comments that have their lines for themselves.</summary>
    [GeneratedRegex(@"^ *(?://[^\n]*|/\*\*[\s\S]*?\*/)\n", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^import (?:\* as (?<all>\w+)|\{ (?<names>[^}]+) \}) from '(?:\./|\.\./Assets/)(?<file>[\w-]+\.js)';$", RegexOptions.Multiline)]
    private static partial Regex Imports();

    [GeneratedRegex(@"^export (?<kind>(?:async )?function |const |class )(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Exports();

    [GeneratedRegex(@"^export \{ (?<names>[\w, ]+) \};$", RegexOptions.Multiline)]
    private static partial Regex Lists();

    [GeneratedRegex(@"^(?:import|export)\b.*", RegexOptions.Multiline)]
    private static partial Regex Unread();

    [GeneratedRegex("</script|</style|<!--", RegexOptions.IgnoreCase)]
    private static partial Regex Ends();
}
