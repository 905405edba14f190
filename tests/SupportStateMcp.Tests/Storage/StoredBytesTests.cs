using System.Text;
using SupportStateMcp.Storage;

namespace SupportStateMcp.Tests.Storage;

/// <summary>Bytes as they are kept.</summary>
public class StoredBytesTests
{
    [Fact]
    public void What_is_short_or_gains_nothing_stays_as_it_is()
    {
        var (brief, noise) = (Encoding.UTF8.GetBytes(new string('x', StoredBytes.CompressedFrom - 1)), new byte[10_000]);
        new Random(1).NextBytes(noise);
        noise[0] = (byte)'{';

        Assert.Same(brief, StoredBytes.Pack(brief));
        Assert.Same(noise, StoredBytes.Pack(noise));
        Assert.Same(noise, StoredBytes.Unpack(noise));
        Assert.Empty(StoredBytes.Unpack([]));
    }

    [Theory]
    [InlineData(StoredBytes.CompressedFrom)]
    [InlineData(100_001)]
    public void What_is_long_comes_back_to_the_byte_and_tells_its_length(int length)
    {
        var plain = Encoding.UTF8.GetBytes(new string('{', length));

        var packed = StoredBytes.Pack(plain);

        Assert.InRange(packed.Length, StoredBytes.Beginning + 1, 200);
        Assert.Equal(length, StoredBytes.LengthOf(packed));
        Assert.Equal(length, StoredBytes.LengthOf(packed.AsSpan(0, StoredBytes.Beginning), packed.Length));
        Assert.Equal(plain, StoredBytes.Unpack(packed));
        // Every byte that is cut off is noticed.
        for (var cut = 1; cut < packed.Length; cut++)
            Assert.Throws<InvalidDataException>(() => StoredBytes.Unpack(packed[..cut]));
    }
}
