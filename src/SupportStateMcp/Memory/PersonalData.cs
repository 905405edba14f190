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

    /// <summary>The text as it is read: full-width letters and digits, blanks and dashes as plain ones, without characters that cannot be seen.</summary>
    private static string Plain(string text) => string.Concat(text
        .Where(c => char.GetUnicodeCategory(c) != UnicodeCategory.Format)
        .Select(c => c is >= '\uff01' and <= '\uff5e' ? (char)(c - '\uff01' + '!')
            : c is '\ufe6b' ? '@'
            : c is '\u2212' ? '-'
            : c is '\u0085' ? '\n'
            : char.GetUnicodeCategory(c) switch
            {
                UnicodeCategory.DecimalDigitNumber => (char)('0' + (int)char.GetNumericValue(c)),
                UnicodeCategory.SpaceSeparator => ' ',
                UnicodeCategory.DashPunctuation => '-',
                UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => '\n',
                _ => c,
            }));

    private static List<PersonalDataPlace> Find(string text)
    {
        var places = new List<PersonalDataPlace>();
        for (var i = 0; i < text.Length; i++)
        {
            var begins = i == 0 || !char.IsLetterOrDigit(text[i - 1]);
            if (text[i] == '@' && EmailAt(text, i) is { } email)
                places.Add(email);
            else if (char.IsAsciiLetter(text[i]) && (begins || IsBeginOfIban(text, i)) && IbanAt(text, i) is { } iban)
                i += Added(places, iban) - 1;
            else if (char.IsAsciiDigit(text[i]) || (begins && text[i] is '+' or '('))
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

    /// <summary>True where two letters and two digits stand together: such an IBAN may stand in a word, and have any marks in it.</summary>
    private static bool IsBeginOfIban(string text, int at) =>
        at + 3 < text.Length && char.IsAsciiLetter(text[at + 1]) && char.IsAsciiDigit(text[at + 2]) && char.IsAsciiDigit(text[at + 3]);

    private static PersonalDataPlace? IbanAt(string text, int at)
    {
        Span<char> signs = stackalloc char[34];
        var (count, end, wanted, marks, isTogether) = (0, at, 4, 0, IsBeginOfIban(text, at));
        while (end < text.Length && count < wanted)
        {
            if (text[end] is ' ' or '-' || (isTogether && text[end] is '.' or '\t' or '\n' or '\r'))
            {
                if (count < 2 || ++marks > (isTogether ? 3 : 1))
                    return null;
                end++;
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(text[end]) || (count < 2 && !char.IsAsciiLetter(text[end])) || (count is 2 or 3 && !char.IsAsciiDigit(text[end])))
                return null;
            marks = 0;
            signs[count++] = char.ToUpperInvariant(text[end++]);
            if (count == 2 && !s_ibanLengths.TryGetValue(signs[..2].ToString(), out wanted))
                return null;
        }

        var isEnd = end == text.Length || !char.IsLetterOrDigit(text[end]) || (isTogether && char.IsLetter(text[end]));
        return count == wanted && isEnd && Remainder(signs[..count]) == 1
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

    /// <summary>Looks at the numbers that begin at a place; returns where they end.</summary>
    private static int NumbersFrom(string text, int start, List<PersonalDataPlace> places)
    {
        var run = new NumberRun(text, start);
        places.AddRange(run.Find());
        return Math.Max(run.End, start + 1);
    }
}
