using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// What this process knows of one journal: the snapshot its events fold to, and where in the file each event, message
/// and receipt stands. All of it follows from the file's bytes; catching up reads only what was appended since.
/// Callers hold <see cref="Gate"/>.
/// </summary>
internal sealed class Journal(ConversationId id, string path, StoredSchema schema)
{
    private readonly List<long> _lines = [];
    private readonly List<int> _eventLines = [];
    private readonly List<int> _messageLines = [];
    private readonly Dictionary<string, int> _keyLines = new(StringComparer.Ordinal);
    private FileStamp? _stamp;
    private byte[] _identity = [];
    private byte[] _lastHeader = [];
    private long _erasedVersion;

    public Lock Gate { get; } = new();

    public string Path => path;

    /// <summary>The snapshot, also of an erased or expired conversation; null where the journal holds no whole record.</summary>
    public Conversation? Conversation { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Where the last whole record ends.</summary>
    public long End { get; private set; }

    /// <summary>True where the conversation was erased, and the erased content is still in the file.</summary>
    public bool HoldsErasedContent { get; private set; }

    /// <summary>What it costs to keep this in memory, in units of about a kilobyte.</summary>
    public int Cost => 1 + (_lines.Count / 8);

    public bool IsAliveAt(DateTimeOffset now) => Conversation is not null && now < ExpiresAt;

    public bool Knows(string key) => _keyLines.ContainsKey(key);

    /// <summary>Catches up with the file at the path, which it opens only if it changed.</summary>
    public void Refresh()
    {
        var stamp = FileStamp.Of(path);
        if (stamp == _stamp)
            return;

        using var handle = JournalFile.OpenToRead(path);
        if (handle is null)
            Forget();
        else
            CatchUp(handle);
    }

    /// <summary>Catches up with an open file.</summary>
    /// <exception cref="InvalidDataException">A record in the middle is damaged, or written by newer code.</exception>
    public void CatchUp(SafeFileHandle handle)
    {
        var stamp = FileStamp.Of(handle);
        if (!IsContinuedBy(handle, stamp.Length))
            Forget();

        try
        {
            JournalFile.ReadLines(handle, End, stamp.Length, Take);
            if (_identity.Length == 0 && _lines.Count > 0)
            {
                _identity = new byte[Math.Min(End, 64)];
                RandomAccess.Read(handle, _identity, 0);
            }
        }
        catch
        {
            Forget();
            throw;
        }

        _stamp = stamp;
    }

    public void Forget()
    {
        _lines.Clear();
        _eventLines.Clear();
        _messageLines.Clear();
        _keyLines.Clear();
        _stamp = null;
        _identity = _lastHeader = [];
        _erasedVersion = 0;
        Conversation = null;
        ExpiresAt = default;
        End = 0;
        HoldsErasedContent = false;
    }

    /// <summary>What is kept under a key, from the file it has caught up with.</summary>
    public IdempotencyRecord? ReadReceipt(SafeFileHandle handle, string key) =>
        _keyLines.TryGetValue(key, out var line) && ReadLine(handle, line).IdempotencyRecord is { } record
            ? record.Deserialize(ConversationJson.Readable.IdempotencyRecord)
            : null;

    public List<Message> ReadMessages(SafeFileHandle handle, long before, int limit)
    {
        var end = (int)Math.Clamp(before - 1, 0, _messageLines.Count);
        var start = Math.Max(0, end - limit);
        return Read(handle, _messageLines, start, end, record => (record.Messages ?? [])
            .Select(m => m.Deserialize(ConversationJson.Readable.Message)!)
            .Where(m => m.Number > start && m.Number <= end));
    }

    public List<ConversationEvent> ReadEvents(SafeFileHandle handle, long after, int limit)
    {
        var start = (int)Math.Clamp(after, 0, _eventLines.Count);
        var end = (int)Math.Min((long)start + limit, _eventLines.Count);
        return Read(handle, _eventLines, start, end, record => EventsOf(record)
            .Where(e => e.Version > start && e.Version <= end)
            .Select(e => e.Version <= _erasedVersion ? e.Redacted() : e));
    }

    private List<T> Read<T>(SafeFileHandle handle, List<int> lines, int start, int end, Func<JournalRecord, IEnumerable<T>> items)
    {
        var page = new List<T>(end - start);
        for (var i = start; i < end; i++)
        {
            if (i == start || lines[i] != lines[i - 1])
                page.AddRange(items(ReadLine(handle, lines[i])));
        }

        return page;
    }

    private JournalRecord ReadLine(SafeFileHandle handle, int line)
    {
        var (start, end) = (_lines[line], line + 1 < _lines.Count ? _lines[line + 1] : End);
        JournalRecord? record = null;
        JournalFile.ReadLines(handle, start, end, (_, bytes, _) =>
        {
            record = JournalLine.Parse(bytes.Span);
            return false;
        });
        return record ?? throw Damaged(line);
    }

    /// <summary>True where the file is the one read so far, and still holds what was read.</summary>
    private bool IsContinuedBy(SafeFileHandle handle, long length)
    {
        if (_lines.Count == 0 || length < End)
            return false;

        // The first record tells this journal from others, the last one whether a failed write was taken back.
        Span<byte> bytes = stackalloc byte[64];
        return RandomAccess.Read(handle, bytes[.._identity.Length], 0) == _identity.Length
            && bytes[.._identity.Length].SequenceEqual(_identity)
            && RandomAccess.Read(handle, bytes[.._lastHeader.Length], _lines[^1]) == _lastHeader.Length
            && bytes[.._lastHeader.Length].SequenceEqual(_lastHeader);
    }

    /// <summary>Takes one more line in; false where it is a torn write at the end.</summary>
    private bool Take(long offset, ReadOnlyMemory<byte> line, bool isLast)
    {
        try
        {
            if (JournalLine.Parse(line.Span) is not { } record)
                return isLast ? false : throw Damaged(_lines.Count);

            Apply(record, _lines.Count);
            _lines.Add(offset);
            _lastHeader = line[..JournalLine.HeaderLength].ToArray();
            End = offset + line.Length + 1;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damaged(_lines.Count, e);
        }
    }

    private void Apply(JournalRecord record, int line)
    {
        var erases = false;
        foreach (var @event in EventsOf(record))
        {
            if (@event is ConversationEvent.Initialized { ConversationId: var other } && other != id.Value)
                throw new InvalidDataException(
                    $"{path} holds the conversation {other}, not {id}. Move it to a file system that tells upper from lower case.");

            Conversation = Conversation.Apply(Conversation, @event);
            _eventLines.Add(line);
            if (@event is ConversationEvent.Erased)
            {
                erases = true;
                _messageLines.Clear();
                _keyLines.Clear();
                _erasedVersion = @event.Version;
                HoldsErasedContent = !record.Redacted;
            }
        }

        if (!erases)
        {
            for (var i = 0; i < (record.Messages?.Count ?? 0); i++)
                _messageLines.Add(line);
            if (record.Key is not null)
                _keyLines[record.Key] = line;
        }

        ExpiresAt = record.ExpiresAt;
    }

    private IEnumerable<ConversationEvent> EventsOf(JournalRecord record) =>
        record.Events.Select(e => schema.ReadEvent(record.Schema, JsonMarshal.GetRawUtf8Value(e)));

    private InvalidDataException Damaged(int line, Exception? inner = null) =>
        new($"{path}, line {line + 1}: this record is damaged. Restore the file from a backup, or move it away to give the conversation up.", inner);
}
