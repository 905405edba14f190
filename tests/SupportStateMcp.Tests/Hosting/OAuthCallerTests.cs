using System.Text.Json;
using SupportStateMcp.Hosting;
using SupportStateMcp.Hosting.Http;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>Who an access token stands for, by its claims alone.</summary>
public class OAuthCallerTests
{
    private static readonly OAuthOptions s_options = new("https://login.example", "desk");

    [Theory]
    [InlineData("""{"sub":"u-1","client_id":"web"}""", "human:u-1")]
    [InlineData("""{"sub":"u-1","azp":"web"}""", "human:u-1")]
    [InlineData("""{"sub":"u-1","cid":"web"}""", "human:u-1")]
    [InlineData("""{"sub":"bot","client_id":"bot"}""", "ai:bot")]
    [InlineData("""{"sub":"bot","client_id":"other","azp":"bot"}""", "ai:other")]
    [InlineData("""{"client_id":"bot"}""", "ai:bot")]
    [InlineData("""{"sub":"","client_id":"bot"}""", "ai:bot")]
    [InlineData("""{"sub":7,"client_id":"bot"}""", "ai:bot")]
    [InlineData("""{"sub":"u-1"}""", "ai:u-1")]
    [InlineData("""{"sub":"u-1","azp":"bot","gty":"client-credentials"}""", "ai:bot")]
    [InlineData("""{"sub":"u-1","azp":"bot","idtyp":"app"}""", "ai:bot")]
    [InlineData("""{"sub":"u-1","azp":"bot","preferred_username":"service-account-bot"}""", "ai:bot")]
    [InlineData("""{"sub":"bot@clients","azp":"bot"}""", "ai:bot")]
    [InlineData("""{"sub":"u-1","azp":"bot","act":{"sub":"bot"}}""", "ai:bot")]
    [InlineData("""{"sub":"7f3c","oid":"7f3c","azp":"bot"}""", "ai:bot")]
    [InlineData("""{"sub":"u-1","oid":"7f3c","azp":"web"}""", "human:u-1")]
    [InlineData("""{}""", null)]
    [InlineData("""{"sub":"two words","client_id":"web"}""", null)]
    public void What_is_no_person_for_sure_is_a_program(string claims, string? actor) => Assert.Equal(actor, Read(claims).Caller?.Actor.ToString());

    [Theory]
    [InlineData("""{"sub":"u-1","client_id":"web","email":"alice@example.com"}""", "human:alice@example.com")]
    [InlineData("""{"sub":"u-1","client_id":"web"}""", "ai:web")]
    public void Another_claim_can_be_the_id_of_people(string claims, string actor) =>
        Assert.Equal(actor, Read(claims, s_options with { ActorClaim = "email" }).Caller?.Actor.ToString());

    [Theory]
    [InlineData("""{"sub":"u-1","azp":"web","scp":"desk"}""", "human:u-1")]
    [InlineData("""{"sub":"u-1","scp":"desk"}""", "human:u-1")]
    [InlineData("""{"sub":"u-1","azp":"web"}""", "ai:web")]
    [InlineData("""{"sub":"web","azp":"web","scp":"desk"}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":["desk"]}""", "human:u-1")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":""}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":" "}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":[]}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":[""]}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":null}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":false}""", "ai:web")]
    [InlineData("""{"sub":"u-1","azp":"web","scp":"desk","act":{"sub":"bot"}}""", "ai:web")]
    public void A_claim_can_be_named_that_people_alone_have(string claims, string actor) =>
        Assert.Equal(actor, Read(claims, s_options with { PersonClaim = "scp" }).Caller?.Actor.ToString());

    [Theory]
    [InlineData("""{"roles":["approver","agent"]}""", "roles", Roles.Agent | Roles.Approver)]
    [InlineData("""{"roles":"agent approver"}""", "roles", Roles.Agent | Roles.Approver)]
    [InlineData("""{"roles":["Supervisor","hr-admin",3,null]}""", "roles", Roles.Supervisor)]
    [InlineData("""{"roles":["none"]}""", "roles", Roles.Agent)]
    [InlineData("""{"roles":{"approver":true}}""", "roles", Roles.Agent)]
    [InlineData("""{}""", "roles", Roles.Agent)]
    [InlineData("""{"realm_access":{"roles":["auditor"]}}""", "realm_access.roles", Roles.Auditor)]
    [InlineData("""{"https://desk.example/roles":["approver"]}""", "https://desk.example/roles", Roles.Approver)]
    public void Roles_of_ours_count_and_no_others(string claims, string path, Roles roles)
    {
        var all = JsonElement.Parse(claims).EnumerateObject().Select(p => $"\"{p.Name}\":{p.Value.GetRawText()}");
        Assert.Equal(roles, Read($$"""{ {{string.Join(',', all.Append("\"sub\":\"u-1\",\"client_id\":\"web\""))}} }""", s_options with { RolesClaim = path }).Caller?.Roles);
    }

    [Theory]
    [InlineData("""["agent","approver","supervisor"]""", Roles.Agent)]
    [InlineData("""["auditor","approver"]""", Roles.Auditor)]
    [InlineData("""["approver"]""", null)]
    [InlineData("""["supervisor"]""", null)]
    public void No_program_has_the_roles_of_who_decides(string roles, Roles? left)
    {
        var (caller, refusal) = Read($$"""{"sub":"pay","client_id":"pay","roles":{{roles}}}""");

        Assert.Equal((left, left is null ? 403 : null), (caller?.Roles, refusal?.Status));
    }

    [Fact]
    public void No_program_has_them_by_default() =>
        Assert.Equal(Roles.Agent, Read("""{"sub":"pay","client_id":"pay"}""", s_options with { DefaultRoles = Roles.Agent | Roles.Approver }).Caller?.Roles);

    [Fact]
    public void A_token_without_a_role_can_be_refused()
    {
        var (caller, refusal) = Read("""{"sub":"u-1","client_id":"web","roles":["hr-admin"]}""", s_options with { DefaultRoles = Roles.None });

        Assert.Null(caller);
        Assert.Equal(403, refusal!.Status);
    }

    private static (Caller? Caller, BearerRefusal? Refusal) Read(string claims, OAuthOptions? options = null) => OAuthCaller.Read(JsonElement.Parse(claims), options ?? s_options);
}
