namespace SupportStateMcp.Storage;

/// <summary>A folder that its owner alone may look into.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder where there is none.</summary>
    /// <exception cref="FolderIsFileException">A file stands in its place, or in that of a folder above it.</exception>
    public static void Create(string path)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(at))
                throw new FolderIsFileException(at);
        }

        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner);
    }

    /// <summary>True where the rights of a folder let other users read or write in it. On Windows a folder of a user's profile is theirs alone.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && Directory.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;

    /// <summary>Takes the rights of others away from a folder or a file that was there before; true where they had some.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static bool Tighten(string path)
    {
        if (OperatingSystem.IsWindows() || !Path.Exists(path))
            return false;
        try
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & Others) == UnixFileMode.None)
                return false;
            File.SetUnixFileMode(path, mode & ~Others);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Its owner has just removed it.
            return false;
        }
    }
}

/// <summary>A file stands where a folder should.</summary>
internal sealed class FolderIsFileException(string path) : IOException($"{path} is a file, not a folder.");
