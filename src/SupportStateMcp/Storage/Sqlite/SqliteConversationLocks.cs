using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Locks for the processes of one machine: anyone who has the lock file of a conversation open, holds its lock. The database's
/// own lock would not do: it is one for all conversations, and nobody may hold it while they think.
/// </summary>
public sealed class SqliteConversationLocks(SqliteStoreOptions options, TimeProvider time) : IConversationLocks
{
    private readonly string _folder = Path.Combine(Path.GetDirectoryName(options.Database)!, LockFile.Folder);

    public async ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            return await LockFile.TryOpenAsync(Path.Combine(_folder, id.Value + ".lock"), wait, time, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The lock file of {id} cannot be opened.", e);
        }
    }
}
