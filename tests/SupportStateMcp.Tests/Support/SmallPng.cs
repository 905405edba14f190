using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// A screenshot with at most 256 colours, as a PNG with a palette (PNG, third edition, section 11.2): a third of the size, for pages that
/// hold text and plain areas. Colours that are rare become the nearest of those that are not.
/// </summary>
internal static class SmallPng
{
    private const int Colours = 256;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <param name="png">A PNG of 8 bits for each of three or four channels, not interlaced; what a browser makes.</param>
    public static byte[] Of(byte[] png)
    {
        var (width, height, pixels) = Read(png);
        var palette = pixels.GroupBy(p => p).OrderByDescending(g => g.Count()).Take(Colours).Select(g => g.Key).ToArray();
        var nearest = new Dictionary<uint, byte>();
        var rows = new byte[height * (width + 1)];
        for (var i = 0; i < pixels.Length; i++)
        {
            var colour = pixels[i];
            if (!nearest.TryGetValue(colour, out var index))
                nearest[colour] = index = Nearest(palette, colour);
            rows[(i / width * (width + 1)) + 1 + (i % width)] = index;
        }

        using var small = new MemoryStream();
        small.Write(Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3);
        Write(small, "IHDR", header);
        Write(small, "PLTE", [.. palette.SelectMany(c => (byte[])[(byte)(c >> 16), (byte)(c >> 8), (byte)c])]);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(rows);
        Write(small, "IDAT", packed.ToArray());
        Write(small, "IEND", []);
        return small.ToArray();
    }

    private static (int Width, int Height, uint[] Pixels) Read(byte[] png)
    {
        var (width, height, channels) = (0, 0, 0);
        using var packed = new MemoryStream();
        for (var at = Signature.Length; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var content = png.AsSpan(at + 8, length);
            switch (Encoding.ASCII.GetString(png, at + 4, 4))
            {
                case "IHDR":
                    (width, height) = (BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
                    channels = (content[8], content[9], content[12]) switch
                    {
                        (8, 2, 0) => 3,
                        (8, 6, 0) => 4,
                        _ => throw new InvalidOperationException("This is not what browsers make."),
                    };
                    break;
                case "IDAT":
                    packed.Write(content);
                    break;
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        var pixels = new uint[width * height];
        var (before, row) = (new byte[width * channels], new byte[width * channels]);
        for (var y = 0; y < height; y++)
        {
            var filter = zlib.ReadByte();
            zlib.ReadExactly(row);
            for (var i = 0; i < row.Length; i++)
            {
                var (left, up, corner) = (i < channels ? 0 : row[i - channels], before[i], i < channels ? 0 : before[i - channels]);
                row[i] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) });
            }

            for (var x = 0; x < width; x++)
                pixels[(y * width) + x] = (uint)((row[x * channels] << 16) | (row[(x * channels) + 1] << 8) | row[(x * channels) + 2]);
            (before, row) = (row, before);
        }

        return (width, height, pixels);
    }

    /// <summary>The predictor of PNG, section 9.4.</summary>
    private static int Paeth(int left, int up, int corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - (2 * corner)));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static byte Nearest(uint[] palette, uint colour) => (byte)Enumerable.Range(0, palette.Length).MinBy(i => Distance(palette[i], colour));

    private static int Distance(uint a, uint b)
    {
        var (red, green, blue) = ((int)(a >> 16) - (int)(b >> 16), (int)((a >> 8) & 255) - (int)((b >> 8) & 255), (int)(a & 255) - (int)(b & 255));
        return (red * red) + (green * green) + (blue * blue);
    }

    private static void Write(Stream png, string kind, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        byte[] chunk = [.. Encoding.ASCII.GetBytes(kind), .. content];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(chunk);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(chunk));
        png.Write(number);
    }
}
