namespace SupportStateMcp.Knowledge;

/// <summary>Turns texts into vectors: texts that mean the same lie near each other.</summary>
public interface IEmbedder
{
    /// <summary>The model, by its name. Vectors of two models do not compare.</summary>
    string Model { get; }

    /// <summary>The vectors of these texts, in their order.</summary>
    /// <exception cref="EmbeddingException">There are none now.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}

/// <summary>The service of embeddings does not answer, or not as it should.</summary>
/// <param name="message">Why, for the operator: no content, no secret.</param>
/// <param name="inner">What it comes from.</param>
/// <param name="isOfRequest">Whether the service refused these texts alone.</param>
public sealed class EmbeddingException(string message, Exception? inner = null, bool isOfRequest = false) : Exception(message, inner)
{
    /// <summary>True where the service refused these texts alone, as for their length: it may answer for others.</summary>
    public bool IsOfRequest => isOfRequest;
}
