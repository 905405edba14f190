using Microsoft.Data.Sqlite;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Storage.FullText;

/// <summary>A session on the tables of one index.</summary>
/// <param name="Database">The session.</param>
/// <param name="Tables">The tables.</param>
internal readonly record struct IndexSession(SqliteSession Database, IndexTables Tables)
{
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Database.Execute(Tables.Sql(sql), values);

    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Database.Query(Tables.Sql(sql), values);

    public long? Number(string sql, params ReadOnlySpan<object?> values) => Database.Number(Tables.Sql(sql), values);
}
