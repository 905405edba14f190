using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;

namespace SupportStateMcp.Events;

/// <summary>An event that another system sends.</summary>
/// <param name="Id">Its id, one of its source.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Type">What it is: one of <see cref="EventIntake.Types"/>.</param>
/// <param name="Data">What it tells.</param>
public sealed record IncomingEvent(string Id, string Source, string Type, JsonElement Data);

/// <summary>
/// Takes events of other systems, on the topic <see cref="EventTopics.CustomerRequests"/>: a ticket is opened, or the customer's message added,
/// once for each event (CloudEvents 1.0, section 3.1.1: source and id together tell it from any other).
/// </summary>
/// <param name="tickets">Opens tickets.</param>
/// <param name="commands">Adds messages.</param>
public sealed class EventIntake(TicketService tickets, ConversationCommandHandler commands)
{
    /// <summary>A customer reports a problem: <c>{ticket_id, customer_id, description}</c>.</summary>
    public const string Request = "customer.request";

    /// <summary>A customer writes: <c>{ticket_id, content}</c>.</summary>
    public const string Message = "customer.message";

    private const int LongestText = 500;

    /// <summary>What can be taken.</summary>
    public static IReadOnlyList<string> Types { get; } = [Request, Message];

    /// <summary>Takes one.</summary>
    /// <param name="e">The event.</param>
    /// <param name="caller">Who brings it.</param>
    /// <param name="cancellationToken">Ends the wait; what is begun may be done all the same, and a repeat finds it.</param>
    public async ValueTask<Result<Outcome>> TakeAsync(IncomingEvent e, Caller caller, CancellationToken cancellationToken)
    {
        if ((Line("id", e.Id) ?? Line("source", e.Source)) is { } violation)
            return violation;
        if (!Types.Contains(e.Type))
            return Error.InvalidArgument("type", $"it is one of {string.Join(", ", Types)}", SentValue.Quoted(e.Type));
        if (e.Data.ValueKind != JsonValueKind.Object)
            return Error.InvalidArgument("data", "it is a JSON object");
        if (!Text(e.Data, "ticket_id").TryGet(out var ticketId, out var noTicket))
            return noTicket;
        if (ConversationId.OfTicket(ticketId) is not { } id)
            return Error.InvalidArgument("data.ticket_id", "it is " + ConversationId.TicketWords, null, ConversationId.GuessTicket(ticketId));
        return e.Type == Request ? await OpenAsync(e, id, caller, cancellationToken) : await AddAsync(e, id, caller, cancellationToken);
    }

    private async ValueTask<Result<Outcome>> OpenAsync(IncomingEvent e, ConversationId id, Caller caller, CancellationToken cancellationToken)
    {
        if (!Text(e.Data, "customer_id").TryGet(out var customer, out var noCustomer))
            return noCustomer;
        if (!Text(e.Data, "description").TryGet(out var description, out var noDescription))
            return noDescription;
        // The ticket itself is what a repeat is known by.
        return await tickets.CreateAsync(
            new ConversationCommand.OpenTicket { Id = id, Actor = caller.Actor, Roles = caller.Roles, CustomerId = customer, Description = description }, cancellationToken);
    }

    private async ValueTask<Result<Outcome>> AddAsync(IncomingEvent e, ConversationId id, Caller caller, CancellationToken cancellationToken) =>
        !Text(e.Data, "content").TryGet(out var content, out var noContent)
            ? noContent
            : await commands.ExecuteAsync(
                new ConversationCommand.AddMessage
                {
                    Id = id, Actor = caller.Actor, Roles = caller.Roles, MessageId = MessageIdOf(e), Role = MessageRole.User, Content = content,
                },
                cancellationToken);

    private static Error? Line(string argument, string value) =>
        Bounds.Text(argument, value, LongestText, 1) ?? (value.Any(char.IsControl) ? Error.InvalidArgument(argument, "it has no control characters") : null);

    /// <summary>The same event has the same id, and no other event has it: neither of its two names holds a line end.</summary>
    private static string MessageIdOf(IncomingEvent e) =>
        "event-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{e.Source}\n{e.Id}")).AsSpan(0, 16));

    private static Result<string> Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : Error.InvalidArgument($"data.{name}", "it is a text of at least one character");
}
