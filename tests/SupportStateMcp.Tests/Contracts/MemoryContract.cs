using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What is remembered alike on every store.</summary>
public abstract partial class MemoryContract
{
    /// <summary>How many random calls are made; a million with <c>SUPPORTSTATE_TEST_MEMORY_CALLS=1000000</c>.</summary>
    private static readonly int s_calls = TestAmounts.MemoryCalls(1_500);

    /// <summary>The desk of one process on this test's data. A second one stands for another process: the two share nothing else but the clock.</summary>
    private protected abstract MemoryDesk Create(MemoryOptions? options = null);

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_remembered_is_recalled_at_once_wherever_it_was_written_and_for_no_other_customer()
    {
        var (here, elsewhere) = (Create(), Create());
        Assert.Empty(await here.TextsAsync("CUST001", "cluster"));

        var remembered = await here.RememberAsync("CUST001", "Runs three clusters on Azure.", topics: ["Kubernetes"]);

        var found = Assert.Single(await elsewhere.RecallAsync("CUST001", "which cluster?"));
        Assert.Equal((remembered.Memory.MemoryId, "CUST001", MemoryKind.Fact, "ai:claude"), (found.MemoryId, found.CustomerId, found.Kind, found.By));
        Assert.Equal(["Runs three clusters on Azure."], await elsewhere.TextsAsync("CUST001", "kubernetes"));
        Assert.Equal(["Runs three clusters on Azure."], await elsewhere.TextsAsync("CUST001", null));
        Assert.Empty(await elsewhere.TextsAsync("CUST002", "cluster"));
        Assert.Empty(await elsewhere.TextsAsync("CUST002", null));
        Assert.Empty(await elsewhere.TextsAsync("CUST001", "cluster", kinds: MemoryKind.Preference));
    }

    [Fact]
    public async Task The_same_text_again_is_a_replay()
    {
        var (here, elsewhere) = (Create(), Create());
        var first = await here.RememberAsync("CUST001", "Runs on Azure.");
        here.Time.Advance(TimeSpan.FromHours(1));

        var again = await elsewhere.RememberAsync("CUST001", " Runs on Azure. ");
        var others = await elsewhere.RememberAsync("CUST002", "Runs on Azure.");

        Assert.True(again.Replayed);
        Assert.Equal(first.Memory, again.Memory with { Topics = first.Memory.Topics });
        Assert.False(others.Replayed);
        Assert.NotEqual(first.Memory.MemoryId, others.Memory.MemoryId);
        Assert.Single((await here.ListAsync("CUST001")).Memories);
    }

    [Fact]
    public async Task A_preference_under_the_same_key_supersedes_the_old_one_which_stays_for_its_time()
    {
        var (here, elsewhere) = (Create(), Create());
        var first = await here.RememberAsync("CUST001", "Wants a call.", MemoryKind.Preference, "contact");
        var then = here.Time.GetUtcNow();
        here.Time.Advance(TimeSpan.FromDays(3));
        var second = await elsewhere.RememberAsync("CUST001", "Wants an e-mail.", MemoryKind.Preference, "contact");

        Assert.Equal((false, first.Memory.MemoryId), (second.Replayed, second.Supersedes));
        Assert.Equal(["Wants an e-mail."], await here.TextsAsync("CUST001", "contact"));
        // Also by the words of the old one: it is the same matter.
        Assert.Equal(["Wants an e-mail."], await here.TextsAsync("CUST001", "call"));
        Assert.Equal(["Wants a call."], await here.TextsAsync("CUST001", "contact", asOf: then));
        Assert.Empty(await here.TextsAsync("CUST001", "contact", asOf: then.AddSeconds(-1)));

        // Back to the first text: it is a new memory, since it is valid from now on.
        here.Time.Advance(TimeSpan.FromDays(1));
        var third = await here.RememberAsync("CUST001", "Wants a call.", MemoryKind.Preference, "contact");
        Assert.Equal((false, second.Memory.MemoryId), (third.Replayed, third.Supersedes));
        var all = (await here.ListAsync("CUST001", all: true)).Memories;
        Assert.Equal(["Wants a call.", "Wants an e-mail.", "Wants a call."], all.Select(m => m.Text));
        Assert.Equal([null, third.Memory.At, second.Memory.At], all.Select(m => m.InvalidAt));
        Assert.Equal((3, 1), ((await here.ListAsync("CUST001", all: true)).Total, (await here.ListAsync("CUST001")).Total));
    }

    [Fact]
    public async Task A_correction_is_valid_at_once_also_where_the_clock_of_its_server_is_ahead()
    {
        var desk = Create();
        await desk.RememberAsync("CUST001", "Wants a call.", MemoryKind.Preference, "contact");
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        // As a server writes it whose clock is an hour ahead.
        var draft = new MemoryDraft
        {
            CustomerId = "CUST001", Kind = MemoryKind.Preference, Key = "contact", Text = "Wants an e-mail.", By = "ai:claude", At = desk.Time.GetUtcNow().AddHours(1),
        };
        Assert.Null((await desk.Get<MemoryParts>().Records.RememberAsync(draft, Stop)).Error);

        Assert.Equal(["Wants an e-mail."], await desk.TextsAsync("CUST001", "contact"));
        Assert.Equal(["Wants an e-mail."], await desk.TextsAsync("CUST001", null));
        Assert.Equal(["Wants an e-mail."], (await desk.ListAsync("CUST001")).Memories.Select(m => m.Text));
        Assert.Equal(["Wants a call."], await desk.TextsAsync("CUST001", "contact", asOf: desk.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Of_two_who_change_one_preference_at_once_one_supersedes_the_other()
    {
        MemoryDesk[] desks = [Create(), Create()];

        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Task.Run(
            () => desks[n % 2].RememberAsync("CUST001", $"Wants number {n}.", MemoryKind.Preference, "number"), Stop)));

        var all = (await desks[0].ListAsync("CUST001", all: true)).Memories;
        Assert.Equal(12, all.Count);
        Assert.Single(all, m => m.InvalidAt is null);
        Assert.Single(await desks[1].TextsAsync("CUST001", "number"));
    }

    [Fact]
    public async Task What_is_forgotten_is_found_by_nothing_and_the_trail_says_so_without_its_text()
    {
        var (here, elsewhere) = (Create(), Create());
        var kept = await here.RememberAsync("CUST001", "Runs on Azure.");
        var plain = await here.RememberAsync("CUST001", "Was angry about zebras.");
        var old = await here.RememberAsync("CUST001", "Wants zebras.", MemoryKind.Preference, "animal");
        here.Time.Advance(TimeSpan.FromDays(1));
        await here.RememberAsync("CUST001", "Wants giraffes.", MemoryKind.Preference, "animal");
        Assert.Equal(2, (await elsewhere.TextsAsync("CUST001", "zebras")).Count);

        await elsewhere.ForgetAsync(plain.Memory.MemoryId, "unkind");
        await here.ForgetAsync(old.Memory.MemoryId);

        foreach (var desk in (MemoryDesk[])[here, elsewhere, Create()])
        {
            Assert.Empty(await desk.TextsAsync("CUST001", "zebras"));
            Assert.Empty(await desk.TextsAsync("CUST001", "zebra animal", asOf: old.Memory.At, kinds: MemoryKind.Preference));
            Assert.Equal(["Wants giraffes.", "Runs on Azure."], await desk.TextsAsync("CUST001", null));
            Assert.Equal(["Wants giraffes.", "Runs on Azure."], (await desk.ListAsync("CUST001", all: true)).Memories.Select(m => m.Text));
            Assert.Equal(2, desk.Index.Search(SearchQuery.Of("zebras giraffes azure angry"), 10, _ => true).Count);
        }

        Assert.Equal(
            [(old.Memory.MemoryId, ForgottenBecause.Asked, "asked for"), (plain.Memory.MemoryId, ForgottenBecause.Asked, "unkind")],
            (await here.ListAsync("CUST001")).Forgotten.Select(f => (f.MemoryId, f.Because, f.Reason)));
        Assert.DoesNotContain("zebra", await RecordsAsync(here), StringComparison.OrdinalIgnoreCase);
        var again = await here.Memory.ForgetAsync(
            new Forget { Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, MemoryId = plain.Memory.MemoryId, Reason = "again" }, Stop);
        Assert.IsType<Errors.NoSuchMemory>(again.Error);
        Assert.NotNull(kept.Memory);
    }

    [Fact]
    public async Task A_supervisor_forgets_all_that_is_remembered_of_a_customer_and_nothing_else()
    {
        var (here, elsewhere) = (Create(), Create());
        await here.RememberAsync("CUST001", "Was angry about zebras.");
        await here.RememberAsync("CUST001", "Wants zebras.", MemoryKind.Preference, "animal");
        await here.RememberAsync("CUST001", "Wants zebras no more.", MemoryKind.Preference, "animal");
        await here.RememberAsync("CUST001", "A reset helps.", MemoryKind.Solution);
        await here.RememberAsync("CUST002", "Wants lions.");
        await here.ProfileAsync("CUST001", """{"animal": "zebra"}""");
        await here.ProfileAsync("CUST002", """{"animal": "lion"}""");
        var command = new ForgetCustomer { Actor = new Actor(ActorKind.Human, "sue"), Roles = Roles.Supervisor, CustomerId = "CUST001", Reason = "asked for" };

        Assert.IsType<Errors.NotAuthorized>((await elsewhere.Memory.ForgetAsync(command with { Roles = Roles.Agent }, Stop)).Error);
        Assert.Equal(new ForgottenCustomer("CUST001", 3, Profile: true), (await elsewhere.Memory.ForgetAsync(command, Stop)).Value);
        Assert.Equal(new ForgottenCustomer("CUST001", 0, Profile: false), (await here.Memory.ForgetAsync(command, Stop)).Value);

        var left = await here.ListAsync("CUST001", all: true);
        Assert.Empty(left.Memories);
        Assert.Equal(Enumerable.Repeat(("human:sue", "asked for"), 3), left.Forgotten.Select(f => (f.By, f.Reason!)));
        Assert.True((await here.Memory.ProfileAsync("CUST001", Stop)).Value.IsEmpty);
        Assert.DoesNotContain("zebra", await RecordsAsync(here), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["Wants lions.", "A reset helps."], (await here.TextsAsync("CUST002", null)).OrderDescending());
        Assert.False((await here.Memory.ProfileAsync("CUST002", Stop)).Value.IsEmpty);
    }

    [Fact]
    public async Task A_solution_is_recalled_for_every_customer_and_says_nothing_of_the_one_it_came_from()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "I look at it.");

        var solution = await desk.RememberAsync(null, "A reset of the token ends the login loop.", MemoryKind.Solution, conversation: id);
        var fact = await desk.RememberAsync(null, "Logs in from two offices.", conversation: id);

        Assert.Null(solution.Memory.CustomerId);
        Assert.Equal(("CUST001", "cs-TKT-1"), (fact.Memory.CustomerId, fact.Memory.ConversationId));
        var found = Assert.Single(await desk.RecallAsync("CUST002", "login token"));
        Assert.Equal((null, null, "A reset of the token ends the login loop."), (found.CustomerId, found.ConversationId, found.Text));
        Assert.Equal(2, (await desk.RecallAsync("CUST001", "login token offices logs")).Count);
        var refused = (await desk.TryRememberAsync("CUST001", "Ask maria@example.com.", MemoryKind.Solution)).Error;
        Assert.Equal(["email"], Assert.IsType<Errors.PersonalData>(refused).Kinds);
        Assert.IsType<Errors.NotFound>((await desk.TryRememberAsync(null, "x", conversation: TestConversations.Id("NONE"))).Error);
        Assert.Equal("customer_id", Assert.IsType<Errors.InvalidArgument>((await desk.TryRememberAsync(null, "x")).Error).Argument);
        Assert.Equal("customer_id", Assert.IsType<Errors.InvalidArgument>((await desk.TryRememberAsync("CUST002", "x", conversation: id)).Error).Argument);
        Assert.Equal("key", Assert.IsType<Errors.InvalidArgument>((await desk.TryRememberAsync("CUST001", "x", MemoryKind.Episode, "k")).Error).Argument);
    }

    [Fact]
    public async Task Without_a_question_the_newest_solutions_do_not_crowd_out_what_is_known_of_the_customer()
    {
        var desk = Create();
        for (var n = 1; n <= 6; n++)
            await desk.RememberAsync("CUST001", $"Own {n}.");
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        for (var n = 1; n <= 6; n++)
            await desk.RememberAsync(null, $"Solution {n}.", MemoryKind.Solution, conversation: await desk.OpenAsync($"TKT-{n}", "CUST002", Problem, Answer));

        Assert.Equal(1, (await desk.RecallAsync("CUST001", null)).Count(m => m.Kind == MemoryKind.Solution));
        Assert.Equal(5, (await desk.RecallAsync("CUST001", null)).Count);
        Assert.Equal((11, 5), await CountAsync(20));
        Assert.Equal((3, 0), await CountAsync(3));
        Assert.Equal(5, (await desk.RecallAsync("CUST001", null, 5, null, MemoryKind.Solution)).Count);
        Assert.Equal(5, (await desk.RecallAsync("CUST001", "solution")).Count(m => m.Kind == MemoryKind.Solution));

        async Task<(int All, int Solutions)> CountAsync(int k)
        {
            var recalled = await desk.RecallAsync("CUST001", null, k);
            return (recalled.Count, recalled.Count(m => m.Kind == MemoryKind.Solution));
        }
    }

    [Fact]
    public async Task A_profile_is_changed_by_merge_patches()
    {
        var (here, elsewhere) = (Create(), Create());
        Assert.Equal((0, true), ((await here.Memory.ProfileAsync("CUST001", Stop)).Value.Version, (await here.Memory.ProfileAsync("CUST001", Stop)).Value.IsEmpty));

        await here.ProfileAsync("CUST001", """{"contact": {"channel": "mail", "hours": "9-17"}, "tone": "short"}""", """{"refunds": 1}""");
        var second = (await elsewhere.ProfileAsync("CUST001", """{"contact": {"hours": null, "language": "de", "more": {"x": null, "y": 1}}, "tone": null}""")).Value;
        var same = (await here.ProfileAsync("CUST001", """{"tone": null}""", """{"refunds": 1}""")).Value;

        Assert.Equal("""{"contact":{"channel":"mail","language":"de","more":{"y":1}}}""", second.Profile.Preferences.GetRawText());
        Assert.Equal("""{"refunds":1}""", second.Profile.History.GetRawText());
        Assert.Equal((2, false), (same.Profile.Version, same.Changed));
        Assert.IsType<Errors.RecordConflict>((await here.ProfileAsync("CUST001", """{"a": 1}""", expectedVersion: 1)).Error);
        Assert.True((await here.Memory.ProfileAsync("CUST002", Stop)).Value.IsEmpty);
        Assert.Equal("preferences", Assert.IsType<Errors.InvalidArgument>((await here.ProfileAsync("CUST001", $$"""{"a": "{{new string('x', 33_000)}}"}""")).Error).Argument);
        await here.ProfileAsync("CUST001", $$"""{"a": "{{new string('x', 20_000)}}"}""");
        Assert.IsType<Errors.InvalidArgument>((await here.ProfileAsync("CUST001", null, $$"""{"a": "{{new string('x', 20_000)}}"}""")).Error);
    }

    [Fact]
    public async Task Values_of_a_session_are_shared_until_they_expire()
    {
        var (here, elsewhere) = (Create(), Create());
        var id = await here.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "I look at it.");
        var other = await here.OpenAsync("TKT-2", "CUST001", "Cannot log in.", "I look at it.");

        await here.SetAsync(id, "step", "\"reset\"", 60);
        await elsewhere.SetAsync(id, "data", """{"tries": [1, 2]}""", 600);
        await here.SetAsync(other, "step", "1");

        Assert.Equal("""data={"tries":[1,2]} step="reset" """.TrimEnd(), await elsewhere.SharedAsync(id));
        here.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("""data={"tries":[1,2]}""", await here.SharedAsync(id));
        await elsewhere.SetAsync(id, "step", "2");
        await here.SetAsync(id, "data", null);
        Assert.Equal("step=2", await here.SharedAsync(id));
        here.Time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal("", await here.SharedAsync(id));
        Assert.IsType<Errors.NotFound>((await here.Memory.SessionAsync(TestConversations.Id("NONE"), Stop)).Error);
        Assert.IsType<Errors.NotFound>((await here.SetAsync(TestConversations.Id("NONE"), "a", "1")).Error);
    }

    [Fact]
    public async Task A_session_is_bounded_and_ends_with_its_conversation()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "I look at it.");
        for (var n = 0; n < MemoryLimits.SessionValues; n++)
            Assert.Null((await desk.SetAsync(id, $"k{n}", $"{n}")).Error);

        Assert.IsType<Errors.SessionFull>((await desk.SetAsync(id, "one more", "1")).Error);
        Assert.Null((await desk.SetAsync(id, "k0", "2")).Error);
        Assert.IsType<Errors.InvalidArgument>((await desk.SetAsync(id, "k0", $"\"{new string('x', 17_000)}\"")).Error);
        Assert.IsType<Errors.InvalidArgument>((await desk.SetAsync(id, "k0", "1", 86_401)).Error);

        desk.Time.Advance(TimeSpan.FromSeconds(1));
        await desk.DoAsync(TestConversations.Erase(id), TestConversations.Initialize(id, "CUST009"));
        Assert.Equal("", await desk.SharedAsync(id));
        await desk.Work.WhenDoneAsync();
        Assert.Null((await desk.SetAsync(id, "new", "1")).Error);
        Assert.Equal("new=1", await desk.SharedAsync(id));
    }

    [Fact]
    public async Task A_session_is_never_longer_than_one_answer()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "I look at it.");
        var text = $"\"{new string('ä', 1_000)}{new string('x', 2_200)}\"";
        var set = 0;
        while ((await desk.SetAsync(id, $"note {set}", text)).Error is null)
            set++;

        Assert.Equal(9, set);
        Assert.IsType<Errors.SessionFull>((await desk.SetAsync(id, "one more", text)).Error);
        Assert.Null((await desk.SetAsync(id, "note 0", text)).Error);
        Assert.Null((await desk.SetAsync(id, "short", "1")).Error);
        await desk.SetAsync(id, "note 1", null);
        Assert.Null((await desk.SetAsync(id, "one more", text)).Error);
        desk.Time.Advance(TimeSpan.FromSeconds(301));
        Assert.Null((await desk.SetAsync(id, "another", text)).Error);
        Assert.Equal($"another={text}", await desk.SharedAsync(id));
    }

    [Fact]
    public async Task Forgetting_by_age_by_inactivity_and_by_number_is_said_in_the_trail()
    {
        var options = new MemoryOptions { MaxAge = TimeSpan.FromDays(100), MaxIdle = TimeSpan.FromDays(30), MostPerCustomer = 3 };
        var (here, elsewhere) = (Create(options), Create(options));
        var used = await here.RememberAsync("CUST001", "Uses lions.");
        var idle = await here.RememberAsync("CUST001", "Uses tigers.");
        here.Time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(["Uses lions."], await here.TextsAsync("CUST001", "lions"));
        await here.Upkeep.SweepAsync(Stop);
        here.Time.Advance(TimeSpan.FromDays(11));

        Assert.Equal(1, await elsewhere.Upkeep.ForgetAsync(Stop));
        Assert.Equal(0, await here.Upkeep.ForgetAsync(Stop));
        Assert.Equal(["Uses lions."], await here.TextsAsync("CUST001", null));

        foreach (var animal in (string[])["wolves", "bears", "zebras"])
        {
            here.Time.Advance(TimeSpan.FromMinutes(1));
            await here.RememberAsync("CUST001", $"Uses {animal}.");
        }

        Assert.Equal(["Uses zebras.", "Uses bears.", "Uses wolves."], await elsewhere.TextsAsync("CUST001", null));
        here.Time.Advance(TimeSpan.FromDays(80));
        Assert.Equal(3, await here.Upkeep.ForgetAsync(Stop));

        Assert.Equal(
            [ForgottenBecause.Inactivity, ForgottenBecause.Inactivity, ForgottenBecause.Inactivity, ForgottenBecause.Number, ForgottenBecause.Inactivity],
            (await here.ListAsync("CUST001")).Forgotten.Select(f => f.Because));
        Assert.Equal([used.Memory.MemoryId, idle.Memory.MemoryId], (await here.ListAsync("CUST001")).Forgotten.TakeLast(2).Select(f => f.MemoryId));
        Assert.Empty((await elsewhere.ListAsync("CUST001")).Memories);
    }

    [Fact]
    public async Task What_is_recalled_again_and_again_is_forgotten_by_age_alone()
    {
        var desk = Create(new MemoryOptions { MaxAge = TimeSpan.FromDays(50), MaxIdle = TimeSpan.FromDays(30) });
        var old = await desk.RememberAsync("CUST001", "Uses lions.");
        for (var n = 0; n < 2; n++)
        {
            desk.Time.Advance(TimeSpan.FromDays(20));
            Assert.Single(await desk.TextsAsync("CUST001", "lions"));
            await desk.Upkeep.SweepAsync(Stop);
            Assert.Equal(0, await desk.Upkeep.ForgetAsync(Stop));
        }

        desk.Time.Advance(TimeSpan.FromDays(10));
        Assert.Equal(1, await desk.Upkeep.ForgetAsync(Stop));
        Assert.Equal((old.Memory.MemoryId, ForgottenBecause.Age), ((await desk.ListAsync("CUST001")).Forgotten[0].MemoryId, (await desk.ListAsync("CUST001")).Forgotten[0].Because));
    }

    [Fact]
    public async Task What_was_recalled_a_moment_ago_is_not_forgotten_for_inactivity()
    {
        var desk = Create(new MemoryOptions { MaxIdle = TimeSpan.FromDays(30) });
        await desk.RememberAsync("CUST001", "Uses lions.");
        desk.Time.Advance(TimeSpan.FromDays(31));
        Assert.Single(await desk.TextsAsync("CUST001", "lions"));

        Assert.Equal(0, await desk.Upkeep.ForgetAsync(Stop));

        Assert.Single(await desk.TextsAsync("CUST001", "lions"));
    }

    [Fact]
    public async Task What_was_remembered_anew_since_it_was_looked_at_is_not_forgotten_for_the_number()
    {
        var (many, few) = (Create(), Create(new MemoryOptions { MostPerCustomer = 1 }));
        await many.RememberAsync("CUST001", "Wants a call.", MemoryKind.Preference, "contact");
        many.Time.Advance(TimeSpan.FromMinutes(1));
        await many.RememberAsync("CUST001", "Uses lions.");
        Assert.Equal(2, (await few.ListAsync("CUST001")).Memories.Count);

        // Remembered where the index of the other process does not follow at once.
        many.Time.Advance(TimeSpan.FromMinutes(1));
        var draft = new MemoryDraft { CustomerId = "CUST001", Kind = MemoryKind.Preference, Key = "contact", Text = "Wants an e-mail.", By = "ai:claude" };
        Assert.Null((await many.Get<MemoryParts>().Records.RememberAsync(draft, Stop)).Error);
        await few.Get<MemoryParts>().Forgetting.TrimAsync("CUST001", null, Stop);

        Assert.Contains("Wants an e-mail.", await many.TextsAsync("CUST001", null));
    }

    [Fact]
    public async Task What_is_remembered_while_the_clock_is_behind_is_not_forgotten_for_the_number()
    {
        var desk = Create(new MemoryOptions { MostPerCustomer = 1 });
        await desk.RememberAsync("CUST001", "Uses lions.");
        desk.Time.Advance(TimeSpan.FromDays(-1));

        await desk.RememberAsync("CUST001", "Uses tigers.");

        Assert.Equal(["Uses tigers."], await desk.TextsAsync("CUST001", null));
    }

    [Fact]
    public async Task The_trail_does_not_tell_of_a_memory_that_was_not_forgotten_after_all()
    {
        var desk = Create();
        var old = await desk.RememberAsync("CUST001", "Wants a call.", MemoryKind.Preference, "contact");
        var records = new RecordsAround(desk.Records)
        {
            // It is remembered anew after the trail was written, and before it is forgotten.
            BeforeDelete = async () =>
            {
                desk.Time.Advance(TimeSpan.FromMinutes(1));
                await desk.RememberAsync("CUST001", "Wants an e-mail.", MemoryKind.Preference, "contact");
            },
        };
        var forgetting = new MemoryRecords(records, new MemoryTrail(records), desk.Time, NullLogger<MemoryRecords>.Instance);

        var forgotten = await forgetting.ForgetAsync(
            MemoryDocument.RecordOf(old.Memory.MemoryId)!, (d, _) => d.Texts.Count == 1, ForgottenBecause.Number, "system:memory", null, Stop);

        Assert.Empty(forgotten);
        var list = await desk.ListAsync("CUST001", all: true);
        Assert.Equal(["Wants an e-mail.", "Wants a call."], list.Memories.Select(m => m.Text));
        Assert.Empty(list.Forgotten);
    }

    [Fact]
    public async Task No_memory_of_one_customer_is_ever_in_anothers_answer_and_no_forgotten_one_in_any()
    {
        // At most so many are kept; then as many are forgotten as come, so that a million calls end within minutes.
        const int Remembered = 500;
        var random = new Random(20261129);
        var time = Create().Time;
        MemoryDesk[] desks = [Create(), Create()];
        string[] words = ["login", "refund", "invoice", "cluster", "sidecar", "password", "upgrade", "token", "mail", "zebra"];
        var (texts, forgotten, known) = (new Dictionary<string, string>(), new HashSet<string>(), new List<string>());
        MemoryKind[] kinds = Enum.GetValues<MemoryKind>();

        for (var call = 0; call < s_calls; call++)
        {
            var (desk, customer) = (desks[random.Next(2)], $"CUST{random.Next(8)}");
            var roll = random.Next(100);
            if (roll < 25 && known.Count < Remembered)
            {
                var kind = kinds[random.Next(kinds.Length)];
                var key = kind is MemoryKind.Fact or MemoryKind.Preference && random.Next(2) == 0 ? words[random.Next(3)] : null;
                var text = $"{string.Join(' ', random.GetItems(words, 3))} of {(kind == MemoryKind.Solution ? "all" : customer)} {random.Next(200)}";
                var remembered = await AnsweredAsync(() => desk.TryRememberAsync(customer, text, kind, key));
                texts[remembered.Memory.MemoryId] = kind == MemoryKind.Solution ? "" : customer;
                forgotten.Remove(remembered.Memory.MemoryId);
                known.Add(remembered.Memory.MemoryId);
            }
            else if (roll < 35 && known.Count > 0)
            {
                var id = known[random.Next(known.Count)];
                known.Remove(id);
                await AnsweredAsync(async () =>
                {
                    var gone = await desk.Memory.ForgetAsync(new Forget { Actor = MemoryDesk.Bot.Actor, Roles = MemoryDesk.Bot.Roles, MemoryId = id, Reason = "test" }, Stop);
                    return gone.Error is Errors.NoSuchMemory ? true : gone.Error is { } error ? error : (Result<bool>)true;
                });
                known.RemoveAll(k => k == id);
                forgotten.Add(id);
            }
            else
            {
                var asOf = random.Next(4) == 0 ? time.GetUtcNow() - TimeSpan.FromMinutes(random.Next(200)) : (DateTimeOffset?)null;
                var query = random.Next(8) == 0 ? null : string.Join(' ', random.GetItems(words, random.Next(1, 4)).Append($"CUST{random.Next(8)}"));
                var (k, of) = (random.Next(1, 21), random.Next(3) == 0 ? (MemoryKind[])[kinds[random.Next(kinds.Length)]] : []);
                foreach (var memory in (await AnsweredAsync(() => desk.Memory.RecallAsync(MemoryDesk.Bot, customer, query, of, k, asOf, Stop))).Memories)
                {
                    Assert.True(memory.CustomerId == customer || (memory.CustomerId is null && memory.Kind == MemoryKind.Solution), $"{customer} was told {memory}");
                    Assert.Contains(memory.CustomerId is null ? " of all " : $" of {customer} ", memory.Text, StringComparison.Ordinal);
                    Assert.Equal(memory.CustomerId ?? "", texts[memory.MemoryId]);
                    Assert.DoesNotContain(memory.MemoryId, forgotten);
                    Assert.True(asOf is null ? memory.InvalidAt is null : memory.At <= asOf && !(memory.InvalidAt <= asOf));
                }
            }

            if (random.Next(10) == 0)
                time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>What a call answers; one that finds the store slow is made again, as an agent would.</summary>
    private static async Task<T> AnsweredAsync<T>(Func<ValueTask<Result<T>>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await call();
            if (result.Error?.Code != ErrorCodes.StoreUnavailable || attempt == 10)
                return result.Value;
        }
    }

    /// <summary>All that the store holds of memories, in one text.</summary>
    private static async Task<string> RecordsAsync(MemoryDesk desk)
    {
        var text = new StringBuilder();
        foreach (var kind in (string[])["memory", "memory_trail", "memory_work", "memory_vectors"])
        {
            foreach (var change in (await desk.Records.ReadChangesAsync(kind, null, 500, Stop)).Changes)
                text.AppendLine(change.Record is { } record ? Encoding.UTF8.GetString(record.Content.Span) : "");
        }

        return text.ToString();
    }
}
