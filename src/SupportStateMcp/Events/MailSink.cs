using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;

namespace SupportStateMcp.Events;

/// <summary>Sends customers by e-mail what the desk tells them. Whatever else happens is nothing to write about.</summary>
/// <param name="subscription">What it is told; with what was said.</param>
/// <param name="options">By which server, and from whom.</param>
/// <param name="transport">Hands letters over.</param>
/// <param name="customers">Knows their addresses.</param>
/// <param name="source">Tells letters of this desk from those of others.</param>
public sealed class MailSink(EventSubscription subscription, MailOptions options, IMailTransport transport, CustomerService customers, EventSource source) : IEventSink
{
    /// <summary>Stands for the ticket in a subject.</summary>
    public const string TicketMark = "{ticket_id}";

    public EventSubscription Subscription => subscription;

    public async ValueTask<Delivery> DeliverAsync(CloudEvent e, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        // An erased message has no content any more: there is nothing to send.
        if (e.Topic != EventTopics.NotificationsOutbound || e.Data.Content is not { } content)
            return Delivery.Done;
        var found = await customers.GetAsync(e.Data.Metadata.CustomerId, cancellationToken);
        if (!found.TryGet(out var customer, out var error))
        {
            return error.Code == ErrorCodes.CustomerNotFound
                ? new Delivery("There is no such customer.") { IsFinal = true }
                : new Delivery($"The customer cannot be read: {error.Code}.");
        }

        if (customer.Value.Email is not { Length: > 0 } address)
            return new Delivery("The customer has no e-mail address.") { IsFinal = true };
        var host = Uri.TryCreate(source.Name, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host : "supportstatemcp.invalid";
        // With the time: another conversation of the same ticket, opened after the first was gone, has the same ids, and a mail system drops a letter
        // whose id it knows. A letter that is sent again has the same time.
        var id = string.Create(CultureInfo.InvariantCulture, $"{e.Id.Replace(':', '.')}.{e.Time.UtcTicks}@{host}");
        return await transport.SendAsync(
            options.Server,
            new MailLetter(
                id, options.From, address, options.Subject.Replace(TicketMark, e.Data.RequestId, StringComparison.Ordinal), content),
            cancellationToken);
    }
}

/// <summary>How letters are sent.</summary>
/// <param name="Server">By which server.</param>
/// <param name="From">From whom.</param>
/// <param name="Subject">What they are about; <see cref="MailSink.TicketMark"/> stands for the ticket.</param>
public sealed record MailOptions(MailServer Server, string From, string Subject);
