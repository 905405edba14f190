using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Conversations.OneRun;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>
/// Whatever workers and people do to a ticket, in whatever order: nothing is sent without a grant, nothing twice, and what is sent is what
/// was approved. Told from the trail and the messages alone, apart from the rules that made them.
/// </summary>
public class NothingIsSentWithoutAGrantTests
{
    private enum Act
    {
        Lease,
        Complete,
        CompleteAnOldToken,
        Fail,
        Extend,
        Research,
        Grant,
        GrantAnother,
        Refuse,
        Revise,
        GrantAnOldApproval,
        AskForTheSame,
        UseTheApproval,
        Claim,
        HandBack,
        Escalate,
        Close,
        LetTimePass,
        LetADayPass,
        Settle,
    }

    private static readonly Gen<Act> s_act = Gen.Frequency(
        (8, Gen.Constant(Act.Lease)), (8, Gen.Constant(Act.Complete)), (5, Gen.Constant(Act.Research)), (2, Gen.Constant(Act.CompleteAnOldToken)),
        (1, Gen.Constant(Act.Fail)), (1, Gen.Constant(Act.Extend)), (4, Gen.Constant(Act.Grant)), (2, Gen.Constant(Act.GrantAnother)),
        (1, Gen.Constant(Act.Refuse)), (2, Gen.Constant(Act.Revise)), (2, Gen.Constant(Act.GrantAnOldApproval)), (1, Gen.Constant(Act.AskForTheSame)),
        (1, Gen.Constant(Act.UseTheApproval)), (1, Gen.Constant(Act.Claim)), (2, Gen.Constant(Act.HandBack)), (1, Gen.Constant(Act.Escalate)),
        (1, Gen.Constant(Act.Close)), (3, Gen.Constant(Act.LetTimePass)), (1, Gen.Constant(Act.LetADayPass)), (2, Gen.Constant(Act.Settle)));

    /// <summary>Most stories begin where a solution waits: few would come to it by chance.</summary>
    private static readonly Act[][] s_beginnings =
    [
        [],
        [Act.Lease, Act.Complete, Act.Lease],
        [Act.Lease, Act.Complete, Act.Lease, Act.Research, Act.Complete],
        [Act.Lease, Act.Complete, Act.Lease, Act.Research, Act.Complete, Act.Grant],
    ];

    [Fact]
    public void Nothing_is_sent_without_a_grant_nothing_twice_and_what_is_sent_is_what_was_approved()
    {
        var letters = 0;
        Prop.ForAll(s_act.ListOf().Zip(Gen.Elements(true, true, true, false)).Zip(Gen.Elements(s_beginnings)).ToArbitrary(), story =>
        {
            var ticket = new Ticket(entitled: story.Item1.Item2);
            foreach (var act in story.Item2.Concat(story.Item1.Item1))
                ticket.Do(act);
            letters += ticket.Check();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(800).WithStartSize(10).WithEndSize(80).WithQuietOnSuccess(true));

        Assert.InRange(letters, 20, int.MaxValue);
    }

    private sealed class Ticket(bool entitled)
    {
        private readonly List<ConversationEvent> _trail = [];
        private readonly List<Message> _messages = [];
        private readonly HashSet<string> _approvals = [];
        private readonly ConversationDecider _decider = new(SupportStateMcp.Workflow.WorkflowDefinition.Desk, new ApprovalPolicy());
        private Conversation? _current;
        private ConversationCommand.CompleteStep? _old;
        private DateTimeOffset _now = OneConversation.Now;
        private int _solutions;

        public void Do(Act act)
        {
            if (_current is null)
                Run(Report());
            var leased = _current!.AsOf(_now).LeasedStep is not null;
            switch (act)
            {
                case Act.Lease:
                    Run(Lease());
                    break;
                case Act.Complete when leased:
                    _old = Complete(_current, ResultOf(_current.LeasedStep!.Name), entitled);
                    Run(_old);
                    break;
                case Act.CompleteAnOldToken when _old is not null:
                    Run(_old);
                    break;
                case Act.Fail when leased:
                    Run(Fail(_current));
                    break;
                case Act.Extend when leased:
                    Run(Complete(_current, null) with { Outcome = StepOutcome.Extend, Lease = TimeSpan.FromMinutes(30) });
                    break;
                case Act.Research when leased:
                    Run(Research(_current, "one", "two", "three"));
                    break;
                case Act.Grant or Act.GrantAnother or Act.Refuse or Act.Revise when _current.Run!.ApprovalId is not null:
                    Run(Decide(_current, act is Act.Grant or Act.GrantAnother, act == Act.GrantAnother ? $"Changed {_now.Ticks}" : null, act == Act.Revise));
                    break;
                case Act.GrantAnOldApproval when _approvals.Count > 0:
                    Run(Decide(_current, approved: true) with { ApprovalId = _approvals.First() });
                    break;
                case Act.AskForTheSame when _current.Analysis is not null:
                    Run(new ConversationCommand.RequestApproval
                    {
                        Id = OneConversation.Id, Actor = Worker, Roles = OneConversation.Trusted, Action = ConversationDecider.SendSolution, Reason = "please", ExpiresIn = TimeSpan.FromHours(1), Confidence = 0.99m,
                        Arguments = JsonElement.Parse($$"""{"ticket_id":"TKT-001","final_solution":{{JsonSerializer.Serialize(_current.Analysis.Solution)}}}"""),
                    });
                    break;
                case Act.UseTheApproval when _current.Run!.ApprovalId is { } id && _current.Approval(id) is { } approval:
                    Run(new ConversationCommand.UseApproval
                    {
                        Id = OneConversation.Id, Actor = Worker, Roles = OneConversation.Trusted, ApprovalId = id, Action = approval.Action, Arguments = approval.Arguments,
                    });
                    break;
                case Act.Claim:
                    Run(TwoOwners.Claim(TwoOwners.Alice));
                    break;
                case Act.HandBack:
                    Run(TwoOwners.HandBack(TwoOwners.Alice));
                    break;
                case Act.Escalate:
                    Run(TwoOwners.Escalate(Worker));
                    break;
                case Act.Close:
                    Run(OneConversation.MoveTo("resolved"));
                    break;
                case Act.LetTimePass:
                    _now += TimeSpan.FromMinutes(7);
                    break;
                case Act.LetADayPass:
                    _now += TimeSpan.FromDays(1);
                    break;
                case Act.Settle:
                    Run(TwoOwners.Settle());
                    break;
            }
        }

        /// <returns>How many solutions were sent.</returns>
        public int Check()
        {
            if (_current is null)
                return 0;
            TrailChecks.TellsTheWholeStory(_trail, _current);
            TrailChecks.HasOneVoice(_trail);
            var sent = 0;
            foreach (var letter in _messages.Where(m => m.MessageId.StartsWith("~letter-", StringComparison.Ordinal)))
            {
                sent++;
                var before = _trail.TakeWhile(e => e.Version < letter.Version).ToList();
                if (!entitled)
                {
                    Assert.EndsWith("\n\n" + ConversationDecider.NotEntitledText, letter.Content);
                    continue;
                }

                // That of the run: an agent may have asked for the same, and the policy granted it.
                var waited = before.OfType<ConversationEvent.RunWaitingApproval>().Last().ApprovalId;
                var grant = before.OfType<ConversationEvent.ApprovalDecided>().Single(d => d.ApprovalId == waited);
                var asked = before.OfType<ConversationEvent.ApprovalRequested>().Single(r => r.ApprovalId == waited);
                Assert.Equal(ApprovalStatus.Granted, grant.Status);
                Assert.Equal(ActorKind.Human, grant.Actor.Kind);
                Assert.Equal(ConversationDecider.SendSolution, asked.Action);
                Assert.True(grant.At < asked.Deadline);
                var approved = (grant.FinalArguments ?? asked.Arguments)!.Value.GetProperty(ConversationDecider.SolutionArgument).GetString();
                Assert.EndsWith("\n\n" + approved, letter.Content);
            }

            Assert.InRange(sent, 0, 1);
            if (!entitled)
                Assert.DoesNotContain(_trail, e => e is ConversationEvent.SolutionReady);
            // What was refused or expired as the last word on a run is never sent.
            if (_current.Run?.Outcome is "rejected" or "approval_expired")
                Assert.Equal(0, sent);
            return entitled ? sent : 0;
        }

        private JsonElement ResultOf(string step) => step switch
        {
            "triage" => Triaged,
            "expert_analysis" => Analysis($"Solution {++_solutions}"),
            _ => Letter,
        };

        private void Run(ConversationCommand command)
        {
            if (_decider.Decide(_current, command, _now) is not Decision.Accepted accepted)
                return;
            _trail.AddRange(accepted.Events);
            _messages.AddRange(accepted.Messages);
            _current = accepted.After;
            if (_current.Run?.ApprovalId is { } id)
                _approvals.Add(id);
        }
    }
}
