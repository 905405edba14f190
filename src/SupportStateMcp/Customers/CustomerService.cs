using System.Text.Json.Serialization.Metadata;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Customers;

/// <summary>Whom to look for: by one of the two.</summary>
public sealed record CustomerQuery(string? CustomerId, string? Email)
{
    /// <summary>The rule that the query breaks; null where it breaks none. The service refuses such a query.</summary>
    public Error? Violation() => (CustomerId, Email) switch
    {
        (null, null) => Error.InvalidArgument("customer_id", "it is required where email is not given"),
        (not null, not null) => Error.InvalidArgument("email", "it is left out where customer_id is given: look for a customer by one of the two"),
        ({ } id, null) => CustomerBounds.Id(id),
        _ => CustomerBounds.Email(Email),
    };
}

/// <summary>A customer as somebody finds it who is to help.</summary>
/// <param name="Customer">The record.</param>
/// <param name="IsEntitled">Whether support is owed now.</param>
/// <param name="OpenConversations">The customer's open conversations, newest change first; at most <see cref="CustomerLimits.OpenConversations"/>.</param>
/// <param name="MayHaveMore">True where there are more, or may be: only so many of the customer's conversations are looked at.</param>
public sealed record CustomerDetails(Versioned<Customer> Customer, bool IsEntitled, IReadOnlyList<Conversation> OpenConversations, bool MayHaveMore);

/// <summary>What came of a change.</summary>
/// <param name="Record">The record after it.</param>
/// <param name="Created">True where there was none before.</param>
/// <param name="Changed">False where all of it was so already.</param>
public sealed record Saved<T>(Versioned<T> Record, bool Created, bool Changed);

/// <summary>What came of an import.</summary>
/// <param name="Written">How many records changed.</param>
/// <param name="Unchanged">How many were the same already.</param>
public sealed record CustomersImported(int Written, int Unchanged);

/// <summary>Customers and what they run: the one way to read and to change them.</summary>
public sealed class CustomerService(IRecordStore records, IConversationStore conversations, TimeProvider time)
{
    /// <summary>How often a change that met another is made again on top of it.</summary>
    private const int Attempts = 10;

    /// <summary>How many conversations of a customer are read at a time in search of open ones.</summary>
    private const int Page = 50;

    /// <summary>How many pages are read at most.</summary>
    private const int Pages = 4;

    /// <summary>A customer's record, by id.</summary>
    public ValueTask<Result<Versioned<Customer>>> GetAsync(string customerId, CancellationToken cancellationToken) =>
        FindAsync(new CustomerQuery(customerId, null), cancellationToken);

    /// <summary>A customer's record. Of several with one address it is the one that was changed last.</summary>
    public ValueTask<Result<Versioned<Customer>>> FindAsync(CustomerQuery query, CancellationToken cancellationToken) => StoreException.GuardAsync<Versioned<Customer>>(async () =>
    {
        if (query.Violation() is { } violation)
            return violation;
        var stored = query.CustomerId is { } id
            ? await records.GetAsync(Customer.Kind, id, cancellationToken)
            : await records.FindAsync(Customer.Kind, Customer.LookupKey(query.Email)!, cancellationToken);
        if (stored is not null)
            return stored.As(CustomerJson.Default.Customer);
        return query.CustomerId is { } missing ? Error.CustomerNotFound(missing) : Error.NoCustomerWithEmail(query.Email!);
    });

    /// <summary>A customer with entitlement and open conversations.</summary>
    public async ValueTask<Result<CustomerDetails>> LookUpAsync(CustomerQuery query, CancellationToken cancellationToken)
    {
        var found = await FindAsync(query, cancellationToken);
        if (!found.TryGet(out var customer, out var error))
            return error;
        return await StoreException.GuardAsync<CustomerDetails>(async () =>
        {
            var (open, more) = await OpenConversationsAsync(customer.Value.CustomerId, cancellationToken);
            return new CustomerDetails(customer, customer.Value.IsEntitled(time.GetUtcNow()), open, more);
        });
    }

    /// <summary>What a customer runs.</summary>
    public ValueTask<Result<Versioned<CustomerSystem>>> GetSystemAsync(string customerId, CancellationToken cancellationToken) => StoreException.GuardAsync<Versioned<CustomerSystem>>(async () =>
    {
        if (CustomerBounds.Id(customerId) is { } violation)
            return violation;
        if (await records.GetAsync(CustomerSystem.Kind, customerId, cancellationToken) is { } stored)
            return stored.As(CustomerJson.Default.CustomerSystem);
        return await records.GetAsync(Customer.Kind, customerId, cancellationToken) is null ? Error.CustomerNotFound(customerId) : Error.NoSuchSystem(customerId);
    });

    /// <summary>How many customers, and how many systems, are recorded.</summary>
    public ValueTask<Result<(long Customers, long Systems)>> CountAsync(CancellationToken cancellationToken) => StoreException.GuardAsync<(long, long)>(async () =>
        (await records.CountAsync(Customer.Kind, cancellationToken), await records.CountAsync(CustomerSystem.Kind, cancellationToken)));

    public ValueTask<Result<Saved<Customer>>> SaveAsync(SaveCustomer command, CancellationToken cancellationToken) => SaveAsync(
        command, Customer.Kind, command.CustomerId, command.ExpectedVersion, command.Apply, CustomerJson.Default.Customer, c => Customer.LookupKey(c.Email), cancellationToken);

    /// <summary>Only of a customer that there is.</summary>
    public async ValueTask<Result<Saved<CustomerSystem>>> SaveAsync(SaveSystem command, CancellationToken cancellationToken)
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        return (await GetAsync(command.CustomerId, cancellationToken)).TryGet(out _, out var missing)
            ? await SaveAsync(
                command, CustomerSystem.Kind, command.CustomerId, command.ExpectedVersion, command.Apply, CustomerJson.Default.CustomerSystem, _ => null, cancellationToken)
            : missing;
    }

    /// <summary>
    /// Writes many. Where the store fails in between, some are written: the same import again writes the rest, and leaves what is the
    /// same already as it is.
    /// </summary>
    /// <param name="command">What to write.</param>
    /// <param name="progress">Told how many are done; null where nobody wants to know.</param>
    /// <param name="cancellationToken">Ends it between two writes.</param>
    public ValueTask<Result<CustomersImported>> ImportAsync(ImportCustomers command, Action<int>? progress, CancellationToken cancellationToken) => StoreException.GuardAsync<CustomersImported>(async () =>
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        var (written, unchanged) = (0, 0);
        foreach (var together in command.Customers.Chunk(IRecordStore.MostWrites))
            await WriteAsync([.. together.Select(c => Write(command, Customer.Kind, c.CustomerId, c, CustomerJson.Default.Customer, Customer.LookupKey(c.Email)))]);
        foreach (var together in command.Systems.Chunk(IRecordStore.MostWrites))
            await WriteAsync([.. together.Select(s => Write(command, CustomerSystem.Kind, s.CustomerId, s, CustomerJson.Default.CustomerSystem, null))]);
        return new CustomersImported(written, unchanged);

        async ValueTask WriteAsync(IReadOnlyList<RecordWrite> writes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var results = await records.WriteAsync(writes, cancellationToken);
            var changed = results.Count(r => r is RecordWriteResult.Written { Changed: true });
            (written, unchanged) = (written + changed, unchanged + results.Count - changed);
            progress?.Invoke(written + unchanged);
        }
    });

    private ValueTask<Result<Saved<T>>> SaveAsync<T>(
        CustomerCommand command, string kind, string id, long? expectedVersion, Func<T?, Result<T>> apply, JsonTypeInfo<T> type, Func<T, string?> lookupKey,
        CancellationToken cancellationToken) where T : class => StoreException.GuardAsync<Saved<T>>(async () =>
    {
        if (Refusal(command) is { } refusal)
            return refusal;
        for (var attempt = 1; ; attempt++)
        {
            var stored = await records.GetAsync(kind, id, cancellationToken);
            var before = stored?.As(type);
            if (!apply(before?.Value).TryGet(out var after, out var error))
                return error;
            var write = Write(command, kind, id, after, type, lookupKey(after));
            // All of it is so already: a repeat of a call whose answer was lost, whatever version it expected.
            if (stored is not null && stored.Content.Span.SequenceEqual(write.Content.Span))
                return new Saved<T>(before!, Created: false, Changed: false);
            var stands = stored?.Version ?? 0;
            if (expectedVersion is { } expected && expected != stands)
                return Error.RecordConflict(kind, id, expected, stands);

            switch ((await records.WriteAsync([write with { ExpectedVersion = stands }], cancellationToken))[0])
            {
                case RecordWriteResult.Written written:
                    return new Saved<T>(new Versioned<T>(after, written.Version, write.Now, write.By), Created: stored is null, written.Changed);
                case RecordWriteResult.Conflict conflict when attempt == Attempts || expectedVersion is not null:
                    return Error.RecordConflict(kind, id, stands, conflict.Actual);
            }
        }
    });

    private RecordWrite Write<T>(CustomerCommand command, string kind, string id, T value, JsonTypeInfo<T> type, string? lookupKey) => new()
    {
        Kind = kind,
        Id = id,
        LookupKey = lookupKey,
        By = command.Actor.ToString(),
        Now = time.GetUtcNow(),
        Content = Utf8Json.Write(value, type),
    };

    private async ValueTask<(IReadOnlyList<Conversation> Open, bool MayHaveMore)> OpenConversationsAsync(string customerId, CancellationToken cancellationToken)
    {
        var (open, after) = (new List<Conversation>(), (ConversationCursor?)null);
        for (var page = 0; page < Pages; page++)
        {
            var read = await conversations.ListAsync(new ConversationFilter(UserId: customerId), after, Page, cancellationToken);
            foreach (var conversation in read.Conversations.Where(c => c.ClosedAt is null))
            {
                if (open.Count == CustomerLimits.OpenConversations)
                    return (open, true);
                open.Add(conversation);
            }

            if (read.Next is not { } next)
                return (open, false);
            after = next;
        }

        return (open, true);
    }

    private static Error? Refusal(CustomerCommand command) => Error.Unauthorized(command.GetType(), command.Actor, command.Roles) ?? command.Violation();
}
