using SupportStateMcp.Primitives;

namespace SupportStateMcp.Tests.Primitives;

public class CanonicalNumberTests
{
    [Theory]
    [InlineData("612.4", "612.40")]
    [InlineData("612.4", "6.124e2")]
    [InlineData("612.4", "6124E-1")]
    [InlineData("100", "1e+2")]
    [InlineData("0.001", "1e-3")]
    [InlineData("-5", "-5.000")]
    [InlineData("0", "-0.00e7")]
    [InlineData("1e40", "10000000000000000000000000000000000000000")]
    public void A_number_is_the_same_however_it_is_written(string one, string other) =>
        Assert.Equal(CanonicalNumber.Of(one), CanonicalNumber.Of(other));

    [Theory]
    [InlineData("612.4", "612.41")]
    [InlineData("5", "-5")]
    [InlineData("1", "10")]
    [InlineData("0.1", "0.01")]
    [InlineData("1e-30", "0")]
    [InlineData("1e-30", "2e-30")]
    [InlineData("0.12345678901234567890123456789012", "0.12345678901234567890123456789013")]
    [InlineData("1e-9223372036854775808", "1e-9223372036854775807")]
    [InlineData("1e99999999999999999999", "1e99999999999999999998")]
    public void Numbers_that_differ_in_any_digit_are_two(string one, string other) =>
        Assert.NotEqual(CanonicalNumber.Of(one), CanonicalNumber.Of(other));

    [Theory]
    [InlineData("500")]
    [InlineData("-0.50")]
    [InlineData("9e2")]
    [InlineData("0.1234567890123456789012345678")]
    public void A_number_that_a_decimal_holds_is_read(string json)
    {
        Assert.True(CanonicalNumber.TryReadExactly(json, out var number));
        Assert.Equal(CanonicalNumber.Of(json), CanonicalNumber.Of(number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("1e-400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("500.00000000000000000000000000000001")]
    [InlineData("99999999999999999999999999999999999999")]
    public void A_number_that_would_be_rounded_is_not_read(string json) => Assert.False(CanonicalNumber.TryReadExactly(json, out _));
}
