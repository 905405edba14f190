using System.Text.Json;

namespace SupportAgent;

/// <summary>A stand-in for the mail system of a company: the first mail to leave it bounces.</summary>
internal static class Mailer
{
    public static string SendReset(string address) =>
        JsonSerializer.Serialize(new { tool = "send_password_reset", to = address, accepted = true });

    public static string Trace(string address) =>
        JsonSerializer.Serialize(new { tool = "trace_mail", to = address, outcome = "bounced", reason = "mailbox full" });
}
