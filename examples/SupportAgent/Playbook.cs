using System.Text.RegularExpressions;

namespace SupportAgent;

/// <summary>What an agent can do next.</summary>
internal abstract record Step
{
    private Step() { }

    /// <summary>Nothing: it is the customer's turn, or the conversation is finished.</summary>
    internal sealed record Wait : Step;

    /// <summary>Answer the customer.</summary>
    internal sealed record Say(string Text) : Step;

    /// <summary>Remember a fact with the conversation, for anyone who works on it next.</summary>
    internal sealed record Note(string Fact, string Value) : Step;

    /// <summary>Move the conversation to another state.</summary>
    internal sealed record Move(string State, string Reason) : Step;

    /// <summary>Send a reset mail, and remember that.</summary>
    internal sealed record SendReset(string Address) : Step;

    /// <summary>Look up what became of the reset mail, and remember a failure.</summary>
    internal sealed record TraceMail(string Address) : Step;
}

/// <summary>
/// The rules of a locked account, where a model would decide: pure, from what the server knows. The agent itself
/// remembers nothing from one step to the next but the last refusal.
/// </summary>
internal static partial class Playbook
{
    public static Step Next(Case now, IReadOnlyList<Message> history, Refusal? refusal)
    {
        var customer = history.Last(m => m.Role == "user").Content;
        var answered = history[^1].Role == "assistant";
        var email = now.Fact("email");
        var named = Email().Match(customer) is { Success: true } match ? match.Value : null;
        var sent = email is not null && now.Fact("reset_sent_to") == email;
        var bounced = email is not null && now.Fact("reset_bounced_for") == email;

        return (now.State, refusal) switch
        {
            // The server says what is allowed instead; a person is the last resort.
            (_, { Code: "invalid_transition", Allowed: [var allowed, ..] }) => new Step.Move(allowed, "the move that is allowed here"),

            ("gathering_info", _) when answered => new Step.Wait(),
            ("gathering_info", _) when named is not null && named != email => new Step.Note("email", named),
            ("gathering_info", _) when email is null => new Step.Say("I am sorry to hear that. Which e-mail address is your account under?"),
            ("gathering_info", _) when sent && !bounced => new Step.TraceMail(email),
            ("gathering_info", _) when bounced => new Step.Say($"The mail to {email} came back: that mailbox is full. Which other address can I use?"),
            ("gathering_info", _) => new Step.Move("processing", $"the account of {email} is to be unlocked"),

            ("processing", _) when !sent => new Step.SendReset(email!),
            ("processing", _) when !answered => new Step.Say($"I have unlocked your account and sent a link for a new password to {email}. Can you sign in again?"),
            // As a hasty model would: the mail is out, so the conversation must be solved.
            ("processing", _) when now.Fact("reset_bounced_for") is null => new Step.Move("resolved", "the reset mail is sent"),
            ("processing", _) => new Step.Move("awaiting_confirmation", "the reset mail is sent; the customer tells whether it came"),

            ("awaiting_confirmation", _) when now.Fact("confirmed") is not null && answered => new Step.Move("resolved", "the customer can sign in again"),
            ("awaiting_confirmation", _) when answered => new Step.Wait(),
            ("awaiting_confirmation", _) when now.Fact("confirmed") is not null => new Step.Say("Good to hear. I close this conversation; for anything else just write again."),
            ("awaiting_confirmation", _) when Never().IsMatch(customer) => new Step.Move("gathering_info", "the reset mail did not reach the customer"),
            ("awaiting_confirmation", _) when Thanks().IsMatch(customer) => new Step.Note("confirmed", "by the customer"),
            ("awaiting_confirmation", _) => new Step.Say("Did the link work, and can you sign in again?"),

            _ => new Step.Wait(),
        };
    }

    [GeneratedRegex(@"[\w.+-]+@[\w-]+(\.[\w-]+)+")]
    private static partial Regex Email();

    [GeneratedRegex("never|nothing|did not come|not arrived", RegexOptions.IgnoreCase)]
    private static partial Regex Never();

    [GeneratedRegex("thank|works|signed in", RegexOptions.IgnoreCase)]
    private static partial Regex Thanks();
}
