using System.CommandLine;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>sample-data load</c>: three customers, their systems and a small knowledge base, to try the server with.</summary>
internal static class SampleDataCommand
{
    private const string More = """
        Records that are there with the same content stay as they are, so that it can be run again. A record that was changed since is put back.

        Example:
          SupportStateMcp sample-data load --roles supervisor
        """;

    public static Command Create() => new("sample-data", "Data to try the server with.")
    {
        new CliCommand("load", "Load sample customers, systems and articles.", More, typeof(LoadSampleData), async (_, context, cancellationToken) =>
        {
            var result = await context.SampleData.LoadAsync(new LoadSampleData(context.Caller.Actor, context.Caller.Roles), cancellationToken);
            if (!result.TryGet(out var loaded, out var error))
                return error;
            var shown = SampleDataView.Of(loaded);
            return CommandOutput.Of(shown, screen => screen.Say(shown.Changed == 0
                ? $"The sample data is there already: {shown.Customers} customers, {shown.Systems} systems, {shown.Articles} articles. Nothing was changed."
                : $"The sample data is loaded: {shown.Customers} customers, {shown.Systems} systems, {shown.Articles} articles."));
        }, createsStore: true),
    };
}
