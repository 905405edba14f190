using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Redis;

/// <summary>The Lua scripts of this folder, by what they do.</summary>
internal static class RedisScripts
{
    public static readonly string Commit = Read("commit");
    public static readonly string Check = Read("check");
    public static readonly string Messages = Read("messages");
    public static readonly string Events = Read("events");
    public static readonly string Drop = Read("drop");
    public static readonly string EntryDrop = Read("entry-drop");
    public static readonly string Rescore = Read("rescore");
    public static readonly string RecordWrite = Read("record-write");
    public static readonly string RecordRemove = Read("record-remove");
    public static readonly string SessionSet = Read("session-set");
    public static readonly string SessionClear = Read("session-clear");
    public static readonly string ArchiveRemove = Read("archive-remove");
    public static readonly string OutboxTake = Read("outbox-take");
    public static readonly string OutboxAdvance = Read("outbox-advance");
    public static readonly string OutboxPostpone = Read("outbox-postpone");
    public static readonly string OutboxRemove = Read("outbox-remove");
    public static readonly string StreamLease = Read("stream-lease");
    public static readonly string RateTake = Read("rate-take");
    public static readonly string RecordPlace = Read("record-place");

    // The client looks a script up by its text on each call: comments would only make that longer.
    private static string Read(string name) =>
        string.Join('\n', EmbeddedText.Read(typeof(RedisScripts), $"Lua.{name}.lua").Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)));
}
