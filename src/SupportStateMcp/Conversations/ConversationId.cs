using System.Text.RegularExpressions;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The handle of a support conversation: <c>cs-</c> and the ticket's id. Its characters are safe in a Redis hash tag,
/// a file name and a URI alike.
/// </summary>
public readonly partial record struct ConversationId
{
    public const string Prefix = "cs-";

    /// <summary>How many characters a ticket id has at most.</summary>
    public const int MaxTicketLength = 100;

    /// <summary>What a ticket id looks like: 1 to 100 characters, letters, digits, dot, underscore, hyphen.</summary>
    public const string TicketPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

    /// <summary>What a conversation id looks like.</summary>
    public const string Pattern = "^cs-[A-Za-z0-9][A-Za-z0-9._-]{0,99}$";

    /// <summary>The same in words.</summary>
    public const string Words = "the id of a conversation: cs- and the ticket's id, for example cs-TKT-001";

    /// <summary>What a ticket id looks like, in words.</summary>
    public const string TicketWords = "the ticket's id: 1 to 100 letters, digits, dots, underscores and hyphens, the first a letter or a digit, for example TKT-001";

    private ConversationId(string value) => Value = value;

    /// <summary>The whole id, with its prefix.</summary>
    public string Value { get; }

    /// <summary>The ticket's id, without the prefix.</summary>
    public string TicketId => Value[Prefix.Length..];

    /// <summary>The id of the conversation about that ticket; null where the ticket id is not well-formed.</summary>
    public static ConversationId? OfTicket(string ticketId) =>
        TicketRegex().IsMatch(ticketId) ? new ConversationId(Prefix + ticketId) : null;

    /// <summary>Reads a conversation id; null where it is not well-formed.</summary>
    public static ConversationId? TryParse(string? text) =>
        text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) ? OfTicket(text[Prefix.Length..]) : null;

    /// <summary>The id that somebody probably means with an invalid text: the ticket's id, another case, the id in a URI. Null where nobody can tell.</summary>
    public static string? Guess(string text)
    {
        var end = text.Trim(' ', '"', '\'', '`', '<', '>', '#', '{', '}', '[', ']', '(', ')', ',', ';');
        if (end.StartsWith("support://conversations/", StringComparison.OrdinalIgnoreCase))
            end = end["support://conversations/".Length..].Split('/')[0];
        if (Approval.ConversationOf(end) is { } conversation)
            return conversation.Value;
        foreach (var prefix in (ReadOnlySpan<string>)[Prefix, "cs_", "cs:", "cs ", "conversation-", "conversation_", "conversation:"])
        {
            if (end.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return OfTicket(end[prefix.Length..])?.Value;
        }

        return OfTicket(end)?.Value;
    }

    /// <summary>The same for the id of a ticket.</summary>
    public static string? GuessTicket(string text) =>
        OfTicket(text.Trim(' ', '"', '\'', '`', '<', '>', '#').Replace(' ', '-')) is { } id ? id.TicketId : null;

    /// <inheritdoc/>
    public override string ToString() => Value;

    // \z, not $: a trailing newline is no part of an id.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TicketRegex();
}
