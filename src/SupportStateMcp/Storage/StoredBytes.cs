using System.Buffers.Text;
using System.IO.Compression;

namespace SupportStateMcp.Storage;

/// <summary>
/// Bytes as both stores keep snapshots, parts and messages: short ones as they are, long ones compressed, where that makes them shorter. What is
/// compressed begins with a tag, which no JSON and no schema version begins with, and with its whole length, so that who reads in
/// steps (the script of Redis as well) counts what comes of it:
/// <code>
/// 0x01  eight hexadecimal digits: the length before  Brotli (RFC 7932)
/// </code>
/// </summary>
internal static class StoredBytes
{
    /// <summary>From which length on bytes are compressed.</summary>
    public const int CompressedFrom = 2_048;

    private const byte BrotliTag = 1;
    private const int LengthDigits = 8;
    private const int Header = 1 + LengthDigits;

    /// <summary>The longest there is, in bytes: more is damage. Nothing that is let in comes near.</summary>
    private const int Longest = 64 << 20;

    // The fastest: a commit waits for it.
    private const int Quality = 1;
    private const int Window = 22;

    /// <summary>The bytes as they are kept.</summary>
    public static byte[] Pack(byte[] plain)
    {
        if (plain.Length is < CompressedFrom or > Longest)
            return plain;
        var packed = new byte[plain.Length - 1];
        if (!BrotliEncoder.TryCompress(plain, packed.AsSpan(Header), out var written, Quality, Window))
            return plain;
        packed[0] = BrotliTag;
        Utf8Formatter.TryFormat(plain.Length, packed.AsSpan(1), out _, new System.Buffers.StandardFormat('x', LengthDigits));
        return packed[..(Header + written)];
    }

    /// <summary>The bytes as they were.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static byte[] Unpack(byte[] stored)
    {
        if (!IsPacked(stored))
            return stored;
        var plain = new byte[LengthOf(stored)];
        return BrotliDecoder.TryDecompress(stored.AsSpan(Header), plain, out var written) && written == plain.Length
            ? plain
            : throw new InvalidDataException("What is compressed there cannot be read.");
    }

    /// <summary>How long the bytes were, in bytes; of their beginning alone that can be told.</summary>
    /// <param name="stored">What is kept, or its first <see cref="Beginning"/> bytes.</param>
    /// <param name="length">How long what is kept is.</param>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static int LengthOf(ReadOnlySpan<byte> stored, int length) => !IsPacked(stored) ? length
        : stored.Length >= Header && Utf8Parser.TryParse(stored.Slice(1, LengthDigits), out int was, out var digits, 'x') && digits == LengthDigits && was is >= CompressedFrom and <= Longest
            ? was
            : throw new InvalidDataException("What is compressed there does not begin with its length.");

    /// <inheritdoc cref="LengthOf(ReadOnlySpan{byte}, int)"/>
    public static int LengthOf(ReadOnlySpan<byte> stored) => LengthOf(stored, stored.Length);

    /// <summary>How many bytes tell the length.</summary>
    public const int Beginning = Header;

    private static bool IsPacked(ReadOnlySpan<byte> stored) => stored.Length > 0 && stored[0] == BrotliTag;
}
