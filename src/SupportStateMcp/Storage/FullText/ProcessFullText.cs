using Microsoft.Data.Sqlite;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>An index in the memory of this process. It is opened at its first use; one at a time works on it.</summary>
internal sealed class ProcessFullText : FullTextDatabase, IDisposable
{
    private readonly Lock _gate = new();
    private SqliteSession? _session;

    public override bool IsShared => false;

    public override T Read<T>(Func<SqliteSession, T> read)
    {
        lock (_gate)
            return read(Session());
    }

    public override Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var session = Session();
            session.Execute("BEGIN");
            try
            {
                var result = write(session);
                session.Execute("COMMIT");
                return Task.FromResult(result);
            }
            catch
            {
                session.Execute("ROLLBACK");
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _session?.Dispose();
    }

    private SqliteSession Session()
    {
        if (_session is not null)
            return _session;
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        return _session = new SqliteSession(connection);
    }
}
