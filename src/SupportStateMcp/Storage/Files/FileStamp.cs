using Microsoft.Win32.SafeHandles;

namespace SupportStateMcp.Storage.Files;

/// <summary>What the file system says of a journal without opening it. A journal grows with each change, so an equal stamp means nothing changed.</summary>
internal readonly record struct FileStamp(long Length, DateTime LastWrite)
{
    /// <summary>The stamp of the file at a path; null where there is none.</summary>
    public static FileStamp? Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc) : null;
    }

    public static FileStamp Of(SafeFileHandle handle) => new(RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle));
}
