using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// A connection with the statements it has prepared, for one user at a time. The parameters of a statement
/// (<c>$name</c>) take their values in the order in which they first appear in it.
/// </summary>
internal sealed partial class SqliteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    public SqliteConnection Connection => connection;

    /// <summary>When it was last looked at whether the file is still in its place (<see cref="Environment.TickCount64"/>).</summary>
    public long CheckedAt { get; set; } = Environment.TickCount64;

    /// <summary>Runs a statement that returns no rows; says how many it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    /// <summary>Runs a query; its rows are read as they are asked for.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteReader();

    /// <summary>The first value of the first row; null where there is none.</summary>
    public long? Number(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteScalar() as long?;

    /// <summary>Runs the statements of a file of this folder, one after the other.</summary>
    public void Run(string script)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A file of this folder.
        command.CommandText = script;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>A number the store keeps about itself.</summary>
    public long Mark(string name) => Number("SELECT value FROM marks WHERE name = $name", name)!.Value;

    /// <summary>Writes such a number.</summary>
    public int SetMark(string name, long value) => Execute("UPDATE marks SET value = $value WHERE name = $name", value, name);

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
            _prepared.Add(sql, command = Prepare(sql));
        if (command.Parameters.Count != values.Length)
            throw new ArgumentException($"{command.Parameters.Count} values are wanted, {values.Length} are given.", nameof(values));
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // All statements are constants of this folder.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in Parameter().Matches(sql).Select(m => m.Value).Distinct())
            command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex Parameter();
}
