using System.Buffers.Binary;
using System.Globalization;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Looks at the write-ahead log before SQLite does. SQLite uses a log up to the first frame that is not whole, and forgets
/// the rest without a word: right for what a crash left half written, which nobody was told is stored; wrong for a disk
/// that spoiled what was. Commits behind such a frame tell the two apart.
/// Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
/// </summary>
internal static class SqliteWalCheck
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;

    /// <summary>The last bit of the magic number tells the byte order of checksums.</summary>
    private const uint Magic = 0x377f0682;

    /// <summary>What is wrong with a log.</summary>
    /// <param name="At">The first byte that cannot be used.</param>
    /// <param name="Commits">How many commits stand behind it. One may be what a crash left; of more, all but the last were acknowledged.</param>
    internal sealed record Damage(long At, int Commits);

    /// <summary>Keeps a copy of a log that is damaged, and tells the operator.</summary>
    /// <param name="database">The path of the database.</param>
    /// <param name="now">Goes into the name of the copy.</param>
    /// <param name="logger">Tells the operator.</param>
    /// <exception cref="IOException">The copy cannot be written: the log would be lost.</exception>
    public static void Run(string database, DateTimeOffset now, ILogger logger)
    {
        var log = database + "-wal";
        if (!File.Exists(log) || Find(log) is not { } damage)
            return;
        var copy = $"{log}.damaged-{now.UtcDateTime.ToString("yyyyMMddTHHmmssfff", CultureInfo.InvariantCulture)}";
        File.Copy(log, copy);
        logger.LogDamaged(log, damage.At, damage.Commits, copy);
    }

    /// <summary>What is wrong with a log; null where nothing is but what a crash explains.</summary>
    public static Damage? Find(string log)
    {
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        var damage = Find(file, header);

        // Another process may have begun the log again meanwhile; then it has read it as well.
        var again = new byte[HeaderBytes];
        file.Position = 0;
        return file.ReadAtLeast(again, HeaderBytes, throwOnEndOfStream: false) == HeaderBytes && again.AsSpan().SequenceEqual(header) ? damage : null;
    }

    private static Damage? Find(FileStream file, byte[] header)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        var isBigEndian = (magic & 1) != 0;
        var sum = Checksum(header.AsSpan(0, 24), (0, 0), isBigEndian);
        var isWhole = (magic & ~1u) == Magic && sum == Sum(header.AsSpan(24));
        var pageSize = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        // A header that is damaged says nothing of the pages; those of this server have 4 KiB.
        if (!isWhole && (pageSize is < 512 or > 65536 || !uint.IsPow2(pageSize)))
            pageSize = 4096;

        var frame = new byte[FrameHeaderBytes + pageSize];
        ulong? generation = isWhole ? Salt(header.AsSpan(16)) : null;
        var (at, commits) = (isWhole ? (long?)null : 0, 0);
        for (var start = (long)HeaderBytes; file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; start += frame.Length)
        {
            // Frames of an earlier generation are leftovers.
            var salt = Salt(frame.AsSpan(8));
            if (salt != (generation ??= salt))
            {
                at ??= start;
                continue;
            }

            if (at is null)
            {
                var next = Checksum(frame.AsSpan(FrameHeaderBytes), Checksum(frame.AsSpan(0, 8), sum, isBigEndian), isBigEndian);
                if (next == Sum(frame.AsSpan(16)))
                    sum = next;
                else
                    at = start;
            }

            if (at is not null && BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0)
                commits++;
        }

        return at is { } byteOffset && commits > 0 ? new Damage(byteOffset, commits) : null;
    }

    private static ulong Salt(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64BigEndian(bytes);

    private static (uint, uint) Sum(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static (uint, uint) Checksum(ReadOnlySpan<byte> bytes, (uint, uint) seed, bool isBigEndian)
    {
        var (first, second) = seed;
        for (var i = 0; i + 8 <= bytes.Length; i += 8)
        {
            unchecked
            {
                first += Word(bytes[i..], isBigEndian) + second;
                second += Word(bytes[(i + 4)..], isBigEndian) + first;
            }
        }

        return (first, second);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
