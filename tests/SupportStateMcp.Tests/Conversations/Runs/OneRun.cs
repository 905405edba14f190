using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>What workers and people do to the run of one ticket.</summary>
internal static class OneRun
{
    public static readonly Actor Worker = new(ActorKind.Ai, "worker");

    public static readonly Actor Approver = new(ActorKind.Human, "ann");

    public static readonly JsonElement Triaged = JsonElement.Parse("""{"summary":"The sidecar does not start.","category":"sidecar","priority":"high","route":"complex"}""");

    public static readonly JsonElement Letter = JsonElement.Parse("""{"message":"Dear Acme, this is about TKT-001."}""");

    public const string Solution = "Set dapr.io/app-port to 8080.";

    public static JsonElement Analysis(string solution = Solution, string citation = "KB-1", string more = "") => JsonElement.Parse(
        $$"""{"problem":"Port","findings":"The port differs.","solution":{{JsonSerializer.Serialize(solution)}},"steps":["Set it."],"confidence":0.95,"citations":["{{citation}}"]{{more}}}""");

    public static ConversationCommand.OpenTicket Report(string customer = "CUST001", string description = "The sidecar does not start.") => new()
    {
        Id = OneConversation.Id, Actor = Worker, Roles = OneConversation.Trusted, CustomerId = customer, Description = description,
    };

    public static ConversationCommand.LeaseStep Lease(Actor? by = null, TimeSpan? lease = null, params string[] roles) => new()
    {
        Id = OneConversation.Id,
        Actor = by ?? Worker,
        Roles = OneConversation.Trusted,
        WorkerRoles = roles.Length == 0 ? ["triage", "expert", "notification"] : roles,
        Lease = lease ?? TimeSpan.FromMinutes(5),
    };

    public static ConversationCommand.CompleteStep Complete(Conversation current, JsonElement? result, bool entitled = true, Actor? by = null) => new()
    {
        Id = OneConversation.Id,
        Actor = by ?? Worker,
        Roles = OneConversation.Trusted,
        Token = StepToken.Of(current, current.LeasedStep!),
        Outcome = StepOutcome.Done,
        Result = result,
        Facts = new CustomerFacts(entitled, JsonElement.Parse("""{"name":"Acme"}"""), null),
    };

    public static ConversationCommand.CompleteStep Fail(Conversation current) =>
        Complete(current, null) with { Outcome = StepOutcome.Failed, Reason = "no idea" };

    public static ConversationCommand.RecordQueries Research(Conversation current, params string[] queries) => new()
    {
        Id = OneConversation.Id,
        Actor = Worker,
        Roles = OneConversation.Trusted,
        Token = StepToken.Of(current, current.LeasedStep!),
        Queries = [.. queries.Select(q => ResearchEntry.Of(q, ["KB-1", "KB-2"]))],
    };

    public static ConversationCommand.DecideApproval Decide(Conversation current, bool approved, string? final = null, bool revise = false, Actor? by = null, string? notes = null) => new()
    {
        Id = OneConversation.Id,
        Actor = by ?? Approver,
        Roles = OneConversation.Trusted,
        ApprovalId = current.Run!.ApprovalId!,
        Approved = approved,
        Notes = notes ?? (revise ? "Name the namespace." : null),
        Revise = revise,
        FinalArguments = final is null ? null : JsonElement.Parse($$"""{"ticket_id":"TKT-001","final_solution":{{JsonSerializer.Serialize(final)}}}"""),
    };

    /// <summary>The ticket, reported.</summary>
    public static Specification.GivenConversation Reported => Specification.Given().And(Report());

    /// <summary>The ticket at the expert's step, leased.</summary>
    public static Specification.GivenConversation WithExpert => Reported.Triage().Take();

    /// <summary>The ticket whose solution waits for a person.</summary>
    public static Specification.GivenConversation Waiting => WithExpert.Analyse();

    public static Specification.GivenConversation Take(this Specification.GivenConversation given, TimeSpan after = default) => given.And(Lease(), after);

    public static Specification.GivenConversation Triage(this Specification.GivenConversation given, bool entitled = true) =>
        given.Take() is var taken ? taken.And(Complete(taken.Conversation!, Triaged, entitled)) : given;

    public static Specification.GivenConversation Analyse(this Specification.GivenConversation given, JsonElement? analysis = null)
    {
        var researched = given.And(Research(given.Conversation!, "one", "two", "three"));
        return researched.And(Complete(researched.Conversation!, analysis ?? Analysis()));
    }
}
