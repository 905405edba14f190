using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The amounts that an action puts at stake: the one its request tells, and every one among its arguments. A number is read
/// only where it has one reading; what has none, or two, is a doubt, and a person decides.
/// </summary>
/// <param name="Largest">The largest of them, by size: -900 counts as 900. Null where none was read.</param>
/// <param name="Total">What those among the arguments come to, by size: a sum paid in parts is still that sum.</param>
/// <param name="Doubt">What could not be read, a clause without a full stop; null where everything could.</param>
public sealed partial record AmountsAtStake(decimal? Largest, decimal Total = 0, string? Doubt = null)
{
    /// <summary>The word that makes a key the name of an amount, wherever it stands in the key: <c>refundAmount</c>, <c>TOTAL_AMOUNT</c>, <c>amount_eur</c>.</summary>
    private const string Word = "amount";

    /// <summary>The longest place that is told, in characters.</summary>
    private const int MaxPlace = 100;

    /// <summary>Reads the amounts of a request.</summary>
    /// <param name="arguments">The arguments of the action: looked through to the last object and list.</param>
    /// <param name="told">The amount that the request itself tells; null where it tells none.</param>
    public static AmountsAtStake Of(JsonElement arguments, decimal? told)
    {
        var found = new Finder();
        found.Look(arguments, "arguments");
        decimal? size = told is { } amount ? Math.Abs(amount) : null;
        return new AmountsAtStake(found.Largest > size || size is null ? found.Largest : size, found.Total, found.Doubt);
    }

    /// <summary>True where a key names an amount. Case, width and what stands between the letters do not count.</summary>
    internal static bool IsNamedBy(string key) => Letters(key).Contains(Word, StringComparison.Ordinal);

    /// <summary>The size of an amount; null where it is not a number that can be read without doubt.</summary>
    internal static decimal? SizeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => CanonicalNumber.TryReadExactly(value.GetRawText(), out var number) ? Math.Abs(number) : null,
        JsonValueKind.String when PlainText().IsMatch(value.GetString()!) =>
            Math.Abs(decimal.Parse(value.GetString()!, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)),
        _ => null,
    };

    /// <summary>True for a text with the word and a digit after it: <c>{"amount":900}</c> or <c>?amount=900</c> may be data for the action.</summary>
    private static bool TellsAmount(string text) =>
        text.IndexOf(Word, StringComparison.OrdinalIgnoreCase) is >= 0 and var at && text.AsSpan(at).ContainsAnyInRange('0', '9');

    private static string Letters(string key) => string.Concat(key.Select(c => c is >= 'Ａ' and <= 'ｚ' ? (char)(c - 'Ａ' + 'A') : c).Where(char.IsAsciiLetter)).ToLowerInvariant();

    // Digits and a point before one or two decimals. 1.200 is 1.2 to some and 1,200 to others; so are signs, spaces and exponents open to doubt.
    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,2})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainText();

    // Other names could pass for words of this server.
    [GeneratedRegex(@"^[A-Za-z0-9_.\[\]-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainPlace();

    private sealed class Finder
    {
        public decimal? Largest { get; private set; }

        public decimal Total { get; private set; }

        public string? Doubt { get; private set; }

        public void Look(JsonElement value, string place)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    // Also a name that stands there twice: which of them counts is for the action to say.
                    foreach (var property in value.EnumerateObject())
                    {
                        var inner = $"{place}.{property.Name}";
                        if (IsNamedBy(property.Name))
                            Take(property.Value, inner);
                        else
                            Look(property.Value, inner);
                    }

                    break;
                case JsonValueKind.Array:
                    var index = 0;
                    foreach (var item in value.EnumerateArray())
                        Look(item, string.Create(CultureInfo.InvariantCulture, $"{place}[{index++}]"));
                    break;
                case JsonValueKind.String when TellsAmount(value.GetString()!):
                    Doubt ??= $"{Named(place)} is a text with an amount in it, which cannot be read without doubt";
                    break;
            }
        }

        private void Take(JsonElement value, string place)
        {
            if (SizeOf(value) is not { } size)
            {
                Doubt ??= $"{Named(place)} is not a plain number, so the amount cannot be read without doubt";
                Look(value, place);
            }
            else if (size > Limits.Amount)
            {
                Doubt ??= string.Create(CultureInfo.InvariantCulture, $"{Named(place)} is above {Limits.Amount}, the largest amount there may be");
            }
            else
            {
                Largest = Largest > size ? Largest : size;
                Total += size;
            }
        }

        private static string Named(string place) => place.Length <= MaxPlace && PlainPlace().IsMatch(place) ? place : "an amount among the arguments";
    }
}
