using SupportStateMcp.Conversations;

namespace SupportStateMcp.Records;

/// <summary>
/// What is stored of a record cannot be read: it is damaged, or newer code wrote it. It stays so until somebody writes it again;
/// other records are not touched.
/// </summary>
/// <param name="kind">The kind of the record.</param>
/// <param name="id">The record.</param>
/// <param name="reason">Why, as a clause with a full stop: no content.</param>
/// <param name="inner">What it comes from.</param>
/// <param name="place">Where it lies, for the operator.</param>
public sealed class RecordDamagedException(string kind, string id, string reason, Exception? inner = null, string place = "the store")
    : StoreException($"The record {id} ({kind}) in {place} cannot be read: {reason}", inner)
{
    public string Kind => kind;

    public string Id => id;

    public override Error ToError() => Error.RecordDamaged(kind, id);
}
