namespace SupportStateMcp.Memory;

/// <summary>Digits with a few marks between them, and which of them are numbers of payment cards and telephones. Several numbers may stand in one run.</summary>
internal sealed class NumberRun
{
    private const int LeastPhone = 8;
    private const int MostPhone = 15;
    private const int LeastCard = 13;
    private const int MostCard = 19;

    /// <summary>How many marks stand between two digits of one run at most: more are the end of it.</summary>
    private const int MostMarks = 3;

    /// <summary>How far before a number a word stands that says it is one to call, in characters.</summary>
    private const int WordReach = 20;

    private static readonly string[] s_phoneWords = ["phone", "telefon", "mobil", "cell", "call", "fax", "whatsapp", "handy", "rufnummer"];

    /// <summary>Words that are no part of another: orders have a "Bestellnummer".</summary>
    private static readonly string[] s_ownWords = ["tel", "nummer"];

    private readonly string _text;
    private readonly int _start;
    private readonly List<char> _digits = [];
    private readonly List<Group> _groups = [];
    private readonly bool[] _isTaken;

    /// <param name="text">The text.</param>
    /// <param name="start">Where the run begins: at a digit, a plus sign or a bracket.</param>
    public NumberRun(string text, int start)
    {
        (_text, _start, End) = (text, start, start);
        var marks = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (_groups.Count == 0 || i > End)
                    _groups.Add(new Group(_digits.Count, i, 0));
                _groups[^1] = _groups[^1] with { Length = _groups[^1].Length + 1 };
                _digits.Add(text[i]);
                (End, marks) = (i + 1, 0);
            }
            else if (text[i] is not (' ' or '-' or '.' or '/' or '(' or ')' or '+' or '\t' or '\n' or '\r')
                || (text[i] == '+' && i > start && text[i - 1] != '(') || ++marks > MostMarks)
            {
                break;
            }
        }

        _isTaken = new bool[_groups.Count];
    }

    /// <summary>Where it ends.</summary>
    public int End { get; }

    /// <summary>The numbers in it. Cards come first: a telephone number has no such check.</summary>
    public IEnumerable<PersonalDataPlace> Find()
    {
        for (var first = 0; first < _groups.Count; first++)
        {
            if (LastOfCard(first) is not { } last)
                continue;
            Array.Fill(_isTaken, true, first, last - first + 1);
            yield return Place(PersonalDataKind.Card, _groups[first].At, last);
            first = last;
        }

        // Digits behind a letter are a part of a name: a card is found there all the same.
        for (var first = _start > 0 && char.IsLetterOrDigit(_text[_start - 1]) ? 1 : 0; first < _groups.Count; first++)
        {
            if (LastOfPhone(first) is not { } last)
                continue;
            yield return Place(PersonalDataKind.Phone, StartOf(first), last);
            first = last;
        }
    }

    private PersonalDataPlace Place(PersonalDataKind kind, int start, int last) => new(kind, start, _groups[last].End - start);

    /// <summary>A card among the groups: a number that stands before or behind it does not hide it.</summary>
    private int? LastOfCard(int first)
    {
        for (var last = first; last < _groups.Count && CountOf(first, last) <= MostCard; last++)
        {
            if (CountOf(first, last) >= LeastCard && IsOfIssuer(_groups[first].From) && IsLuhn(_groups[first].From, _groups[last].Until))
                return last;
        }

        return null;
    }

    /// <summary>True where a card may begin: with 3 to 6, or 22 to 27. A date begins with 20.</summary>
    private bool IsOfIssuer(int from) => _digits[from] is >= '3' and <= '6' || (_digits[from] == '2' && _digits[from + 1] is >= '2' and <= '7');

    private bool IsLuhn(int from, int until)
    {
        var sum = 0;
        for (var i = until - 1; i >= from; i--)
        {
            var digit = _digits[i] - '0';
            if ((until - 1 - i) % 2 == 1)
                digit = digit * 2 > 9 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>The last group of the telephone number that begins with a group; null where none does. It ends where the next one begins.</summary>
    private int? LastOfPhone(int first)
    {
        if (ShortestPhone(first) is not { } last)
            return null;
        if (IsAmerican(first, last) && !IsSaid(first) && _text[StartOf(first)] is not ('+' or '0'))
            return last;
        while (last + 1 < _groups.Count && !_isTaken[last + 1] && !HasLineBreak(last + 1) && CountOf(first, last + 1) <= MostPhone && ShortestPhone(last + 1) is null)
            last++;
        return last;
    }

    private int? ShortestPhone(int first)
    {
        if (!IsOwnNumber(first))
            return null;
        var isSaid = IsSaid(first);
        for (var last = first; last < _groups.Count && !_isTaken[last] && CountOf(first, last) <= MostPhone; last++)
        {
            if (last > first && HasLineBreak(last))
                break;
            if (IsPhone(first, last, isSaid))
                return last;
        }

        return null;
    }

    private bool IsPhone(int first, int last, bool isSaid)
    {
        var (count, start) = (CountOf(first, last), StartOf(first));
        if (count < LeastPhone - 1 || (_groups.Count == 1 && End < _text.Length && char.IsLetter(_text[End]) && _text[start] != '+'))
            return false;
        if (isSaid)
            return true;
        if (count < LeastPhone)
            return false;
        var written = _text.AsSpan(start, _groups[last].End - start);
        var (from, length) = (_groups[first].From, _groups[first].Length);
        if (written.StartsWith("+", StringComparison.Ordinal) || written.StartsWith("(+", StringComparison.Ordinal)
            || (written.StartsWith("00", StringComparison.Ordinal) && _digits[from + 2] != '0'))
        {
            return true;
        }

        // A version or the address of a machine has dots alone, a date of three parts begins with its year.
        if (written.ContainsAny(" -/()"))
        {
            return (written[0] == '0' && length is >= 2 and <= 6 && _digits[from + 1] != '0' && !IsThousands(first, last))
                || (written[0] == '(' && length is >= 2 and <= 6 && last > first)
                || IsAmerican(first, last);
        }

        return last - first == 2 && IsAmerican(first, last);
    }

    /// <summary>True for 555 123 4567, with a 1 before it or without: alone, not a part of a longer number with the same marks.</summary>
    private bool IsAmerican(int first, int last)
    {
        var three = last - 2;
        return (three == first || (three == first + 1 && _groups[first].Length == 1))
            && (_groups[three].Length, _groups[three + 1].Length, _groups[last].Length) == (3, 3, 4)
            && (last + 1 == _groups.Count || Between(last + 1).ContainsAny(" \t\r\n"));
    }

    /// <summary>True where the groups may be the end of a large number, such as 1 045 678 123.</summary>
    private bool IsThousands(int first, int last)
    {
        if (first == 0)
            return false;
        for (var i = first; i <= last; i++)
        {
            if (_groups[i].Length != 3)
                return false;
        }

        return true;
    }

    /// <summary>True where a number may begin with a group: not within one that dots or hyphens hold together, as a date is, or that stands in blocks of four.</summary>
    private bool IsOwnNumber(int group) =>
        group == 0
        || (Between(group).ContainsAny(" \t\r\n(") && !(Between(group).Length == 1 && (_groups[group - 1].Length, _groups[group].Length) == (4, 4)))
        || (Between(group) is "/" && _groups[group].Length >= 3);

    /// <summary>True where a word before it says that a number is one to call.</summary>
    private bool IsSaid(int first)
    {
        var start = StartOf(first);
        var said = _text.AsSpan(Math.Max(0, start - WordReach), Math.Min(start, WordReach));
        foreach (var word in s_phoneWords)
        {
            if (said.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return Array.Exists(s_ownWords, word => IsOwnWord(word, start));
    }

    private bool IsOwnWord(string word, int end)
    {
        var from = Math.Max(0, end - WordReach);
        for (var at = _text.IndexOf(word, from, end - from, StringComparison.OrdinalIgnoreCase); at >= 0; at = _text.IndexOf(word, at + 1, end - at - 1, StringComparison.OrdinalIgnoreCase))
        {
            if (at == 0 || !char.IsLetter(_text[at - 1]))
                return true;
        }

        return false;
    }

    /// <summary>Where a number begins in the text that begins with a group: with its bracket or plus sign.</summary>
    private int StartOf(int group)
    {
        if (group == 0)
            return _start;
        var at = _groups[group].At;
        return _text[at - 1] == '+' ? at - 2 : _text[at - 1] == '(' ? at - 1 : at;
    }

    private bool HasLineBreak(int group) => Between(group).ContainsAny("\r\n");

    /// <summary>The marks before a group that is not the first.</summary>
    private ReadOnlySpan<char> Between(int group) => _text.AsSpan(_groups[group - 1].End, _groups[group].At - _groups[group - 1].End);

    private int CountOf(int first, int last) => _groups[last].Until - _groups[first].From;

    /// <summary>Digits without a mark between them.</summary>
    /// <param name="From">Which digit of the run is the first.</param>
    /// <param name="At">Where that stands in the text.</param>
    /// <param name="Length">How many there are.</param>
    private readonly record struct Group(int From, int At, int Length)
    {
        public int Until => From + Length;

        public int End => At + Length;
    }
}
