using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// A record as a line: <c>{"crc":"1a2b3c4d", … }</c> and a newline. The CRC-32C covers all that stands between the
/// comma after it and the newline, so the whole line is JSON and can be checked before it is parsed.
/// </summary>
internal static class JournalLine
{
    private static ReadOnlySpan<byte> Opening => "{\"crc\":\""u8;

    private static ReadOnlySpan<byte> Closing => "\","u8;

    /// <summary>The bytes before the record's own: they tell one line from another.</summary>
    public static int HeaderLength => Opening.Length + 8 + Closing.Length;

    /// <summary>The line of a record, newline included.</summary>
    public static byte[] Of(JournalRecord record)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Readable.JournalRecord).AsSpan(1);
        var line = new byte[HeaderLength + body.Length + 1];
        Opening.CopyTo(line);
        Encoding.ASCII.GetBytes(Crc32C(body).ToString("x8"), line.AsSpan(Opening.Length));
        Closing.CopyTo(line.AsSpan(Opening.Length + 8));
        body.CopyTo(line.AsSpan(HeaderLength));
        line[^1] = (byte)'\n';
        return line;
    }

    /// <summary>The record of a line without its newline; null where the line is not whole.</summary>
    /// <exception cref="JsonException">The line is whole, but is no record.</exception>
    public static JournalRecord? Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length <= HeaderLength
            || !line.StartsWith(Opening)
            || !line[(Opening.Length + 8)..].StartsWith(Closing)
            || !Utf8Parser.TryParse(line.Slice(Opening.Length, 8), out uint crc, out var digits, 'x')
            || digits != 8
            || crc != Crc32C(line[HeaderLength..]))
            return null;

        return JsonSerializer.Deserialize(line, JournalJson.Readable.JournalRecord);
    }

    /// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
