using System.Diagnostics;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// The program that tests start as a process: the one that <c>SUPPORTSTATE_PROGRAM</c> names, for example a native build of
/// the same sources, else the portable build beside the tests.
/// </summary>
internal static class TestedProgram
{
    private const string Variable = "SUPPORTSTATE_PROGRAM";

    /// <summary>The build beside the tests, which needs a .NET runtime.</summary>
    public static string Portable { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "SupportStateMcp.exe" : "SupportStateMcp");

    /// <summary>What is started.</summary>
    public static string Command { get; } = Choose();

    /// <summary>A process of the program, not yet started.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(Command, arguments, environment);

    /// <summary>The same of another build or of a shell. What the machine has configured for itself is not for a test.</summary>
    public static ProcessStartInfo Start(string command, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command, arguments);
        foreach (var name in start.Environment.Keys.Where(n => n == "REDIS_URL" || n.StartsWith("SUPPORTSTATE", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        // Most end within seconds: what the runtime measures to compile better later only slows them.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }

    private static string Choose() => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" => Portable,
        var named when File.Exists(named) => Path.GetFullPath(named),
        var missing => throw new InvalidOperationException($"{Variable} names {missing}, and there is no such file."),
    };
}
