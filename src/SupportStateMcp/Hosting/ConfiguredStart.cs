using Microsoft.Extensions.Configuration;

namespace SupportStateMcp.Hosting;

/// <summary>Runs something with the options that file, environment and command line give, or says all that is wrong with them.</summary>
internal static class ConfiguredStart
{
    public static async Task<int> RunAsync(
        string? file, Dictionary<string, string?> over, IdentityArguments identity,
        Func<ServerOptions, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        var (options, violations) = Read(file, over, identity);
        if (options is not null)
            return await run(options, cancellationToken);

        await Console.Error.WriteLineAsync("The configuration cannot be used:");
        foreach (var violation in violations)
            await Console.Error.WriteLineAsync($"  - {violation}");
        return CommandLine.BadConfiguration;
    }

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(
        string? file, Dictionary<string, string?> over, IdentityArguments identity)
    {
        IConfiguration configuration;
        try
        {
            configuration = OptionsSources.Read(file, Environment.GetEnvironmentVariables(), over);
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException or FormatException)
        {
            return (null, [$"{file}: {(e is FileNotFoundException ? "there is no such file" : e.InnerException?.Message ?? e.Message)}."]);
        }

        return OptionsReader.Read(configuration, Environment.GetEnvironmentVariable("REDIS_URL"), identity);
    }
}
