using SQLitePCL;

namespace SupportStateMcp.Storage.FullText;

/// <summary>How many words sections have, title and body together: FTS5 keeps that of each row (https://sqlite.org/fts5.html, section 10, the table <c>_docsize</c>).</summary>
internal static class SectionSizes
{
    /// <param name="session">The index.</param>
    /// <param name="rows">The rows of the sections, ascending.</param>
    public static int[] Read(IndexSession session, long[] rows)
    {
        var sizes = new int[rows.Length];
        var slot = 0;
        using var found = session.Query("SELECT id, sz FROM {one}_words_docsize ORDER BY id");
        while (slot < rows.Length && found.Read())
        {
            if (raw.sqlite3_column_int64(found.Handle, 0) == rows[slot])
                sizes[slot++] = Sum(raw.sqlite3_column_blob(found.Handle, 1));
        }

        return sizes;
    }

    /// <summary>The sum of a list of numbers, each in groups of seven bits, the highest first; all groups but the last have the high bit set.</summary>
    private static int Sum(ReadOnlySpan<byte> numbers)
    {
        var (sum, number) = (0, 0);
        foreach (var group in numbers)
        {
            number = (number << 7) | (group & 0x7F);
            if ((group & 0x80) != 0)
                continue;
            sum += number;
            number = 0;
        }

        return sum;
    }
}
