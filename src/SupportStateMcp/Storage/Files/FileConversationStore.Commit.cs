using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

public sealed partial class FileConversationStore
{
    /// <summary>How many events go into one line of a journal that is rewritten.</summary>
    private const int EventsPerLine = 100;

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        CommitResult result;
        try
        {
            using var pass = await _gates.EnterAsync(commit.Id, cancellationToken);
            result = Write(commit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(e);
        }

        if (result is CommitResult.Committed)
            _watcher.Notify(commit.Id.Value);
        return result;
    }

    /// <summary>Compares and appends; the gate is ours, so the file changes under nobody else's hands.</summary>
    private CommitResult Write(Commit commit)
    {
        var journal = _journals[commit.Id];
        var (current, end, holdsErased) = Read(
            journal, default, (j, handle) => (LoadedOf(j, handle, commit.Key), j.End, j.HoldsErasedContent));
        if (current.IdempotencyRecord is not null || (current.Conversation?.Version ?? 0) != commit.ExpectedVersion)
            return new CommitResult.Conflict(current);

        if (holdsErased)
            end = RewriteErased(journal);
        var isNew = current.Conversation is null;
        if (isNew)
        {
            // What has expired, or was torn before its first record was whole.
            File.Delete(journal.Path);
        }

        var record = RecordOf(commit, isNew);
        var torn = JournalFile.Append(journal.Path, end, JournalLine.Of(record));
        if (torn > 0)
            _logger.CutTornWrite(journal.Path, torn);

        lock (journal.Gate)
            journal.Refresh();
        if (commit.Erases)
            FinishErasure(journal);
        return new CommitResult.Committed(record.ExpiresAt);
    }

    private JournalRecord RecordOf(Commit commit, bool isNew) => new()
    {
        Journal = isNew ? NewIdentity() : null,
        Schema = _schema.Version,
        ExpiresAt = commit.LivesFrom + _options.TimeToLive,
        Events = [.. commit.Events.Select(ToJson)],
        Messages = commit.Messages.Count == 0
            ? null
            : [.. commit.Messages.Select(m => JsonSerializer.SerializeToElement(m, ConversationJson.Readable.Message))],
        Key = commit.Erases ? null : commit.Key,
        IdempotencyRecord = commit.Erases || commit.Key is null
            ? null
            : JsonSerializer.SerializeToElement(commit.IdempotencyRecord, ConversationJson.Readable.IdempotencyRecord),
    };

    /// <summary>The conversation is erased as soon as its journal says so; that the bytes go too may have to wait.</summary>
    private void FinishErasure(Journal journal)
    {
        try
        {
            RewriteErased(journal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.ErasureUnfinished(journal.Path, e);
        }
    }

    /// <summary>Puts a journal of the redacted events alone in the place of one that still holds erased content.</summary>
    /// <returns>Where it ends.</returns>
    private long RewriteErased(Journal journal)
    {
        lock (journal.Gate)
        {
            using (var handle = JournalFile.OpenToRead(journal.Path) ?? throw new FileNotFoundException(null, journal.Path))
            {
                journal.CatchUp(handle);
                var lines = journal.ReadEvents(handle, 0, int.MaxValue).Chunk(EventsPerLine).Select((events, i) => JournalLine.Of(new()
                {
                    Journal = i == 0 ? NewIdentity() : null,
                    Schema = _schema.Version,
                    ExpiresAt = journal.ExpiresAt,
                    Redacted = true,
                    Events = [.. events.Select(ToJson)],
                }));
                JournalFile.Replace(journal.Path, lines);
            }

            journal.Forget();
            journal.Refresh();
            return journal.End;
        }
    }

    private static JsonElement ToJson(ConversationEvent @event) =>
        JsonSerializer.SerializeToElement(@event, ConversationJson.Readable.ConversationEvent);

    private static string NewIdentity() => Guid.NewGuid().ToString("n");
}
