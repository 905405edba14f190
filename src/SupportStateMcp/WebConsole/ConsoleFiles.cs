using System.Collections.Frozen;
using System.Security.Cryptography;

namespace SupportStateMcp.WebConsole;

/// <summary>The files of the console, which are embedded in this assembly: read once, when the first is asked for.</summary>
internal static class ConsoleFiles
{
    /// <summary>The page, which is served at every address of the console.</summary>
    public const string Page = "index.html";

    private const int TagCharacters = 32;

    private static readonly Lazy<FrozenDictionary<string, ConsoleFile>> s_files = new(Read);

    /// <summary>All files, by name.</summary>
    public static IReadOnlyDictionary<string, ConsoleFile> All => s_files.Value;

    private static FrozenDictionary<string, ConsoleFile> Read()
    {
        var assembly = typeof(ConsoleFiles).Assembly;
        var folder = $"{typeof(ConsoleFiles).Namespace}.Assets.";
        return assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(folder, StringComparison.Ordinal))
            .ToFrozenDictionary(n => n[folder.Length..], n => FileOf(assembly.GetManifestResourceStream(n)!, n), StringComparer.Ordinal);
    }

    private static ConsoleFile FileOf(Stream stream, string name)
    {
        using (stream)
        {
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new ConsoleFile(TypeOf(name), content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..TagCharacters]}\"");
        }
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        var other => throw new InvalidOperationException($"Nobody knows the media type of {other}."),
    };
}
