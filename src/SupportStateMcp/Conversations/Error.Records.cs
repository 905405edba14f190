namespace SupportStateMcp.Conversations;

public abstract partial record Error
{
    /// <summary>What is stored of a record cannot be read, until somebody writes it again. Nothing was changed.</summary>
    /// <param name="kind">The kind of the record.</param>
    /// <param name="id">Its id.</param>
    public static Error RecordDamaged(string kind, string id) => new Errors.RecordDamaged(kind, id);

    /// <param name="kind">The kind of the record.</param>
    /// <param name="id">Its id.</param>
    /// <param name="expected">The version that was expected; 0 for none.</param>
    /// <param name="actual">The version it is at; 0 where there is none.</param>
    public static Error RecordConflict(string kind, string id, long expected, long actual) => new Errors.RecordConflict(kind, id, expected, actual);

    public static Error CustomerNotFound(string customerId) => new Errors.CustomerNotFound(customerId, null);

    public static Error NoCustomerWithEmail(string email) => new Errors.CustomerNotFound(null, email);

    public static Error NoSuchSystem(string customerId) => new Errors.NoSuchSystem(customerId);

    /// <summary>Nothing of the file was imported.</summary>
    /// <param name="lines">All lines that were refused, in order.</param>
    public static Error LinesRefused(IReadOnlyList<RefusedLine> lines) => new Errors.LinesRefused([.. lines.Take(Limits.RefusedLines)], lines.Count);
}
