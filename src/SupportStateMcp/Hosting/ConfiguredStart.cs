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
        TokenFile? tokens = null;
        var (redisUrl, openAiKey) = (environment["REDIS_URL"] as string, environment["OPENAI_API_KEY"] as string);
        if (file is not null)
        {
            (var path, var violation) = PathText.Read(file);
            if (path is null)
                return (null, [$"--config: {violation}"]);
            file = path;
            tokens = new TokenFile(path, () =>
            {
                var (again, faults) = Sources(path, over, environment);
                return again is null ? (null, faults) : OptionsReader.ReadTokens(again, redisUrl, openAiKey);
            });
        }

        var (configuration, unreadable) = Sources(file, over, environment);
        if (configuration is null)
            return (null, unreadable);
        var (options, violations) = OptionsReader.Read(configuration, redisUrl, identity, openAiKey);
        return (options is null ? null : options with { TokenFile = tokens }, violations);
    }

    private static (IConfiguration? Configuration, IReadOnlyList<string> Violations) Sources(string? file, Dictionary<string, string?> over, IDictionary environment)
    {
        try
        {
            return (OptionsSources.Read(file, environment, over), []);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or InvalidDataException or FormatException or IOException)
        {
            return (null, [$"{file}: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.InnerException?.Message ?? e.Message)}."]);
        }
    }
}
