using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>An index in the database of the embedded store, which all processes on it share.</summary>
/// <param name="connections">The database; stays its owner's to dispose.</param>
internal sealed class SqliteFullText(SqliteConnections connections) : FullTextDatabase
{
    public override bool IsShared => true;

    public override T Read<T>(Func<SqliteSession, T> read) => connections.Readers.ReadTogether(read);

    public override Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken) =>
        connections.Writer.WriteAsync(write, cancellationToken);
}
