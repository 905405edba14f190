using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Memory;

/// <summary>What names or reaches one person.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<PersonalDataKind>))]
public enum PersonalDataKind
{
    Email,
    Phone,
    Card,
    Iban,
}

/// <summary>A place where personal data stands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
public readonly record struct PersonalDataPlace(PersonalDataKind Kind, int Start, int Length);

/// <summary>
/// Finds e-mail addresses, telephone numbers, numbers of payment cards (ISO/IEC 7812-1: 13 to 19 digits, the last one a Luhn check) and IBANs
/// (ISO 13616: the length of the country, modulo 97 is 1) in a text. It reads a text in one pass, whatever stands in it. It rather finds too much than too little,
/// except for telephone numbers: of those it takes the forms that versions, addresses of machines and times do not have.
/// </summary>
internal static class PersonalData
{
    private const int LeastPhone = 8;
    private const int MostPhone = 15;
    private const int LeastCard = 13;
    private const int MostCard = 19;

    /// <summary>How far before a number a word stands that says it is one to call, in characters.</summary>
    private const int WordReach = 20;

    private static readonly string[] s_phoneWords = ["phone", "tel", "mobile", "cell", "call", "fax", "whatsapp", "handy", "telefon"];

    /// <summary>The length of an IBAN by its country (SWIFT IBAN Registry, release 99).</summary>
    private static readonly Dictionary<string, int> s_ibanLengths = (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 "
        + "GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 "
        + "NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30")
        .Split(' ').ToDictionary(c => c[..2], c => int.Parse(c.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>The kinds that a text holds, each once.</summary>
    public static IReadOnlyList<PersonalDataKind> KindsIn(string text) => [.. Find(Plain(text)).Select(p => p.Kind).Distinct().Order()];

    /// <summary>The text with a mark in the place of each.</summary>
    public static string Redacted(string text)
    {
        var plain = Plain(text);
        var places = Find(plain).OrderBy(p => p.Start).ThenByDescending(p => p.Length).ToList();
        if (places.Count == 0)
            return text;
        var redacted = new StringBuilder(plain.Length);
        var end = 0;
        foreach (var place in places)
        {
            if (place.Start >= end)
                redacted.Append(plain, end, place.Start - end).Append(CultureInfo.InvariantCulture, $"[{SnakeCaseEnum.Of(place.Kind)}]");
            end = Math.Max(end, place.Start + place.Length);
        }

        return redacted.Append(plain, end, plain.Length - end).ToString();
    }

    /// <summary>The text as it is read: full-width letters and digits as plain ones, without characters that cannot be seen.</summary>
    private static string Plain(string text) => string.Concat(text
        .Where(c => char.GetUnicodeCategory(c) != UnicodeCategory.Format)
        .Select(c => c is >= '\uff01' and <= '\uff5e' ? (char)(c - '\uff01' + '!')
            : char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber ? (char)('0' + (int)char.GetNumericValue(c))
            : c is '\u00a0' or '\u2007' or '\u202f' or '\u3000' ? ' '
            : c is '\u2010' or '\u2011' or '\u2012' or '\u2013' ? '-'
            : c is '\ufe6b' ? '@'
            : c));

    private static List<PersonalDataPlace> Find(string text)
    {
        var places = new List<PersonalDataPlace>();
        for (var i = 0; i < text.Length; i++)
        {
            var begins = i == 0 || !char.IsLetterOrDigit(text[i - 1]);
            if (text[i] == '@' && EmailAt(text, i) is { } email)
                places.Add(email);
            else if (begins && char.IsAsciiLetter(text[i]) && IbanAt(text, i) is { } iban)
                i += Added(places, iban) - 1;
            else if (begins && (char.IsAsciiDigit(text[i]) || text[i] is '+' or '('))
                i = Math.Max(i, NumbersFrom(text, i, places) - 1);
        }

        return places;
    }

    private static int Added(List<PersonalDataPlace> places, PersonalDataPlace place)
    {
        places.Add(place);
        return place.Length;
    }

    private static PersonalDataPlace? EmailAt(string text, int at)
    {
        var (start, end) = (at, at + 1);
        while (start > 0 && at - start < 64 && IsOfLocalPart(text[start - 1]))
            start--;
        while (end < text.Length && end - at < 254 && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-'))
            end++;
        var domain = text[(at + 1)..end].TrimEnd('.', '-');
        var dot = domain.LastIndexOf('.');
        return start < at && dot > 0 && domain.Length - dot - 1 >= 2
            ? new PersonalDataPlace(PersonalDataKind.Email, start, at + 1 + domain.Length - start)
            : null;
    }

    private static bool IsOfLocalPart(char c) => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '+' or '%' or '\'' or '!' or '#' or '$' or '&' or '*' or '/' or '=' or '?' or '^' or '{' or '|' or '}' or '~';

    private static PersonalDataPlace? IbanAt(string text, int at)
    {
        Span<char> signs = stackalloc char[34];
        var (count, end, wanted) = (0, at, 4);
        while (end < text.Length && count < wanted)
        {
            if (text[end] is ' ' or '-')
            {
                if (count < 2 || !char.IsAsciiLetterOrDigit(text[end - 1]))
                    return null;
                end++;
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(text[end]) || (count < 2 && !char.IsAsciiLetter(text[end])) || (count is 2 or 3 && !char.IsAsciiDigit(text[end])))
                return null;
            signs[count++] = char.ToUpperInvariant(text[end++]);
            if (count == 2 && !s_ibanLengths.TryGetValue(signs[..2].ToString(), out wanted))
                return null;
        }

        return count == wanted && (end == text.Length || !char.IsLetterOrDigit(text[end])) && Remainder(signs[..count]) == 1
            ? new PersonalDataPlace(PersonalDataKind.Iban, at, end - at)
            : null;
    }

    /// <summary>The first four signs last, letters as 10 to 35, modulo 97 (ISO 7064).</summary>
    private static int Remainder(ReadOnlySpan<char> iban)
    {
        var remainder = 0;
        for (var i = 0; i < iban.Length; i++)
        {
            var sign = iban[(i + 4) % iban.Length];
            remainder = char.IsAsciiDigit(sign) ? ((remainder * 10) + sign - '0') % 97 : ((remainder * 100) + sign - 'A' + 10) % 97;
        }

        return remainder;
    }

    /// <summary>Looks at digits with single marks between them, from a place on; returns where they end.</summary>
    private static int NumbersFrom(string text, int start, List<PersonalDataPlace> places)
    {
        var (digits, groups, end) = (new List<(int At, char Digit)>(), new List<int>(), start);
        var marks = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (digits.Count == 0 || i > digits[^1].At + 1)
                    groups.Add(digits.Count);
                digits.Add((i, text[i]));
                (end, marks) = (i + 1, 0);
            }
            else if (text[i] is not (' ' or '-' or '.' or '/' or '(' or ')' or '+') || (text[i] == '+' && i > start && text[i - 1] != '(') || ++marks > 3)
            {
                break;
            }
        }

        if (end < text.Length && char.IsLetter(text[end]) && groups.Count == 1)
            return end;
        if (CardIn(digits, groups) is { } card)
            places.Add(card);
        else if (IsPhone(text, start, end, digits, groups))
            places.Add(new PersonalDataPlace(PersonalDataKind.Phone, start, end - start));
        return Math.Max(end, start + 1);
    }

    /// <summary>A card among the groups: a number that stands before or behind it does not hide it.</summary>
    private static PersonalDataPlace? CardIn(List<(int At, char Digit)> digits, List<int> groups)
    {
        for (var first = 0; first < groups.Count; first++)
        {
            for (var last = first; last < groups.Count; last++)
            {
                var (from, to) = (groups[first], last + 1 < groups.Count ? groups[last + 1] : digits.Count);
                if (to - from > MostCard)
                    break;
                if (to - from >= LeastCard && digits[from].Digit is >= '2' and <= '6' && IsLuhn(digits, from, to))
                    return new PersonalDataPlace(PersonalDataKind.Card, digits[from].At, digits[to - 1].At + 1 - digits[from].At);
            }
        }

        return null;
    }

    private static bool IsLuhn(List<(int At, char Digit)> digits, int from, int to)
    {
        var sum = 0;
        for (var i = to - 1; i >= from; i--)
        {
            var digit = digits[i].Digit - '0';
            if ((to - 1 - i) % 2 == 1)
                digit = digit * 2 > 9 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    private static bool IsPhone(string text, int start, int end, List<(int At, char Digit)> digits, List<int> groups)
    {
        if (digits.Count is > MostPhone or < LeastPhone - 1)
            return false;
        var said = text.AsSpan(Math.Max(0, start - WordReach), Math.Min(start, WordReach));
        foreach (var word in s_phoneWords)
        {
            if (said.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        if (digits.Count < LeastPhone)
            return false;
        var written = text.AsSpan(start, end - start);
        if (written.StartsWith("+", StringComparison.Ordinal) || written.StartsWith("00", StringComparison.Ordinal) || written.StartsWith("(+", StringComparison.Ordinal))
            return true;
        // A version or the address of a machine has dots alone, a date of three parts begins with its year.
        if (!written.ContainsAny(" -/()"))
            return false;
        var lengths = groups.Select((g, i) => (i + 1 < groups.Count ? groups[i + 1] : digits.Count) - g).ToList();
        return (written[0] == '0' && lengths[0] is >= 2 and <= 6) || (written[0] == '(' && lengths[0] is >= 2 and <= 6 && groups.Count >= 2) || lengths is [3, 3, 4] or [1, 3, 3, 4];
    }
}
