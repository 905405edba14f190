using System.Text.Json;
using Spectre.Console;

namespace SupportAgent;

/// <summary>A ticket worked from the report to the letter: three workers, each at its own step, and a person who decides.</summary>
internal static class TicketRun
{
    public static async Task<int> PlayAsync(Server server, string ticket, CancellationToken ct)
    {
        var narrator = new Narrator(AnsiConsole.Console);
        await server.LoadSampleDataAsync(ct);
        await using var agentConnection = new Connection(server);
        await using var aliceConnection = new Connection(server, "human:alice");
        AnsiConsole.MarkupLineInterpolated($"[grey]{await agentConnection.HelloAsync(ct)}, {server.Title}[/]");
        var (agent, alice) = (new SupportDesk(agentConnection), new SupportDesk(aliceConnection));

        narrator.Chapter($"Ticket {ticket}");
        const string Report = "The Dapr sidecar does not start after the upgrade; the pod restarts every minute.";
        var started = (await agent.ReportAsync(ticket, "CUST001", Report, ct)).Expected();
        narrator.Customer(Report);
        narrator.Did($"create_ticket: {started.Status}, {started.InstanceId}");

        narrator.Chapter("Triage");
        var triage = (await agent.NextStepAsync("triage", ct)).Expected();
        var customer = (await agent.CustomerOfAsync(triage.StepToken!, ct)).Expected();
        narrator.Did($"lookup_customer: {customer.Name}, plan {customer.Plan}, entitled: {customer.Entitled}");
        narrator.Expect(customer.Entitled, "who is entitled the records say, and nobody else");
        (await agent.FinishAsync(triage, new { summary = "The sidecar of a pod does not start since an upgrade.", category = "sidecar", priority = "high", route = "complex" }, ct)).Expected();
        var late = (await agent.CustomerOfAsync(triage.StepToken!, ct)).Refusal;
        narrator.Expect(late?.Code == "lease_lost", "a step that is done opens nothing any more");

        narrator.Chapter("Expert");
        var expert = (await agent.NextStepAsync("expert", ct)).Expected();
        narrator.Expect(expert.Input!.Value.GetProperty("entitled").GetBoolean(), "the expert gets the triage with what the server added");
        var one = (await agent.SearchAsync(expert, ["sidecar does not start"], ct)).Expected().Results[0].Articles[0];
        object Analysis(string article) => new
        {
            problem = "The sidecar does not start.", findings = $"The article {article} describes it.", confidence = 0.9,
            solution = "Restart the pod after the sidecar injector has the new version.", steps = new[] { "Restart the injector.", "Restart the pod." }, citations = new[] { article },
        };
        var hasty = (await agent.FinishAsync(expert, Analysis(one.ArticleId), ct)).Refusal;
        narrator.Refused(hasty!);
        narrator.Expect(hasty?.Code == "insufficient_research", "one query is no research");
        (await agent.SearchAsync(expert, ["sidecar injector after an upgrade", "pod restarts, daprd not ready"], ct)).Expected();
        var analysed = (await agent.FinishAsync(expert, Analysis(one.ArticleId), ct)).Expected();
        narrator.Expect(analysed.Status == "WAITING_FOR_APPROVAL", $"{one.ArticleId} cited; now a person decides");
        narrator.Expect((await agent.NextStepAsync("notification", ct)).Expected().None, "nobody writes a letter before that");

        narrator.Chapter("A person decides");
        var pending = (await alice.PendingAsync(ct)).Expected().Approvals.Single();
        narrator.Person("alice", $"sees {pending.Arguments.GetProperty("final_solution")}");
        const string Approved = "Please restart the sidecar injector first, then the pod.";
        (await alice.DecideAsync(pending.ApprovalId, true, "Order made clear.", new { ticket_id = ticket, final_solution = Approved }, ct)).Expected();
        narrator.Person("alice", $"approves: {Approved}");

        narrator.Chapter("The letter");
        var letter = (await agent.NextStepAsync("notification", ct)).Expected();
        var opening = new { message = $"Dear {customer.Name}, about your ticket {ticket}:" };
        var done = (await agent.FinishAsync(letter, opening, ct)).Expected();
        // As after an answer that was lost on the way: the same call once more.
        var again = (await agent.FinishAsync(letter, opening, ct)).Expected();
        narrator.Expect(again.Replayed, "complete_step repeated: replayed: true, and one letter");
        narrator.Expect(done.Status == "COMPLETED", $"{ticket} is COMPLETED");
        var letters = (await agent.HistoryAsync($"cs-{ticket}", ct)).Where(m => m.Role == "assistant").ToList();
        narrator.Agent(letters[^1].Content);
        narrator.Expect(letters is [{ Content: var text }] && text.Contains(Approved, StringComparison.Ordinal), "the customer gets the approved text word for word, once");
        narrator.Show(await agent.EventsAsync($"cs-{ticket}", ct));
        return narrator.ExitCode;
    }
}

// The tools of tickets, and what a step opens.
internal sealed partial class SupportDesk
{
    public Task<Reply<TicketStarted>> ReportAsync(string ticket, string customer, string description, CancellationToken ct) =>
        CallAsync<TicketStarted>("create_ticket", new() { ["ticket_id"] = ticket, ["customer_id"] = customer, ["description"] = description }, ct);

    public Task<Reply<LeasedStep>> NextStepAsync(string role, CancellationToken ct) =>
        CallAsync<LeasedStep>("next_step", new() { ["roles"] = new[] { role } }, ct);

    public Task<Reply<StepDone>> FinishAsync(LeasedStep step, object result, CancellationToken ct) =>
        CallAsync<StepDone>("complete_step", new() { ["step_token"] = step.StepToken, ["outcome"] = "done", ["result"] = result }, ct);

    /// <summary>The customer of the ticket that a step belongs to.</summary>
    public Task<Reply<CustomerFound>> CustomerOfAsync(string stepToken, CancellationToken ct) =>
        CallAsync<CustomerFound>("lookup_customer", new() { ["step_token"] = stepToken }, ct);

    /// <summary>Asks the knowledge base; the step keeps what was asked and found.</summary>
    public Task<Reply<Found>> SearchAsync(LeasedStep step, string[] queries, CancellationToken ct) =>
        CallAsync<Found>("query_knowledge_base", new() { ["queries"] = queries, ["step_token"] = step.StepToken }, ct);
}

internal sealed record TicketStarted(string InstanceId, string TicketId, string Status);

internal sealed record LeasedStep(string? StepToken, JsonElement? Input, bool None);

internal sealed record StepDone(string Status, bool Replayed);

internal sealed record CustomerFound(string CustomerId, string Name, string? Plan, bool Entitled);

internal sealed record Found(IReadOnlyList<FoundFor> Results);

internal sealed record FoundFor(IReadOnlyList<FoundArticle> Articles);

internal sealed record FoundArticle(string ArticleId, string Title);
