namespace SupportStateMcp.Hosting;

/// <summary>The file that the tokens of a server are in, and how they are read again. It is made before the file is read first.</summary>
/// <param name="path">The file of <c>--config</c>.</param>
/// <param name="read">The tokens of this file and of what lies over it, or all that is wrong.</param>
public sealed class TokenFile(string path, Func<(IReadOnlyList<AccessToken>? Tokens, IReadOnlyList<string> Violations)> read)
{
    public string Path => path;

    /// <summary>What <see cref="Stamp"/> was before the server read the file.</summary>
    public (DateTime At, long Length, string File)? FirstStamp { get; } = StampOf(path);

    /// <summary>What changes with the file; null where there is none.</summary>
    public (DateTime At, long Length, string File)? Stamp => StampOf(path);

    public (IReadOnlyList<AccessToken>? Tokens, IReadOnlyList<string> Violations) Read() => read();

    private static (DateTime, long, string)? StampOf(string path)
    {
        try
        {
            var named = new FileInfo(path);
            var meant = named.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? named;
            return meant.Exists ? (meant.LastWriteTimeUtc, meant.Length, meant.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
