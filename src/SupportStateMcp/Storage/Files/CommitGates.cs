using System.Globalization;
using System.Text;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// Who may write a journal. The gate of a conversation is one of a fixed number of lock files that are never deleted; so a journal
/// may be swept or replaced while others wait, and whoever comes in finds the right one by its path. Conversations that share
/// a gate wait for each other for the length of a write.
/// </summary>
internal sealed class CommitGates(FileStoreOptions options, TimeProvider time)
{
    private const int Count = 256;

    private readonly KeyedQueue _queue = new();

    /// <summary>Waits for the gate of a conversation: first in this process's own queue, then for other processes.</summary>
    /// <exception cref="StoreUnavailableException">Another process kept it too long.</exception>
    public async ValueTask<Pass> EnterAsync(ConversationId id, CancellationToken cancellationToken)
    {
        var name = (JournalLine.Crc32C(Encoding.ASCII.GetBytes(id.Value)) % Count).ToString("x2", CultureInfo.InvariantCulture);
        var turn = await _queue.EnterAsync(name, cancellationToken);
        try
        {
            var path = Path.Combine(options.Directory, LockFile.Folder, name);
            var file = await LockFile.TryOpenAsync(path, options.LockTimeout, fleeting: false, time, cancellationToken)
                ?? throw new StoreUnavailableException(
                    $"The journal of {id} was kept busy by another process for {options.LockTimeout.TotalMilliseconds:0} ms.");
            return new Pass(turn, file);
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>The right to write, until disposed.</summary>
    public readonly struct Pass(KeyedQueue.Turn turn, FileStream file) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            turn.Dispose();
        }
    }
}
