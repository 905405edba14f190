using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.FullText;

/// <summary>Which state of the index a database holds.</summary>
/// <param name="Life">Which index this is: one that was made again has another.</param>
/// <param name="Generation">How often it changed.</param>
/// <param name="Position">How far in the changes of the records it has come; null at the beginning.</param>
/// <param name="LastRow">The highest number that a section has had.</param>
internal readonly record struct IndexState(long Life, long Generation, string? Position, long LastRow)
{
    /// <summary>One more with each change of the tables, of how articles are split, or of how words are read.</summary>
    private const long Format = 2;

    /// <summary>The state; null where there is no index, or one of another format.</summary>
    public static IndexState? Read(IndexSession session)
    {
        if (session.Number("SELECT 1 FROM sqlite_master WHERE name = '{one}_index'") is null)
            return null;
        using var found = session.Query("SELECT life, generation, position, last_row FROM {one}_index WHERE format = $format", Format);
        return found.Read() ? new IndexState(found.GetInt64(0), found.GetInt64(1), found.IsDBNull(2) ? null : found.GetString(2), found.GetInt64(3)) : null;
    }

    /// <summary>Makes an empty index where there is none of this format.</summary>
    public static IndexState Create(IndexSession session)
    {
        Run(session, "drop.sql");
        Run(session, "index.sql");
        session.Execute("INSERT INTO {one}_index VALUES ($format, random(), 0, NULL, 0, 0)", Format);
        return Read(session)!.Value;
    }

    /// <summary>Writes the next one.</summary>
    public static void Write(IndexSession session, IndexState state) =>
        session.Execute(
            "UPDATE {one}_index SET generation = $generation, position = $position, last_row = $last_row", state.Generation, state.Position, state.LastRow);

    /// <summary>True where words may be left of texts that are gone.</summary>
    public static bool HasRemains(IndexSession session) => Read(session) is not null && session.Number("SELECT remains FROM {one}_index") == 1;

    /// <summary>Notes whether words may be left of texts that are gone.</summary>
    public static void SetRemains(IndexSession session, bool remains) => session.Execute("UPDATE {one}_index SET remains = $remains", remains ? 1L : 0L);

    private static void Run(IndexSession session, string file)
    {
        using var command = session.Database.Connection.CreateCommand();
#pragma warning disable CA2100 // A file of this folder.
        command.CommandText = session.Tables.Sql(EmbeddedText.Read(typeof(IndexState), file));
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
