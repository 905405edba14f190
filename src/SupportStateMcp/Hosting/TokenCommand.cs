using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Hosting;

/// <summary><c>token create</c>: makes a bearer token, and the entry of <c>http.tokens</c> that knows it again.</summary>
public static class TokenCommand
{
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The command.</summary>
    /// <param name="actor">The option <c>--actor</c> of the whole command line.</param>
    /// <param name="roles">The option <c>--roles</c> of the whole command line.</param>
    /// <param name="toolsets">The option <c>--toolsets</c>.</param>
    public static Command Create(Option<string?> actor, Option<string?> roles, Option<string?> toolsets)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object: token, sha256, actor, roles, and toolsets and expires where they are given." };
        var expires = new Option<string?>("--expires-in") { Description = "How long it counts, for example 90d, 12h or 30m. Default: until its entry is removed.", HelpName = "TIME" };
        var create = new Command("create", "Make a token for --actor with --roles. It is printed once, and kept nowhere.") { toolsets, expires, json };
        create.Validators.Add(r =>
        {
            var who = r.GetValue(actor);
            if (who is null)
                r.AddError("--actor says whose token it is, for example --actor human:alice.");
            else if (OptionsReader.ParseActor(who) is null)
                r.AddError($"--actor: {OptionsReader.NoActor(who)}");
            if (r.GetValue(roles) is { } list && RoleNames.TryParse(list) is null)
                r.AddError($"--roles: {OptionsReader.NoRoles(list)}");
            if (r.GetValue(expires) is { } span && DurationText.TryParse(span) is null)
                r.AddError($"--expires-in: '{span}' is no time; use a whole number with s, m, h or d behind it, such as 90d, at most 3650d.");
            foreach (var unknown in Sets(r.GetValue(toolsets)).Unknown)
                r.AddError($"--toolsets: {OptionsReader.NoToolset(unknown)}");
        });
        create.SetAction(parsed =>
        {
            var who = OptionsReader.ParseActor(parsed.GetValue(actor)!)!;
            var trusted = parsed.GetValue(roles) is { } list ? RoleNames.TryParse(list)!.Value : RoleNames.DefaultFor(who.Kind);
            var until = parsed.GetValue(expires) is { } span ? TimeProvider.System.GetUtcNow() + DurationText.TryParse(span)!.Value : (DateTimeOffset?)null;
            parsed.InvocationConfiguration.Output.WriteLine(
                Describe(AccessToken.Create(), new Caller(who, trusted), Sets(parsed.GetValue(toolsets)).Sets, until, parsed.GetValue(json)));
            return 0;
        });
        return new Command("token", "Tokens for clients that come over HTTP.") { create };
    }

    private static (Toolsets Sets, IReadOnlyList<string> Unknown) Sets(string? list) =>
        ToolsetNames.Parse(list?.Split(',', StringSplitOptions.TrimEntries) ?? []);

    private static string Describe(string token, Caller caller, Toolsets sets, DateTimeOffset? until, bool asJson)
    {
        var names = ToolsetNames.Of(sets);
        var entry = new JsonObject
        {
            ["sha256"] = Convert.ToHexStringLower(AccessToken.Digest(token)),
            ["actor"] = caller.Actor.ToString(),
            ["roles"] = new JsonArray([.. RoleNames.Of(caller.Roles).Select(r => (JsonNode)r)]),
        };
        if (names.Count > 0)
            entry["toolsets"] = new JsonArray([.. names.Select(n => (JsonNode)n)]);
        if (until is { } end)
            entry["expires"] = end.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        if (asJson)
        {
            entry.Insert(0, "token", token);
            return entry.ToJsonString(s_readable);
        }

        return $"""
            {token}

            This is the one time that you see the token. Its client sends it as "Authorization: Bearer <token>".
            The server keeps its SHA-256 alone. For the list http.tokens of the configuration:

            {entry.ToJsonString(s_readable)}

            The same as environment variables, for the first token of the list:

            SUPPORTSTATE__HTTP__TOKENS__0__SHA256={entry["sha256"]}
            SUPPORTSTATE__HTTP__TOKENS__0__ACTOR={entry["actor"]}
            SUPPORTSTATE__HTTP__TOKENS__0__ROLES={string.Join(',', RoleNames.Of(caller.Roles))}
            """ + (names.Count > 0 ? $"\nSUPPORTSTATE__HTTP__TOKENS__0__TOOLSETS={string.Join(',', names)}" : "") + (entry["expires"] is { } expires ? $"\nSUPPORTSTATE__HTTP__TOKENS__0__EXPIRES={expires}" : "");
    }
}
