using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tests.Primitives;

public class DurationTextTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 9, 5, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(7_199, "119 min")]
    [InlineData(7_200, "2 h")]
    [InlineData(172_799, "47 h")]
    [InlineData(172_800, "2 d")]
    public void A_span_is_told_in_one_unit(int seconds, string told) => Assert.Equal(told, DurationText.Of(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(604_800, "7 days")]
    [InlineData(86_400, "1 day")]
    [InlineData(129_600, "36 hours")]
    [InlineData(3_600, "1 hour")]
    [InlineData(5_400, "90 minutes")]
    [InlineData(61, "61 seconds")]
    [InlineData(1, "1 second")]
    [InlineData(0, "0 seconds")]
    public void A_configured_span_is_told_exactly(int seconds, string told) => Assert.Equal(told, DurationText.Exactly(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_point_in_time_is_told_from_now_or_to_the_minute()
    {
        Assert.Equal("just now", DurationText.Ago(s_now, s_now));
        Assert.Equal("12 min ago", DurationText.Ago(s_now.AddMinutes(-12), s_now));
        Assert.Equal("in 3 h", DurationText.Ahead(s_now.AddHours(3), s_now));
        Assert.Equal("2026-11-21 09:05Z", DurationText.Instant(s_now));
    }
}
