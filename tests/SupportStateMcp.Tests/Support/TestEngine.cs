using DotNet.Testcontainers.Configurations;

namespace SupportStateMcp.Tests.Support;

/// <summary>Where the tests' Redis comes from.</summary>
public enum TestEngine
{
    /// <summary>A container of the official image, by Testcontainers.Redis.</summary>
    Container,

    /// <summary>A process of the redis-server on the PATH.</summary>
    Server,

    /// <summary>A process of Garnet, the .NET tool that the repository's manifest names.</summary>
    Garnet,
}

/// <summary>The engine of this run: what SUPPORTSTATE_TEST_ENGINE says, else the first that is there.</summary>
public static class TestEngines
{
    private const string Variable = "SUPPORTSTATE_TEST_ENGINE";

    public static TestEngine Current { get; } = Choose();

    public static bool HasServer => FindOnPath("redis-server") is not null;

    private static TestEngine Choose() => Environment.GetEnvironmentVariable(Variable)?.ToLowerInvariant() switch
    {
        "container" => TestEngine.Container,
        "server" => TestEngine.Server,
        "garnet" => TestEngine.Garnet,
        // Testcontainers has found an engine where it knows how to reach one.
        null or "" => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null ? TestEngine.Container
            : HasServer ? TestEngine.Server
            : TestEngine.Garnet,
        var other => throw new InvalidOperationException($"{Variable} is '{other}'; use container, server or garnet."),
    };

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);
}
