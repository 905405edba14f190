using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>Locks for the processes of one machine: whoever has the lock file of a conversation open, holds its lock.</summary>
public sealed class FileConversationLocks(FileStoreOptions options, TimeProvider time) : IConversationLocks
{
    // In full, so that a later change of the working directory moves nothing.
    private readonly string _folder = Path.Combine(Path.GetFullPath(options.Directory), LockFile.Folder);

    public async ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            var path = Path.Combine(_folder, id.Value + ".lock");
            return await LockFile.TryOpenAsync(path, wait, fleeting: true, time, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The lock file of {id} cannot be opened.", e);
        }
    }
}
