using FsCheck;
using FsCheck.Fluent;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Whatever AIs, people, the customer and the clock do through two instances, in whatever order.</summary>
public class OneVoicePropertyTests
{
    private static readonly int[] s_everything = [.. Enumerable.Range(0, Step.Kinds)];

    [Theory]
    [InlineData("strict")]
    [InlineData("desk")]
    public void A_conversation_has_one_voice_and_its_trail_tells_all(string workflow) => Check(600, s_everything, () => new Neighbourhood(
        new MemoryStore(), new FakeTime(), workflow == "desk" ? WorkflowDefinition.Desk : WorkflowDefinition.Default));

    [Fact]
    public void An_approval_is_decided_by_so_many_people_and_used_once() =>
        Check(400, Step.OfApprovals, () => new Neighbourhood(new MemoryStore(), new FakeTime(), WorkflowDefinition.Desk));

    [Fact]
    public void So_it_has_on_a_real_store()
    {
        var folders = new List<StoreFolder>();
        try
        {
            Check(40, s_everything, () =>
            {
                var folder = new StoreFolder();
                folders.Add(folder);
                return new Neighbourhood(folder.CreateStore(TimeSpan.FromDays(3_650)), folder.Time, WorkflowDefinition.Desk);
            });
        }
        finally
        {
            folders.ForEach(f => f.Dispose());
        }
    }

    private static void Check(int histories, int[] kinds, Func<Neighbourhood> create) =>
        Prop.ForAll(Histories(kinds), steps => HoldsAsync(create(), steps).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(histories).WithStartSize(10).WithEndSize(120).WithReplay(20261121, 1).WithQuietOnSuccess(true));

    private static async Task HoldsAsync(Neighbourhood place, IList<Step> steps)
    {
        await place.OpenAsync();
        foreach (var step in steps)
            await place.TakeAsync(step);

        var (trail, stored) = (await place.TrailAsync(), await place.StoredAsync());
        TrailChecks.TellsTheWholeStory(trail, stored);
        TrailChecks.CountsEveryChangeOfHands(trail, stored);
        TrailChecks.HasOneVoice(trail);
        TrailChecks.KeepsLeases(trail);
        TrailChecks.LosesNoMessage(trail, await place.HistoryAsync(), place.TakenIn);
        ApprovalChecks.HoldFor(trail);
        Assert.All(place.Snapshots, s =>
        {
            Assert.Equal(WaitingReference.Of(trail.Take((int)s.Version)), s.WaitingSince);
            Assert.True(s.Queue is null || s.WaitingSince is not null);
        });
    }

    /// <summary>A history with one step less, or half of it.</summary>
    private static IEnumerable<IList<Step>> Shorter(IList<Step> steps) =>
        (steps.Count > 3 ? new IList<Step>[] { [.. steps.Take(steps.Count / 2)] } : [])
            .Concat(Enumerable.Range(0, steps.Count).Select(IList<Step> (i) => [.. steps.Where((_, at) => at != i)]));

    private static Arbitrary<IList<Step>> Histories(int[] kinds) => Arb.From((
        from kind in Gen.Elements(kinds)
        from who in Gen.Choose(0, 1_000)
        from what in Gen.Choose(0, 1_000)
        from instance in Gen.Choose(0, 1)
        select new Step(kind, who, what, instance)).ListOf().Select(IList<Step> (steps) => [.. steps]), Shorter);
}
