namespace SupportStateMcp.Primitives;

/// <summary>Text files that are part of the program: SQL and scripts.</summary>
internal static class EmbeddedText
{
    /// <summary>The text of a file.</summary>
    /// <param name="beside">A type in the folder of the file.</param>
    /// <param name="file">Its name; where it lies in a folder below, with the name of that and a dot before it.</param>
    /// <exception cref="InvalidOperationException">It is not embedded.</exception>
    public static string Read(Type beside, string file)
    {
        using var stream = beside.Assembly.GetManifestResourceStream($"{beside.Namespace}.{file}") ?? throw new InvalidOperationException($"{file} is not embedded beside {beside.Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
