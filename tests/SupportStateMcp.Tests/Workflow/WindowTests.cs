using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

public class WindowTests
{
    [Theory]
    [InlineData(604_800, "7 days")]
    [InlineData(86_400, "1 day")]
    [InlineData(129_600, "36 hours")]
    [InlineData(3_600, "1 hour")]
    [InlineData(5_400, "90 minutes")]
    [InlineData(61, "61 seconds")]
    [InlineData(1, "1 second")]
    [InlineData(0, "0 seconds")]
    public void A_span_is_told_in_the_largest_unit_that_fits(int seconds, string words) =>
        Assert.Equal(words, Window.InWords(TimeSpan.FromSeconds(seconds)));
}
