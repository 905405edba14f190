using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace SupportAgent;

/// <summary>A refund that is too high for an agent: it waits for a person, is approved with another amount, and is paid once.</summary>
internal static class Refund
{
    private const string Action = "issue_refund";

    public static async Task<int> PlayAsync(Server server, string ticket, CancellationToken ct)
    {
        var narrator = new Narrator(AnsiConsole.Console);
        var payments = new PaymentProvider();
        await using var agentConnection = new Connection(server);
        await using var bobConnection = new Connection(server, "human:bob");
        AnsiConsole.MarkupLineInterpolated($"[grey]{await agentConnection.HelloAsync(ct)}, {server.Title}[/]");
        var (agent, bob) = (new SupportDesk(agentConnection), new SupportDesk(bobConnection));

        narrator.Chapter($"Ticket {ticket}");
        var id = (await agent.OpenAsync(ticket, "jonas.keller", ct)).Expected().ConversationId;
        const string Wish = "The espresso machine of order 4711 arrived broken. I want my 612.40 back.";
        var turn = (await agent.BeginTurnAsync(id, "customer-1", Wish, ct)).Expected();
        narrator.Customer(Wish);

        var asked = new { order_id = "4711", amount = 612.40m, currency = "EUR" };
        var approval = (await agent.RequestAsync(id, Action, asked, "Arrived broken, photos are convincing.", 612.40m, 0.97m, ct)).Expected();
        narrator.Did($"request_approval {Action} {JsonSerializer.Serialize(asked)}: {approval.Status} ({approval.Policy})");
        narrator.Expect(approval.Status == "pending", "sure as the agent is, 612.40 is above what it may decide");

        var early = (await agent.UseAsync(approval.ApprovalId, Action, asked, "pay-1", ct)).Refusal;
        narrator.Refused(early!);
        narrator.Expect(early?.Code == "approval_pending" && payments.Payments.Count == 0, "nothing is paid before somebody decides");

        const string Later = "I am sorry! I have asked a colleague to approve the refund and will write to you as soon as they have.";
        (await agent.CompleteTurnAsync(turn.TurnToken!, Later, ct)).Expected();
        narrator.Agent(Later);

        var waiting = agent.AwaitAsync(approval.ApprovalId, ct);
        narrator.Chapter("A person decides");
        var pending = (await bob.PendingAsync(ct)).Expected().Approvals.Single(a => a.ApprovalId == approval.ApprovalId);
        narrator.Person("bob", $"sees {pending.Action} {pending.Arguments.GetRawText()}, asked for by {pending.RequestedBy}");
        var final = new { order_id = "4711", amount = 580.00m, currency = "EUR" };
        (await bob.DecideAsync(approval.ApprovalId, true, "Without the shipping.", final, ct)).Expected();
        narrator.Person("bob", "approves 580.00: without the shipping");

        var decided = (await waiting).Expected();
        narrator.Did($"await_approval: {decided.Status}, {decided.Arguments.GetRawText()}");
        narrator.Expect(decided.Status == "granted", "the agent, which was waiting, hears of it");

        narrator.Chapter("Paid once");
        var other = (await agent.UseAsync(approval.ApprovalId, Action, asked, "pay-1", ct)).Refusal;
        narrator.Refused(other!);
        narrator.Expect(other?.Code == "approval_mismatch", "612.40 is not what was approved");

        await PayAsync(agent, narrator, payments, approval.ApprovalId, decided.Arguments, ct);
        // As after an answer that was lost on the way: the same call once more.
        await PayAsync(agent, narrator, payments, approval.ApprovalId, decided.Arguments, ct);
        var second = (await agent.UseAsync(approval.ApprovalId, Action, decided.Arguments, "pay-2", ct)).Refusal;
        narrator.Refused(second!);
        narrator.Expect(second?.Code == "approval_used", "another payment would take another approval");
        narrator.Expect(payments.Payments is [580.00m], $"paid once: {string.Join(", ", payments.Payments.Select(p => p.ToString("0.00", CultureInfo.InvariantCulture)))}");

        const string Done = "We have refunded 580.00 EUR, the price without the shipping.";
        (await agent.AddAsync(id, "done-1", "assistant", Done, ct)).Expected();
        narrator.Agent(Done);
        narrator.Show(await agent.EventsAsync(id, ct));
        return narrator.ExitCode;
    }

    /// <summary>Takes the permission and, only where this call took it, pays.</summary>
    private static async Task PayAsync(
        SupportDesk agent, Narrator narrator, PaymentProvider payments, string approvalId, JsonElement arguments, CancellationToken ct)
    {
        var permission = (await agent.UseAsync(approvalId, Action, arguments, "pay-1", ct)).Expected();
        narrator.Did(permission is { Granted: true, Replayed: false }
            ? payments.Refund(permission.Arguments)
            : "use_approval repeated: replayed: true, so it has been paid already");
    }
}
