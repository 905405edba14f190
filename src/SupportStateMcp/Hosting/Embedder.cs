using System.ClientModel;
using Microsoft.Extensions.AI;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Hosting;

/// <summary>A service of embeddings that speaks as OpenAI's does.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>Where it is; null: OpenAI's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The model, by the name that the service knows.</summary>
    public required string Model { get; init; }

    /// <summary>The key; never written to a log.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Hides the key.</summary>
    public override string ToString() => $"{Model} at {Endpoint?.ToString() ?? "OpenAI"}";
}

/// <summary>A model in this process, which a plug-in brings.</summary>
/// <param name="Generator">Loads the model at its first use; it says the model's name.</param>
public sealed record LocalEmbeddings(IEmbeddingGenerator<string, Embedding<float>> Generator);

/// <summary>Embeddings by <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
/// <param name="generator">Makes them.</param>
/// <param name="model">Its model.</param>
/// <param name="describe">What may be said to the operator of an unforeseen exception: one of a service may hold what was sent.</param>
internal sealed class Embedder(IEmbeddingGenerator<string, Embedding<float>> generator, string model, Func<Exception, string> describe) : IEmbedder
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    public string Model => model;

    /// <summary>The one for a service; it connects at its first use.</summary>
    public static Embedder Of(EmbeddingOptions options) =>
        new(OpenAiClients.Create(options.Endpoint, options.ApiKey, s_timeout).GetEmbeddingClient(options.Model).AsIEmbeddingGenerator(), options.Model, e => $"{e.GetType().Name}.");

    /// <summary>The one for a model in this process.</summary>
    public static Embedder Of(LocalEmbeddings local) =>
        new(local.Generator, local.Generator.GetService<EmbeddingGeneratorMetadata>()?.DefaultModelId ?? "local", e => $"{e.GetType().Name}: {e.Message}");

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            var found = await generator.GenerateAsync(texts, cancellationToken: cancellationToken);
            return found.Count == texts.Count && found.All(e => e.Vector.Length > 0)
                ? [.. found.Select(e => e.Vector.ToArray())]
                : throw new EmbeddingException($"it returned {found.Count} vectors for {texts.Count} texts.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (ClientResultException e)
        {
            // These say nothing of the texts: the key, the address, or the moment is wrong.
            throw new EmbeddingException($"it answered with status {e.Status}.", e, isOfRequest: e.Status is >= 400 and < 500 and not (401 or 403 or 404 or 408 or 429));
        }
        catch (Exception e) when (e is not EmbeddingException)
        {
            // Whatever a server sends: a search goes on by words.
            throw new EmbeddingException(describe(e), e);
        }
    }
}
