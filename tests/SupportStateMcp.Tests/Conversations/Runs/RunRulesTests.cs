using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.OneRun;
using static SupportStateMcp.Tests.Conversations.Specification;

namespace SupportStateMcp.Tests.Conversations;

public class RunRulesTests
{
    [Fact]
    public void A_ticket_opens_its_conversation_and_starts_its_run_in_one_commit()
    {
        var events = Given().When(Report()).Then(
            typeof(Initialized), typeof(Transitioned), typeof(MessageAdded), typeof(RunStarted), typeof(StepReady));

        Assert.Matches("^run-[0-9a-f]{8}-TKT-001$", ((RunStarted)events[3]).InstanceId);
        var run = Reported.Conversation!.Run!;
        Assert.Equal((RunStatus.Running, "triage", 1, "CUST001", (bool?)null), (run.Status, run.Stage, run.Attempt, run.CustomerId, run.Entitled));
        Assert.Equal([RunStepState.Ready, RunStepState.Waiting, RunStepState.Waiting, RunStepState.Waiting], run.Steps.Select(s => s.State));
    }

    [Fact]
    public void The_same_ticket_again_changes_nothing() => Reported.When(Report()).ThenNothingHappens();

    [Fact]
    public void A_ticket_that_is_there_is_not_another_customers() => Reported.When(Report(customer: "CUST002")).ThenItIsRefused(ErrorCodes.TicketConflict);

    [Fact]
    public void A_ticket_that_is_there_is_not_about_something_else() => Reported.When(Report(description: "Another thing")).ThenItIsRefused(ErrorCodes.TicketConflict);

    [Fact]
    public void A_conversation_that_an_agent_opened_gets_its_run_later()
    {
        var run = Given().And(OneConversation.Open("CUST001")).And(Report()).Conversation!;

        Assert.Equal("triage", run.Run!.Stage);
        Assert.Equal(1, run.MessageCount);
    }

    [Fact]
    public void What_was_reported_of_a_conversation_without_a_description_is_kept()
    {
        var opened = Given().And(OneConversation.Open("CUST001")).And(OneConversation.Say("Hello", "m-1"));
        Assert.Null(opened.Conversation!.Description);

        var reported = opened.And(Report(description: "VPN broken"));

        Assert.Equal(("VPN broken", 1), (reported.Conversation!.Description, reported.Conversation.MessageCount));
        reported.When(Report(description: "Another thing")).ThenItIsRefused(ErrorCodes.TicketConflict);
        Assert.DoesNotContain("VPN", OneConversation.Json(reported.Events.Select(e => e.Redacted())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_is_leased_to_one_worker()
    {
        var taken = Reported.Take();

        Assert.Equal((RunStepState.Leased, (Actor?)Worker, OneConversation.Now.AddMinutes(5)), (taken.Conversation!.Run!.Current.State, taken.Conversation.Run.Current.Actor, taken.Conversation.Run.Current.LeaseUntil!.Value));
        taken.When(Lease()).ThenNothingHappens();
    }

    [Fact]
    public void A_worker_of_another_role_gets_no_step() => Reported.When(Lease(roles: "expert")).ThenNothingHappens();

    [Theory]
    [InlineData("""{"summary":"s","category":"c","priority":"high","route":"complex","entitled":true}""", "it has no entitled")]
    [InlineData("""{"summary":"s","category":"c","priority":"high","route":"complex","customer":{}}""", "it has no customer")]
    [InlineData("""{"summary":"s","category":"c","priority":"very high","route":"complex"}""", "/priority")]
    [InlineData("""{"summary":"s","category":"c","priority":"high"}""", "route")]
    [InlineData("""{"summary":"s","category":"c","priority":"high","route":"complex","more":1}""", "/more")]
    public void A_result_that_is_not_as_the_schema_says_is_refused(string result, string rule)
    {
        var taken = Reported.Take();

        var error = (Errors.InvalidArgument)taken.When(Complete(taken.Conversation!, JsonElement.Parse(result))).ThenItIsRefused(ErrorCodes.InvalidArgument);

        Assert.Contains(rule, error.Rule);
    }

    [Fact]
    public void A_customer_who_is_not_entitled_gets_no_analysis_but_a_letter_that_says_so()
    {
        var triaged = Reported.Triage(entitled: false);
        Assert.Equal(("notification", (bool?)false), (triaged.Conversation!.Run!.Stage, triaged.Conversation.Run.Entitled));
        var taken = triaged.Take();

        var accepted = Assert.IsType<Decision.Accepted>(taken.When(Complete(taken.Conversation!, Letter)));

        Assert.Equal((RunStatus.Completed, SupportTicketPipeline.NotEntitled), (accepted.After.Run!.Status, accepted.After.Run.Outcome));
        Assert.Equal(RunStepState.Skipped, accepted.After.Run.Step("expert_analysis")!.State);
        Assert.Null(accepted.After.Analysis);
        Assert.Equal($"Dear Acme, this is about TKT-001.\n\n{ConversationDecider.NotEntitledText}", Assert.Single(accepted.Messages).Content);
    }

    [Theory]
    [InlineData(2, "one", "two")]
    [InlineData(1, "one", "ONE ", " one")]
    [InlineData(1, "one", "one?", "(one)!")]
    public void Three_different_queries_come_before_an_analysis(int recorded, params string[] queries)
    {
        var researched = WithExpert.And(Research(WithExpert.Conversation!, queries));

        var error = researched.When(Complete(researched.Conversation!, Analysis())).ThenItIsRefused(ErrorCodes.InsufficientResearch);

        Assert.Equal(new Errors.InsufficientResearch(3, recorded), error);
    }

    [Fact]
    public void What_no_query_returned_cannot_be_cited()
    {
        var researched = WithExpert.And(Research(WithExpert.Conversation!, "one", "two", "three"));

        var error = (Errors.UnknownCitation)researched.When(Complete(researched.Conversation!, Analysis(citation: "KB-9"))).ThenItIsRefused(ErrorCodes.UnknownCitation);

        Assert.Equal(["KB-9"], error.Citations);
    }

    [Fact]
    public void A_step_records_200_queries_at_most()
    {
        var full = WithExpert.And(Research(WithExpert.Conversation!, [.. Enumerable.Range(0, 199).Select(n => $"query {n}")]));

        full.When(Research(full.Conversation!, "a", "b")).ThenItIsRefused(ErrorCodes.LimitReached);
        full.And(Research(full.Conversation!, "a"));
    }

    [Fact]
    public void An_analysis_waits_for_a_person_for_24_hours()
    {
        var researched = WithExpert.And(Research(WithExpert.Conversation!, "one", "two", "three"));

        var events = researched.When(Complete(researched.Conversation!, Analysis())).Then(
            typeof(StepCompleted), typeof(SolutionReady), typeof(ApprovalRequested), typeof(RunWaitingApproval));

        var waiting = Waiting.Conversation!;
        Assert.Equal((RunStatus.WaitingForApproval, "approval"), (waiting.Run!.Status, waiting.Run.Stage));
        Assert.Equal((ConversationDecider.SendSolution, OneConversation.Now.AddDays(1)), (((ApprovalRequested)events[2]).Action, ((ApprovalRequested)events[2]).Deadline));
        Assert.Equal(Solution, waiting.Analysis!.Solution);
        Assert.Null(waiting.ReadyStep);
    }

    [Theory]
    [InlineData(null, Solution)]
    [InlineData("Use port 80.", "Use port 80.")]
    public void The_letter_holds_the_approved_text_word_for_word_and_is_sent_once(string? final, string text)
    {
        var granted = Waiting.And(Decide(Waiting.Conversation!, approved: true, final));
        var taken = granted.Take();
        var complete = Complete(taken.Conversation!, Letter);

        var accepted = Assert.IsType<Decision.Accepted>(taken.When(complete));

        Assert.Equal($"Dear Acme, this is about TKT-001.\n\n{text}", Assert.Single(accepted.Messages).Content);
        Assert.Equal((RunStatus.Completed, SupportTicketPipeline.SolutionSent, "awaiting_confirmation"), (accepted.After.Run!.Status, accepted.After.Run.Outcome, accepted.After.State));
        Assert.Equal(ApprovalStatus.Used, accepted.After.Approval(accepted.After.Run.ApprovalId!)!.Status);
        Assert.Empty(accepted.After.Unanswered);
        taken.And(complete).When(complete).ThenItIsRefused(ErrorCodes.LeaseLost);
    }

    [Fact]
    public void A_letter_names_its_ticket()
    {
        var taken = Waiting.And(Decide(Waiting.Conversation!, approved: true)).Take();

        taken.When(Complete(taken.Conversation!, JsonElement.Parse("""{"message":"Dear Acme"}"""))).ThenItIsRefused(ErrorCodes.InvalidArgument);
    }

    [Fact]
    public void A_refused_solution_goes_to_people_with_the_notes_and_is_never_sent()
    {
        var refused = Waiting.And(Decide(Waiting.Conversation!, approved: false, notes: "This is wrong."));

        Assert.Equal((RunStatus.Completed, SupportTicketPipeline.Rejected, "queue:support", "escalated"), (refused.Conversation!.Run!.Status, refused.Conversation.Run.Outcome, refused.Conversation.Owner.ToString(), refused.Conversation.State));
        Assert.Contains("This is wrong.", refused.Conversation.Handoff!.Summary);
        refused.When(Lease()).ThenNothingHappens();
    }

    [Fact]
    public void A_solution_is_sent_back_twice_at_most()
    {
        var given = Waiting;
        for (var n = 1; n <= Run.MaxRevisions; n++)
        {
            given = given.And(Decide(given.Conversation!, approved: false, revise: true));
            Assert.Equal(("expert_analysis", n, "Name the namespace."), (given.Conversation!.Run!.Stage, given.Conversation.Run.Revisions, given.Conversation.Run.Current.Notes));
            given = given.Take();
            given = given.And(Complete(given.Conversation!, Analysis($"Solution {n}")));
            Assert.Equal($"Solution {n}", given.Conversation!.Analysis!.Solution);
        }

        given.When(Decide(given.Conversation!, approved: false, revise: true)).ThenItIsRefused(ErrorCodes.InvalidArgument);
        Assert.Equal(SupportTicketPipeline.Rejected, given.And(Decide(given.Conversation!, approved: false)).Conversation!.Run!.Outcome);
    }

    [Fact]
    public void Nobody_decides_on_what_they_proposed_themselves()
    {
        var given = Reported.Triage().And(Lease(Approver));
        given = given.And(Research(given.Conversation!, "one", "two", "three"));
        given = given.And(Complete(given.Conversation!, Analysis(), by: Approver));

        given.When(Decide(given.Conversation!, approved: true)).ThenItIsRefused(ErrorCodes.NotAuthorized);
        given.And(Decide(given.Conversation!, approved: true, by: TwoOwners.Bob));
    }

    [Fact]
    public void A_worker_alone_approves_nothing() =>
        Waiting.When(Decide(Waiting.Conversation!, approved: true, by: Worker)).ThenItIsRefused(ErrorCodes.NotAuthorized);

    [Theory]
    [InlineData("""{"ticket_id":"TKT-002","final_solution":"x"}""")]
    [InlineData("""{"ticket_id":"TKT-001"}""")]
    [InlineData("""{"ticket_id":"TKT-001","final_solution":" "}""")]
    [InlineData("""{"ticket_id":"TKT-001","final_solution":"x","to":"all"}""")]
    public void What_a_person_changes_is_the_text_alone(string final) =>
        Waiting.When(Decide(Waiting.Conversation!, approved: true) with { FinalArguments = JsonElement.Parse(final) }).ThenItIsRefused(ErrorCodes.InvalidArgument);

    [Fact]
    public void After_24_hours_people_take_over_and_a_late_approval_is_refused()
    {
        var settle = TwoOwners.Settle();
        Waiting.When(settle, TimeSpan.FromDays(1) - TimeSpan.FromTicks(1)).ThenNothingHappens();

        var expired = Waiting.And(settle, TimeSpan.FromDays(1));

        Assert.Equal((RunStatus.Completed, SupportTicketPipeline.ApprovalExpired, "queue:support"), (expired.Conversation!.Run!.Status, expired.Conversation.Run.Outcome, expired.Conversation.Owner.ToString()));
        expired.When(Decide(expired.Conversation!, approved: true), TimeSpan.FromDays(1)).ThenItIsRefused(ErrorCodes.ApprovalExpired);
    }

    [Fact]
    public void The_approval_of_a_run_that_was_closed_expired_then_and_not_at_its_deadline()
    {
        var hour = TimeSpan.FromHours(1);
        var closed = Waiting.And(OneConversation.MoveTo("awaiting_confirmation"), hour).And(OneConversation.MoveTo("resolved"), hour);
        var use = new ConversationCommand.UseApproval
        {
            Id = OneConversation.Id, Actor = Worker, Roles = OneConversation.Trusted, ApprovalId = closed.Conversation!.Approvals[0].ApprovalId,
            Action = "send_solution", Arguments = closed.Conversation.Approvals[0].Arguments,
        };

        var error = (Errors.ApprovalExpired)closed.When(use, 2 * hour).ThenItIsRefused(ErrorCodes.ApprovalExpired);

        Assert.Equal(OneConversation.Now + hour, error.ExpiredAt);
    }

    [Fact]
    public void A_lease_that_ran_out_makes_the_step_ready_again_later_each_time_until_the_run_has_failed()
    {
        var given = Reported;
        var after = TimeSpan.Zero;
        foreach (var wait in (int[])[0, 10, 60])
        {
            if (wait > 0)
                given.When(Lease(), after + TimeSpan.FromSeconds(wait - 1)).ThenNothingHappens();
            after += TimeSpan.FromSeconds(wait);
            given = given.Take(after);
            after += TimeSpan.FromMinutes(5);
            given = given.And(TwoOwners.Settle(), after);
        }

        Assert.Equal((RunStatus.Failed, "queue:support", RunStepState.Failed), (given.Conversation!.Run!.Status, given.Conversation.Owner.ToString(), given.Conversation.Run.Step("triage")!.State));
        Assert.Contains("triage failed 3 times", given.Conversation.Handoff!.Reason);
    }

    [Fact]
    public void A_try_that_failed_is_tried_again_and_its_token_is_void()
    {
        var taken = Reported.Take();
        var token = Complete(taken.Conversation!, Triaged);

        var failed = taken.And(Fail(taken.Conversation!));

        Assert.Equal((RunStepState.Ready, 2, "no idea"), (failed.Conversation!.Run!.Current.State, failed.Conversation.Run.Attempt, failed.Conversation.Run.Current.Reason));
        failed.When(token).ThenItIsRefused(ErrorCodes.LeaseLost);
        failed.Take(TimeSpan.FromSeconds(10)).When(token, TimeSpan.FromSeconds(10)).ThenItIsRefused(ErrorCodes.LeaseLost);
    }

    [Fact]
    public void A_worker_may_ask_for_more_time_up_to_the_time_out_of_the_step()
    {
        var taken = Reported.Take();
        var extend = Complete(taken.Conversation!, null) with { Outcome = StepOutcome.Extend, Lease = TimeSpan.FromHours(2) };

        var extended = taken.And(extend, TimeSpan.FromMinutes(1));

        Assert.Equal(OneConversation.Now.AddHours(1), extended.Conversation!.LeasedStep!.LeaseUntil);
        Assert.Equal(extend.Token, StepToken.Of(extended.Conversation, extended.Conversation.LeasedStep!));
        extended.When(extend, TimeSpan.FromMinutes(2)).ThenNothingHappens();
    }

    [Fact]
    public void A_person_who_has_the_conversation_pauses_the_run_until_they_hand_it_back()
    {
        var taken = Reported.Take();
        var claimed = taken.And(TwoOwners.Claim(TwoOwners.Alice, TimeSpan.FromHours(3)));
        claimed.When(Complete(claimed.Conversation!, Triaged)).ThenItIsRefused(ErrorCodes.NotOwner);

        // The lease runs out under them: no try is counted.
        var lapsed = claimed.And(TwoOwners.Settle(), TimeSpan.FromMinutes(5));
        Assert.Equal((RunStepState.Ready, 1), (lapsed.Conversation!.Run!.Current.State, lapsed.Conversation.Run.Attempt));
        Assert.Null(lapsed.Conversation.ReadyStep);
        lapsed.When(Lease(), TimeSpan.FromMinutes(6)).ThenNothingHappens();

        var back = lapsed.And(TwoOwners.HandBack(TwoOwners.Alice), TimeSpan.FromMinutes(7));
        // A stay of its own in the index: what is to go of the one before cannot take it along.
        Assert.InRange(back.Conversation!.ReadyStep!.ReadyVersion!.Value, lapsed.Conversation.Version + 1, back.Conversation.Version);
        back.And(Lease(), TimeSpan.FromMinutes(7));
    }

    [Fact]
    public void A_conversation_that_is_closed_ends_its_run()
    {
        var closed = Reported.And(OneConversation.MoveTo("processing")).And(OneConversation.MoveTo("awaiting_confirmation")).And(OneConversation.MoveTo("resolved"));

        Assert.Equal((RunStatus.Terminated, "the conversation was closed"), (closed.Conversation!.Run!.Status, closed.Conversation.Run.Reason));
        closed.When(Lease()).ThenNothingHappens();
    }

    [Fact]
    public void Nobody_decides_on_the_solution_of_a_run_that_has_ended()
    {
        var closed = Waiting.And(OneConversation.MoveTo("awaiting_confirmation")).And(OneConversation.MoveTo("resolved"));

        Assert.Equal(RunStatus.Terminated, closed.Conversation!.Run!.Status);
        Assert.Empty(closed.Conversation.PendingApprovals);
        foreach (var approved in (bool[])[true, false])
        {
            var error = (Errors.NotWaitingForApproval)closed.When(Decide(closed.Conversation, approved)).ThenItIsRefused(ErrorCodes.NotWaitingForApproval);
            Assert.Equal(RunStatus.Terminated, error.Status);
        }

        closed.When(Decide(closed.Conversation, approved: true, by: Worker)).ThenItIsRefused(ErrorCodes.NotAuthorized);
    }

    [Theory]
    [InlineData("triage", "expert_analysis", "approval", "letter")]
    [InlineData("triage")]
    [InlineData]
    public void A_run_whose_pipeline_is_configured_no_longer_goes_to_people(params string[] steps)
    {
        var pipelines = steps is [] ? new Pipelines() : new Pipelines(SupportTicketPipeline.Definition with
        {
            Steps = [.. steps.Select(name => SupportTicketPipeline.Definition.Steps[0] with { Name = name, Next = [new PipelineBranch(null, PipelineTarget.End("done"))] })],
        });
        var decider = new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy(), pipelines, new TicketOptions());

        foreach (var (run, command) in ((Specification.GivenConversation, ConversationCommand)[])
            [(Reported, Lease()), (WithExpert, Lease()), (Waiting, TwoOwners.Settle())])
        {
            var accepted = Assert.IsType<Decision.Accepted>(decider.Decide(run.Conversation, command, OneConversation.Now));

            Type[] ended = run.Conversation!.HasPendingApprovals ? [typeof(ApprovalExpired)] : [];
            Assert.Equal([.. ended, typeof(RunFailed), typeof(OwnerChanged), typeof(Transitioned), typeof(Escalated)], accepted.Events.Select(e => e.GetType()));
            Assert.Equal((RunStatus.Failed, null), (accepted.After.Run!.Status, accepted.After.LeasedStep));
            Assert.Contains("support_ticket is configured no longer", accepted.After.Run.Reason);
        }

        var late = Assert.IsType<Decision.Refused>(decider.Decide(WithExpert.Conversation, Complete(WithExpert.Conversation!, Analysis()), OneConversation.Now));
        Assert.Equal(ErrorCodes.LeaseLost, late.Error.Code);
    }

    [Fact]
    public void A_token_of_an_earlier_life_of_the_ticket_is_void()
    {
        var taken = Reported.Take();
        var token = Complete(taken.Conversation!, Triaged);
        var again = taken.And(OneConversation.Erase()).And(Report(), TimeSpan.FromSeconds(1)).And(Lease(), TimeSpan.FromSeconds(1));

        again.When(token, TimeSpan.FromSeconds(1)).ThenItIsRefused(ErrorCodes.LeaseLost);
    }

    [Fact]
    public void An_erasure_leaves_nothing_of_a_run_but_its_course()
    {
        var erased = Waiting.And(OneConversation.Erase());
        var trail = OneConversation.Json(erased.Events.Select(e => e.Redacted()));

        Assert.Null(erased.Conversation!.Run);
        Assert.Null(erased.Conversation.Analysis);
        foreach (var word in (string[])["CUST001", "sidecar does not start", "Acme", "app-port", "\"one\"", "The port differs"])
            Assert.DoesNotContain(word, trail);
        Assert.Contains("step_completed", trail);
    }

    [Theory]
    [InlineData(true, ",\"risk_priority\":3,\"amount\":0", "notification")]
    [InlineData(true, ",\"risk_priority\":9,\"amount\":0", "approval")]
    [InlineData(true, ",\"risk_priority\":3,\"amount\":501", "approval")]
    [InlineData(true, ",\"risk_priority\":3", "approval")]
    [InlineData(true, ",\"amount\":0", "approval")]
    [InlineData(true, "", "approval")]
    [InlineData(false, ",\"risk_priority\":3,\"amount\":0", "approval")]
    public void The_policy_decides_only_where_the_desk_lets_it_and_never_on_what_it_does_not_know(bool auto, string more, string stage)
    {
        var researched = WithExpert.And(Research(WithExpert.Conversation!, "one", "two", "three"));
        var decider = new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy(), Pipelines.Default, new TicketOptions { AutoApprove = auto });

        var accepted = Assert.IsType<Decision.Accepted>(decider.Decide(
            researched.Conversation, Complete(researched.Conversation!, Analysis(more: more)), OneConversation.Now));

        Assert.Equal(stage, accepted.After.Run!.Stage);
    }

    [Theory]
    [InlineData("""{"solution":{},"citations":["KB-1"]}""", "solution")]
    [InlineData("""{"solution":" ","citations":["KB-1"]}""", "solution")]
    [InlineData("""{"citations":["KB-1"]}""", "solution")]
    [InlineData("""{"solution":"Restart it.","citations":"none"}""", "citations")]
    [InlineData("""{"solution":"Restart it.","citations":[]}""", "citations")]
    [InlineData("""{"solution":"Restart it.","citations":[1]}""", "citations")]
    public void What_research_comes_to_is_a_text_and_its_citations_whatever_the_schema_takes(string result, string told)
    {
        var (given, decider) = OfOwnPipeline();

        var refused = Assert.IsType<Decision.Refused>(decider.Decide(given, Complete(given, JsonElement.Parse(result)), OneConversation.Now));

        Assert.Contains(told, Assert.IsType<Errors.InvalidArgument>(refused.Error).Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void A_result_is_nested_32_deep_at_most(int depth, bool isTaken)
    {
        var lists = depth - 1;
        var result = JsonElement.Parse($$"""{"solution":"x","more":{{new string('[', lists)}}{{new string(']', lists)}}}""");

        Assert.Equal(isTaken, Complete(WithExpert.Conversation!, result).Violation() is null);
    }

    [Fact]
    public void A_granted_text_is_sent_also_where_a_later_step_finds_no_entitlement()
    {
        var (given, decider) = OfOwnPipeline();
        given = After(decider, given, Complete(given, JsonElement.Parse("""{"solution":"Restart it.","citations":["KB-1"]}""")));
        given = After(decider, given, Decide(given, approved: true));
        given = After(decider, given, LeaseOf(given));
        given = After(decider, given, Complete(given, JsonElement.Parse("{}"), entitled: false));
        Assert.Equal(("letter", (bool?)false), (given.Run!.Stage, given.Run.Entitled));
        given = After(decider, given, LeaseOf(given));

        var accepted = Assert.IsType<Decision.Accepted>(decider.Decide(given, Complete(given, Letter), OneConversation.Now));

        Assert.EndsWith("\n\nRestart it.", Assert.Single(accepted.Messages).Content, StringComparison.Ordinal);
        Assert.Equal(ApprovalStatus.Used, accepted.After.Approval(accepted.After.Run!.ApprovalId!)!.Status);
    }

    /// <summary>A ticket at the first step of a pipeline of one's own, with its research done: the customer is looked at after the approval.</summary>
    private static (Conversation Given, ConversationDecider Decider) OfOwnPipeline()
    {
        var own = new PipelineDefinition
        {
            Name = "own",
            Steps =
            [
                new PipelineStep { Name = "research", Role = "expert", Requires = [StepRequirement.Research], Instructions = "Research.", Next = [new(null, PipelineTarget.ToStep("decision"))] },
                new PipelineStep
                {
                    Name = "decision", Role = "approver", Requires = [StepRequirement.Approval], Instructions = "Decide.", Timeout = TimeSpan.FromDays(1),
                    Next = [new(PipelineCondition.Of(ApprovalVerdict.Granted), PipelineTarget.ToStep("check")), new(null, PipelineTarget.Escalate("refused"))],
                },
                new PipelineStep { Name = "check", Role = "triage", Requires = [StepRequirement.Customer], Instructions = "Check.", Next = [new(PipelineCondition.NotEntitled, PipelineTarget.ToStep("letter")), new(null, PipelineTarget.End("done"))] },
                new PipelineStep { Name = "letter", Role = "notification", Requires = [StepRequirement.Letter], Instructions = "Write.", Next = [new(null, PipelineTarget.End("sent"))] },
            ],
        };
        Assert.Empty(new PipelineRules(own, WorkflowDefinition.Default).Violations());
        var decider = new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy(), new Pipelines(own), new TicketOptions { Pipeline = "own" });
        var given = After(decider, null, Report());
        given = After(decider, given, LeaseOf(given));
        return (After(decider, given, Research(given, "one", "two", "three")), decider);
    }

    private static ConversationCommand.LeaseStep LeaseOf(Conversation c) => Lease(roles: c.ReadyStep!.Role);

    private static Conversation After(ConversationDecider decider, Conversation? before, ConversationCommand command) =>
        Assert.IsType<Decision.Accepted>(decider.Decide(before, command, OneConversation.Now)).After;
}
