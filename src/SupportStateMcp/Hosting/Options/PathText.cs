using System.Text.RegularExpressions;

namespace SupportStateMcp.Hosting;

/// <summary>
/// A path as somebody wrote it. Programs that start a server pass it on as it is: <c>~</c> is expanded here, as a shell
/// does it; a variable that nothing has replaced is refused. Taken as a name, either would make a second store silently.
/// </summary>
internal static partial class PathText
{
    /// <summary>The full path, or what is wrong with the text.</summary>
    public static (string? Path, string? Violation) Read(string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl))
            return (null, "it is empty, or holds characters that are no text; write the path.");
        if (HoldsVariable(text))
            return (null, $"'{text}' holds a variable that nothing has replaced; write the path itself, or ~ for your home.");
        if (text.Contains("://", StringComparison.Ordinal))
            return (null, $"'{text}' is an address, not a path.");
        if (text[0] != '~')
            return (System.IO.Path.GetFullPath(text), null);
        if (text.Length > 1 && text[1] != '/' && text[1] != System.IO.Path.DirectorySeparatorChar)
            return (null, $"'{text}' begins with the home of another user, which is not expanded; write the path itself.");

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return System.IO.Path.IsPathRooted(home)
            ? (System.IO.Path.GetFullPath(System.IO.Path.Join(home, text[1..])), null)
            : (null, $"'{text}' begins with your home, and this user has none; write the path itself.");
    }

    /// <summary>True for <c>$HOME</c>, <c>${HOME}</c>, <c>$(pwd)</c>, <c>$env:HOME</c>, <c>%APPDATA%</c>, <c>{{home}}</c>.</summary>
    public static bool HoldsVariable(string text) => Variable().IsMatch(text);

    [GeneratedRegex(@"\$[A-Za-z_{(]|%[A-Za-z_][A-Za-z0-9_()]*%|\{\{", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
