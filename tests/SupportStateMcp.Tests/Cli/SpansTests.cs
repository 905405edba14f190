using SupportStateMcp.Cli;

namespace SupportStateMcp.Tests.Cli;

public class SpansTests
{
    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(7_199, "119 min")]
    [InlineData(7_200, "2 h")]
    [InlineData(172_799, "47 h")]
    [InlineData(172_800, "2 d")]
    public void A_time_is_told_in_one_unit(int seconds, string told) => Assert.Equal(told, Spans.Of(TimeSpan.FromSeconds(seconds)));
}
