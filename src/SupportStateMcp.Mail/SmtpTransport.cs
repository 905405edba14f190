using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using SupportStateMcp.Events;

namespace SupportStateMcp.Mail;

/// <summary>Hands letters to a mail server over SMTP, on a connection for each.</summary>
public sealed class SmtpTransport : Events.IMailTransport
{
    /// <summary>From this reply code on a refusal stays one (RFC 5321, section 4.2.1).</summary>
    private const int Permanent = 500;

    /// <inheritdoc/>
    public bool IsAddress(string text) => MailboxAddress.TryParse(text, out _);

    /// <inheritdoc/>
    public async ValueTask<Delivery> SendAsync(MailServer server, MailLetter letter, CancellationToken cancellationToken)
    {
        // Who sends is a setting, which an operator can correct; the address of a customer is part of this letter.
        if (!MailboxAddress.TryParse(letter.From, out var from))
            return new Delivery("The address of who sends cannot be read.");
        if (!MailboxAddress.TryParse(letter.To, out var to))
            return new Delivery("The address of the customer cannot be read.") { IsFinal = true };
        using var message = new MimeMessage { MessageId = letter.Id, Subject = letter.Subject, Body = new TextPart("plain") { Text = letter.Text } };
        message.From.Add(from);
        message.To.Add(to);
        using var client = new SmtpClient();
        try
        {
            await client.ConnectAsync(server.Host, server.Port, Options(server.Security), cancellationToken);
            if (server.User is not null)
                await client.AuthenticateAsync(server.User, server.Password ?? "", cancellationToken);
            await client.SendAsync(message, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
            return Delivery.Done;
        }
        catch (SmtpCommandException e)
        {
            return new Delivery($"{server} refuses it with {(int)e.StatusCode}.") { IsFinal = (int)e.StatusCode >= Permanent && e.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted };
        }
        catch (ServiceNotAuthenticatedException)
        {
            return new Delivery($"{server} asks for a user and a password.");
        }
        catch (AuthenticationException)
        {
            return new Delivery($"{server} does not accept the user or the password.");
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or SslHandshakeException or NotSupportedException or ProtocolException or ServiceNotConnectedException)
        {
            return new Delivery($"{server} cannot be used: {e.GetType().Name}.");
        }
    }

    private static SecureSocketOptions Options(MailSecurity security) => security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };
}
