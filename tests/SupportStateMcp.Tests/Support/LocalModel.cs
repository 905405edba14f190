using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Support;

/// <summary>The model of the plug-in beside the tests, loaded by the configuration, as a user does it.</summary>
internal static class LocalModel
{
    /// <summary>Options of these keys below <c>mcp</c>; there must be no violation.</summary>
    public static ServerOptions Options(params (string Key, string Value)[] keys)
    {
        var (options, violations) = Read(keys);
        Assert.Empty(violations);
        return options!;
    }

    public static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(params (string Key, string Value)[] keys) => OptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(keys.Select(k => KeyValuePair.Create($"mcp:{k.Key}", (string?)k.Value))).Build(), null);

    public static IEmbeddingGenerator<string, Embedding<float>> Generator() =>
        Options(("memory:embeddings", "local")).MemoryEmbeddings!.Generator;

    public static double Nearness(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
