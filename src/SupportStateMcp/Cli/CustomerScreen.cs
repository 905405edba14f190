using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary>A customer on the screen.</summary>
internal static class CustomerScreen
{
    public static void Write(IAnsiConsole screen, CustomerDetailsView c, CliContext context)
    {
        screen.Heading(c.CustomerId);
        var fields = new Fields();
        fields.Add("name", c.Name);
        fields.Add("company", c.Company);
        fields.Add("e-mail", c.Email);
        fields.Add("telephone", c.Phone);
        fields.Add("plan", c.Plan is { } plan ? SnakeCaseEnum.Of(plan) : null);
        fields.Add("support", Entitlement(c, context));
        fields.Add("locale", c.Locale);
        fields.Add("tags", c.Tags is { } tags ? string.Join(", ", tags) : null);
        foreach (var (key, value) in c.Custom)
            fields.Add(key, value.ToString());
        fields.Write(screen);

        if (c.System is { } system)
        {
            screen.Heading("System");
            fields = new Fields();
            fields.Add("Dapr", system.DaprVersion);
            fields.Add("platform", system.Platform);
            fields.Add("cloud", system.CloudProvider);
            fields.Add("applications", system.Applications.Count > 0 ? string.Join(", ", system.Applications.Select(a => a.Version is null ? a.Name : $"{a.Name} {a.Version}")) : null);
            foreach (var (key, value) in system.Custom)
                fields.Add(key, value.ToString());
            fields.Write(screen);
        }

        screen.Heading(string.Create(CultureInfo.InvariantCulture, $"Open conversations: {c.OpenConversations.Count}{(c.MoreConversations is true ? " or more" : "")}"));
        foreach (var open in c.OpenConversations)
            screen.Say($"  {open.ConversationId}  {open.State}  {SnakeCaseEnum.Of(open.Priority)}  {open.Owner}  changed {DurationText.Ago(open.UpdatedAt, context.Now)}");
    }

    private static string Entitlement(CustomerDetailsView c, CliContext context) => (c.Entitled, c.SupportEntitlement, c.EntitledUntil) switch
    {
        (true, _, { } until) => $"owed until {context.Local(until)}",
        (true, _, null) => "owed",
        (false, true, { } until) => $"not owed: it ended at {context.Local(until)}",
        (false, null, _) => "not owed: the record does not say so",
        _ => "not owed",
    };
}
