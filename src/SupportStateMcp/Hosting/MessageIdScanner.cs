using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Finds the id of a message that is too long or too broken to be read as a whole: the value of <c>"id"</c> in the outermost
/// object, wherever it stands. Takes the bytes in pieces, keeps none but those of names and of the id, and minds nothing
/// but strings and nesting.
/// </summary>
internal sealed class MessageIdScanner
{
    /// <summary>The longest id that is answered under, in bytes of JSON.</summary>
    private const int MaxIdBytes = 4_096;

    private readonly ArrayBufferWriter<byte> _token = new(64);
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;
    private bool _isName;
    private bool _isIdNext;
    private bool _isTooLong;
    private string? _id;
    private bool _isUnclear;

    /// <summary>The id as JSON, a string or a number; null where there is none, none that is one, or more than one.</summary>
    public string? Id => _isUnclear ? null : _id;

    /// <summary>The id of a whole message.</summary>
    public static string? Find(ReadOnlySpan<byte> utf8)
    {
        var scanner = new MessageIdScanner();
        scanner.Add(utf8);
        return scanner.Id;
    }

    /// <summary>Takes the next bytes of the message.</summary>
    public void Add(ReadOnlySequence<byte> utf8)
    {
        foreach (var piece in utf8)
            Add(piece.Span);
    }

    /// <inheritdoc cref="Add(ReadOnlySequence{byte})"/>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < utf8.Length; i++)
        {
            if (_isInString && _depth != 1 && !_isEscaped)
            {
                // Most of a long message is text that nobody looks at.
                var skip = utf8[i..].IndexOfAny((byte)'"', (byte)'\\');
                if (skip < 0)
                    return;
                i += skip;
            }

            Take(utf8[i]);
        }
    }

    private void Take(byte b)
    {
        if (_isInString)
        {
            Keep(b);
            if (_isEscaped)
                _isEscaped = false;
            else if (b == '\\')
                _isEscaped = true;
            else if (b == '"')
                EndString();
            return;
        }

        switch (b)
        {
            case (byte)'"':
                _isInString = true;
                _token.ResetWrittenCount();
                _isTooLong = false;
                Keep(b);
                break;
            case (byte)'{' or (byte)'[':
                // An id that is an object or an array is none.
                EndId(isOne: false);
                _isName = _depth++ == 0 && b == '{';
                break;
            case (byte)'}' or (byte)']':
                EndId(isOne: true);
                _depth--;
                break;
            case (byte)',':
                EndId(isOne: true);
                _isName = _depth == 1;
                break;
            case (byte)':' when _depth == 1 && _isName:
                _isName = false;
                _isIdNext = IsId(_token.WrittenSpan);
                _token.ResetWrittenCount();
                _isTooLong = false;
                break;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                break;
            default:
                if (_isIdNext)
                    Keep(b);
                break;
        }
    }

    private void Keep(byte b)
    {
        if (_depth != 1)
            return;
        if (_token.WrittenCount < MaxIdBytes)
            _token.Write([b]);
        else
            _isTooLong = true;
    }

    private void EndString()
    {
        _isInString = false;
        if (!_isName)
            EndId(isOne: true);
    }

    /// <summary>The value of an id has ended, where one had begun.</summary>
    private void EndId(bool isOne)
    {
        if (!_isIdNext || _depth != 1)
            return;
        _isIdNext = false;
        var id = isOne && !_isTooLong ? Value(_token.WrittenSpan) : null;
        // One that is repeated is still one; two different ones are none.
        _isUnclear |= _id is not null && _id != id;
        _id ??= id;
    }

    private static bool IsId(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("\"id\""u8))
            return true;
        return name.Contains((byte)'\\') && Value(name) is { } text && TextOf(text) == "id";
    }

    private static string? TextOf(string json)
    {
        try
        {
            return JsonElement.Parse(json).GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    private static string? Value(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return null;
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.TokenType is JsonTokenType.String or JsonTokenType.Number && reader.BytesConsumed == json.Length
                ? System.Text.Encoding.UTF8.GetString(json)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
