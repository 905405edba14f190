using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tests.Primitives;

public class InstantTextTests
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-25T09:00Z")]
    [InlineData("2026-11-25T09:00:00Z")]
    [InlineData("2026-11-25T09:00:00.000Z")]
    [InlineData("2026-11-25T10:00:00+01:00")]
    [InlineData("2026-11-25 05:30-03:30")]
    public void A_time_with_its_zone_is_read(string text) => Assert.Equal((s_at, TimeSpan.Zero), (InstantText.TryParse(text), InstantText.TryParse(text)!.Value.Offset));

    [Theory]
    [InlineData("2026-11-25T09:00:00")]
    [InlineData("2026-11-25")]
    [InlineData("09:00Z")]
    [InlineData("25.11.2026 09:00Z")]
    [InlineData("11/25/2026 09:00:00Z")]
    [InlineData("2026-13-25T09:00:00Z")]
    [InlineData("2026-02-30T09:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("1764061200")]
    [InlineData("yesterday")]
    [InlineData("")]
    public void What_may_be_another_time_or_none_is_not(string text) => Assert.Null(InstantText.TryParse(text));
}
