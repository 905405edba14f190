namespace SupportStateMcp.Conversations;

/// <summary>A store cannot do what it was asked for. Each is a refusal to the caller, and a reason for the operator.</summary>
/// <param name="message">Why, for the operator: no content, no secret.</param>
/// <param name="inner">What it comes from.</param>
public abstract class StoreException(string message, Exception? inner) : Exception(message, inner)
{
    /// <summary>What the caller is told.</summary>
    public abstract Error ToError();

    /// <summary>Does something with a store; what the store cannot do becomes a refusal.</summary>
    internal static async ValueTask<Result<T>> GuardAsync<T>(Func<ValueTask<Result<T>>> work)
    {
        try
        {
            return await work();
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }
}

/// <summary>The store did not answer in time, or not at all. A write under way may have been applied.</summary>
/// <param name="message">Why, for an operator: no key, no content, no secret.</param>
/// <param name="inner">What it comes from.</param>
/// <param name="passes">False where it stays until an operator changes something, so that trying again does not help.</param>
public sealed class StoreUnavailableException(string message, Exception? inner = null, bool passes = true) : StoreException(message, inner)
{
    /// <summary>False where it stays until an operator changes something.</summary>
    public bool Passes { get; } = passes;

    public override Error ToError() => Error.StoreUnavailable(this);
}

/// <summary>
/// What is stored of a conversation cannot be read: it is damaged, or newer code wrote it. It stays so until an operator does
/// something; other conversations are not touched.
/// </summary>
/// <param name="id">The conversation.</param>
/// <param name="part">What of it: snapshot, history, trail or idempotency record.</param>
/// <param name="place">Where it lies, for the operator.</param>
/// <param name="inner">Why it cannot be read.</param>
public sealed class StoreDamagedException(ConversationId id, string part, string place, Exception inner)
    : StoreException($"The {part} of {id} in {place} cannot be read: {inner.Message}", inner)
{
    public ConversationId ConversationId => id;

    public override Error ToError() => Error.StoreDamaged(id, part);
}
