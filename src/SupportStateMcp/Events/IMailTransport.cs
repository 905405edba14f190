namespace SupportStateMcp.Events;

/// <summary>Hands letters to a mail server; a plug-in brings it.</summary>
public interface IMailTransport
{
    /// <summary>True where a text can be read as one address, with a name or without.</summary>
    bool IsAddress(string text);

    /// <summary>Hands over a letter.</summary>
    /// <returns>What came of it; a refusal of the server that stays one is final.</returns>
    ValueTask<Delivery> SendAsync(MailServer server, MailLetter letter, CancellationToken cancellationToken);
}

/// <summary>A mail server.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="Security">How the connection is secured.</param>
public sealed record MailServer(string Host, int Port, MailSecurity Security)
{
    /// <summary>Who signs in; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>The password; never written to a log.</summary>
    public string? Password { get; init; }

    /// <summary>Hides the password.</summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>How a connection to a mail server is secured.</summary>
public enum MailSecurity
{
    /// <summary>It begins in the clear, and is refused where the server does not offer TLS then.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>Not at all: for a server on this machine.</summary>
    None,
}

/// <summary>A letter.</summary>
/// <param name="Id">Its id: a letter that is sent twice has the same (RFC 5322, section 3.6.4).</param>
/// <param name="From">Who sends it: an address, with a name or without.</param>
/// <param name="To">Who gets it: an address.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Text">Plain text.</param>
public sealed record MailLetter(string Id, string From, string To, string Subject, string Text);
