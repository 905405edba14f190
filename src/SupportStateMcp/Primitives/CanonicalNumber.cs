using System.Globalization;

namespace SupportStateMcp.Primitives;

/// <summary>A JSON number by its value and not by how it is written, to the last digit: 612.4, 612.40 and 6.124e2 are one.</summary>
internal static class CanonicalNumber
{
    /// <summary>The one way to write the value of a JSON number: <c>-6124e-1</c>.</summary>
    /// <param name="json">A number as JSON allows it.</param>
    public static string Of(string json)
    {
        var e = json.IndexOfAny(['e', 'E']);
        var mantissa = (e < 0 ? json : json[..e]).TrimStart('-');
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimEnd('0');
        if (significant.TrimStart('0').Length == 0)
            return "0";

        // An exponent that no long holds is left as it is: such a number equals only itself.
        if (!long.TryParse(e < 0 ? "0" : json[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            || exponent is > int.MaxValue or < int.MinValue)
            return json;
        exponent += digits.Length - significant.Length - (point < 0 ? 0 : mantissa.Length - point - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{(json[0] == '-' ? "-" : "")}{significant.TrimStart('0')}e{exponent}");
    }

    /// <summary>Reads a JSON number whose value a <see cref="decimal"/> holds to the last digit; false for one that would be rounded or does not fit.</summary>
    /// <param name="json">A number as JSON allows it.</param>
    /// <param name="number">Its value.</param>
    public static bool TryReadExactly(string json, out decimal number) =>
        decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        && Of(json) == Of(number.ToString(CultureInfo.InvariantCulture));
}
