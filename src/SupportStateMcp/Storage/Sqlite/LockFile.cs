namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// A file that one process at a time has open, and that goes with its holder. The operating system lets go of it when its
/// holder dies, so nothing is ever left locked. The runtime looks, once it has the lock, whether the path still leads to
/// what it locked.
/// </summary>
internal static class LockFile
{
    /// <summary>The folder of the lock files, beside the database.</summary>
    public const string Folder = "locks";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until the file is free; null where it is not in time.</summary>
    /// <param name="path">The lock file; it and its folder are created where they do not exist.</param>
    /// <param name="wait">How long to wait at most; zero tries once.</param>
    /// <param name="time">The clock of the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<FileStream?> TryOpenAsync(
        string path, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } held)
                return held;

            var left = wait - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return null;

            // 1 ms at first, 10 ms at most, each a little other than the neighbour's.
            var pause = Math.Min(1 + attempt, LongestPause.TotalMilliseconds) * (0.5 + (Random.Shared.NextDouble() / 2));
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(pause + 0.5, left.TotalMilliseconds + 0.5)), time, cancellationToken);
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return Open(path);
        }
        catch (DirectoryNotFoundException)
        {
            PrivateDirectory.Create(Path.GetDirectoryName(Path.GetDirectoryName(path)!)!);
            PrivateDirectory.Create(Path.GetDirectoryName(path)!);
            return TryOpen(path);
        }
        catch (FileNotFoundException)
        {
            // There was no folder to create the file in, and when the runtime looked why, a neighbour had made it: try again.
            return null;
        }
        catch (IOException e) when (IsHeldElsewhere(e))
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows())
        {
            // Windows: the file is about to be deleted with its last holder.
            return null;
        }
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>EWOULDBLOCK on Linux and on macOS, a sharing violation on Windows.</summary>
    private static bool IsHeldElsewhere(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
