using System.Text.Json;
using Snapshooter.Xunit3;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>approvals</c>, <c>approve</c>, <c>reject</c>.</summary>
public sealed class ApprovalTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task What_waits_for_a_decision_is_shown_by_deadline()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), AskFor("TKT-1", quorum: 2), Escalate("TKT-1", queue: "billing"));
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-2"), AskFor("TKT-2", "close_account", """{"account": 7}""", expiresIn: TimeSpan.FromHours(3.5)), AskFor("TKT-2", "gone", expiresIn: TimeSpan.FromSeconds(10)));

        var (exitCode, output, errors) = await _place.RunAsync("approvals");

        Assert.Equal((0, ""), (exitCode, errors));
        Snapshot.Match(CliPlace.Screen(output));
        Assert.Equal(["cs-TKT-1"], TestConversations(await _place.JsonAsync("approvals", "--queue", "billing")));
        Assert.Equal(["cs-TKT-2"], TestConversations(await _place.JsonAsync("approvals", "--conversation", "cs-TKT-2")));
        Assert.Equal((0, "Nothing waits for a decision.\n", ""), await _place.RunAsync("approvals", "--queue", "sales"));
        Assert.Equal("not_found", (await _place.RefusalAsync("approvals", "--conversation", "cs-NONE")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_yes_grants_what_was_asked_for_and_a_second_decision_learns_of_the_first()
    {
        var id = await AskAsync();

        var approved = await _place.RunAsync("approve", id, "--notes", "checked", "--as", "human:alice");
        var late = await _place.RefusalAsync("reject", id, "--as", "human:bob");

        Assert.Equal((0, $"{id} is granted: refund {{\"order\":\"A-17\",\"amount\":612.40}}, once.\n", ""), approved);
        Assert.Equal(("already_decided", "granted"), (late.GetProperty("code").GetString(), late.GetProperty("status").GetString()));
        Assert.Equal("human:alice", late.GetProperty("decided_by")[0].GetString());
        Assert.Equal("""{"approvals":[],"total":0}""", (await _place.JsonAsync("approvals")).GetRawText());
    }

    [Fact]
    public async Task A_no_is_final()
    {
        var id = await AskAsync(quorum: 2);

        var refused = await _place.JsonAsync("reject", id, "--notes", "too much", "--as", "human:alice");
        var late = await _place.RefusalAsync("approve", id, "--as", "human:bob");

        Assert.Equal("refused", refused.GetProperty("status").GetString());
        Assert.Equal(("human:alice", false, "too much"), Vote(refused));
        Assert.Equal("already_decided", late.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_quorum_takes_as_many_people()
    {
        var id = await AskAsync(quorum: 2);

        var first = await _place.RunAsync("approve", id, "--as", "human:alice");
        var same = await _place.RefusalAsync("approve", id, "--as", "human:alice");
        var second = await _place.JsonAsync("approve", id, "--as", "human:bob");

        Assert.Equal((0, $"{id}: 1 of 2 have said yes; it waits for more.\n", ""), first);
        Assert.Equal("already_decided", same.GetProperty("code").GetString());
        Assert.Equal(("granted", 2), (second.GetProperty("status").GetString(), second.GetProperty("yes").GetInt32()));
    }

    [Fact]
    public async Task Other_arguments_can_be_approved_in_the_place_of_those_asked_for()
    {
        var id = await AskAsync();

        var approved = await _place.JsonAsync("approve", id, "--arguments", """{"order": "A-17", "amount": 500}""");

        Assert.Equal(500, approved.GetProperty("arguments").GetProperty("amount").GetDecimal());
        Assert.Equal(612.40m, approved.GetProperty("proposed_arguments").GetProperty("amount").GetDecimal());
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("reject")]
    public async Task A_decision_on_what_was_seen_counts_for_nothing_else(string decision)
    {
        var id = await AskAsync(quorum: 2);
        var seen = (await _place.JsonAsync("approvals")).GetProperty("approvals")[0].GetProperty("digest").GetString()!;
        var changed = await _place.JsonAsync("approve", id, "--digest", seen, "--arguments", """{"order": "A-17", "amount": 500}""", "--as", "human:alice");

        var late = await _place.RefusalAsync(decision, id, "--digest", seen, "--as", "human:bob");

        Assert.Equal(("approval_changed", changed.GetProperty("digest").GetString()), (late.GetProperty("code").GetString(), late.GetProperty("digest").GetString()));
        Assert.Equal("pending", (await _place.JsonAsync("approvals")).GetProperty("approvals")[0].GetProperty("status").GetString());
        var decided = await _place.JsonAsync(decision, id, "--digest", late.GetProperty("digest").GetString()!, "--as", "human:bob");
        Assert.Equal(decision == "approve" ? "granted" : "refused", decided.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"amount": 1, "amount": 2}""")]
    [InlineData("""{"note": "\ud800"}""")]
    [InlineData("""{"a": [{"\udc00": 1}]}""")]
    [InlineData("""{"\u0000": 1}""")]
    [InlineData("""{"": 1}""")]
    public async Task Arguments_that_are_no_plain_object_are_refused(string json)
    {
        var id = await AskAsync();

        Assert.Equal("--arguments", (await _place.RefusalAsync("approve", id, "--arguments", json)).GetProperty("argument").GetString());
        Assert.Equal(1, (await _place.JsonAsync("approvals")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Who_asked_cannot_approve_nor_can_who_is_not_trusted_with_it()
    {
        var id = await AskAsync(by: new Actor(ActorKind.Human, "alice"));

        var own = await _place.RefusalAsync("approve", id, "--as", "human:alice", "--roles", "supervisor");
        var untrusted = await _place.RefusalAsync("approve", id, "--as", "human:bob", "--roles", "agent");

        Assert.Equal(("not_authorized", "other_than:human:alice"), (own.GetProperty("code").GetString(), own.GetProperty("needs")[0].GetString()));
        Assert.Equal(["kind:human", "role:approver"], untrusted.GetProperty("needs").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(0, (await _place.JsonAsync("approvals")).GetProperty("approvals")[0].GetProperty("votes").GetArrayLength());
    }

    [Fact]
    public async Task After_its_deadline_nothing_is_granted()
    {
        var asked = await _place.PrepareAsync(TimeSpan.FromHours(1), Open("TKT-1"), AskFor("TKT-1", expiresIn: TimeSpan.FromMinutes(30)));

        var late = await _place.RefusalAsync("approve", asked.Conversation.Approvals[0].ApprovalId);

        Assert.Equal("approval_expired", late.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("ap-00000000-NONE", "not_found")]
    [InlineData("TKT-1", "invalid_argument")]
    public async Task An_approval_that_is_none_is_refused(string id, string code)
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"));

        Assert.Equal(code, (await _place.RefusalAsync("approve", id)).GetProperty("code").GetString());
    }

    public void Dispose() => _place.Dispose();

    private async Task<string> AskAsync(int quorum = 1, Actor? by = null)
    {
        var asked = await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), AskFor("TKT-1", quorum: quorum, by: by));
        return asked.Conversation.Approvals[0].ApprovalId;
    }

    private static (string?, bool, string?) Vote(JsonElement approval) =>
        approval.GetProperty("votes")[0] is var v ? (v.GetProperty("by").GetString(), v.GetProperty("approved").GetBoolean(), v.GetProperty("notes").GetString()) : default;

    private static IEnumerable<string?> TestConversations(JsonElement approvals) =>
        approvals.GetProperty("approvals").EnumerateArray().Select(a => a.GetProperty("conversation_id").GetString());
}
