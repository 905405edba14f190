using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// The bytes of a journal on disk. Everybody opens it shared: who may write is settled by <see cref="CommitGates"/>.
/// </summary>
/// <remarks>
/// A new name in a folder is durable once the folder is flushed, which .NET has no call for; file systems with a journal
/// of their own (ext4, xfs, APFS, NTFS) write it along with the flush of a new file.
/// </remarks>
internal static class JournalFile
{
    public const string Extension = ".jsonl";

    private const FileShare Everybody = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>Opens a journal to read; null where there is none.</summary>
    public static SafeFileHandle? OpenToRead(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, Everybody, FileOptions.RandomAccess);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes a line at the end of what is valid and flushes it to the disk; on a failure, nothing of it stays.</summary>
    /// <param name="path">The journal; created, for its owner only, where it does not exist.</param>
    /// <param name="end">Where the valid records end; what stands behind is a torn write and goes.</param>
    /// <param name="line">The line.</param>
    /// <returns>How many bytes of a torn write were cut off.</returns>
    public static long Append(string path, long end, ReadOnlySpan<byte> line)
    {
        using var file = OpenToWrite(path, FileMode.OpenOrCreate);
        var handle = file.SafeFileHandle;
        var torn = RandomAccess.GetLength(handle) - end;
        if (torn > 0)
            RandomAccess.SetLength(handle, end);

        try
        {
            RandomAccess.Write(handle, line, end);
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException)
        {
            TakeBack(handle, end);
            throw;
        }

        return Math.Max(torn, 0);
    }

    /// <summary>Puts a whole new journal in the place of the old, at once or not at all.</summary>
    public static void Replace(string path, IEnumerable<byte[]> lines)
    {
        var draft = path + ".tmp";
        using (var file = OpenToWrite(draft, FileMode.Create))
        {
            foreach (var line in lines)
                file.Write(line);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Hands out the lines between two offsets, in order, without their newlines, until one is not taken.</summary>
    /// <param name="handle">The journal.</param>
    /// <param name="from">Where the first line starts.</param>
    /// <param name="to">Where to stop. What stands there without a newline is not handed out.</param>
    /// <param name="take">Given where the line starts, the line, and whether it is the last; false ends the reading.</param>
    public static void ReadLines(SafeFileHandle handle, long from, long to, Func<long, ReadOnlyMemory<byte>, bool, bool> take)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(to - from, 1, 64 * 1024));
        try
        {
            for (var (start, filled) = (from, 0); start + filled < to;)
            {
                var wanted = (int)Math.Min(buffer.Length - filled, to - start - filled);
                var read = RandomAccess.Read(handle, buffer.AsSpan(filled, wanted), start + filled);
                if (read == 0)
                    return;

                filled += read;
                var used = 0;
                for (int length; (length = buffer.AsSpan(used, filled - used).IndexOf((byte)'\n')) >= 0; used += length + 1)
                {
                    if (!take(start + used, buffer.AsMemory(used, length), start + used + length + 1 >= to))
                        return;
                }

                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                (start, filled) = (start + used, filled - used);
                if (filled == buffer.Length)
                    buffer = Grow(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static FileStream OpenToWrite(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = Everybody };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void TakeBack(SafeFileHandle handle, long end)
    {
        try
        {
            RandomAccess.SetLength(handle, end);
        }
        catch (IOException)
        {
            // The caller hears of the first failure, and whoever writes next cuts a torn record off.
        }
    }
}
