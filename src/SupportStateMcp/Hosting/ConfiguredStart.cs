using System.Collections;
using Microsoft.Extensions.Configuration;
using SupportStateMcp.Cli;

namespace SupportStateMcp.Hosting;

/// <summary>Runs something with the options that file, environment and command line give, or says all that is wrong with them.</summary>
internal static class ConfiguredStart
{
    public static async Task<int> RunAsync(
        string? file, Dictionary<string, string?> over, IdentityArguments identity, CliConsole console,
        Func<ServerOptions, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        var (options, violations) = Read(file, over, identity, console.Environment);
        if (options is not null)
            return await run(options, cancellationToken);

        await console.Errors.WriteLineAsync("The configuration cannot be used:");
        foreach (var violation in violations)
            await console.Errors.WriteLineAsync($"  - {violation}");
        return CommandLine.BadConfiguration;
    }

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(
        string? file, Dictionary<string, string?> over, IdentityArguments identity, IDictionary environment)
    {
        IConfiguration configuration;
        try
        {
            configuration = OptionsSources.Read(file, environment, over);
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException or FormatException)
        {
            return (null, [$"{file}: {(e is FileNotFoundException ? "there is no such file" : e.InnerException?.Message ?? e.Message)}."]);
        }

        return OptionsReader.Read(configuration, environment["REDIS_URL"] as string, identity);
    }
}
