using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;

namespace SupportStateMcp.Embeddings.Local;

/// <summary>
/// Embeddings made in this process, by all-MiniLM-L6-v2 (Apache 2.0): 384 numbers of length 1, of the first 256 word pieces of a text, which
/// should be English. The model is loaded with the first text, in half a second, once for a process, and stays. Two texts at most are
/// worked on at a time, a core each, 10 to 100 ms each; others wait for their turn. Safe for any number of threads.
/// </summary>
public sealed class LocalEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The name of the model, which marks its vectors.</summary>
    public const string Model = "all-MiniLM-L6-v2";

    private const int AtATime = 2;

    private static readonly EmbeddingGeneratorMetadata s_metadata = new("local", null, Model, MiniLm.Dimensions);
    private static readonly SemaphoreSlim s_turns = new(AtATime);
    private static readonly Lock s_loading = new();
    private static MiniLm? s_model;

    /// <summary>Nothing is loaded yet but the native library, so that one that does not fit this machine is found at the start.</summary>
    /// <exception cref="FileNotFoundException">The file of the model is not there.</exception>
    /// <exception cref="TypeInitializationException">The native library is not there, or is one for another platform.</exception>
    public LocalEmbeddingGenerator()
    {
        if (!File.Exists(MiniLm.Carrier))
            throw new FileNotFoundException($"there is no {MiniLm.Carrier}", MiniLm.Carrier);
        _ = OrtEnv.Instance();
    }

    /// <summary>The vectors of these texts, in their order.</summary>
    /// <param name="values">The texts.</param>
    /// <param name="options">Not looked at: there is one model, of one size.</param>
    /// <param name="cancellationToken">Ends it between two texts.</param>
    /// <exception cref="OnnxRuntimeException">The model cannot be loaded or run.</exception>
    /// <exception cref="IOException">The file of the model is not there.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var text in values)
        {
            await s_turns.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                embeddings.Add(new Embedding<float>(await Task.Run(() => Loaded().Embed(text), cancellationToken).ConfigureAwait(false)) { ModelId = Model });
            }
            finally
            {
                s_turns.Release();
            }
        }

        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? s_metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the model is that of the process.</summary>
    public void Dispose()
    {
    }

    private static MiniLm Loaded()
    {
        lock (s_loading)
            return s_model ??= new MiniLm();
    }
}
