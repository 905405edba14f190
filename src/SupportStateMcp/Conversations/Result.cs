using System.Diagnostics.CodeAnalysis;

namespace SupportStateMcp.Conversations;

/// <summary>Either what was asked for, or why it was refused.</summary>
public readonly record struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Rejection? rejection)
    {
        _value = value;
        Rejection = rejection;
    }

    public Rejection? Rejection { get; }

    /// <summary>What was asked for.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public T Value => Rejection is null ? _value! : throw new InvalidOperationException($"It was refused: {Rejection.Message}");

    /// <summary>Takes the result apart: true with the value, or false with the rejection.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Rejection? rejection)
    {
        value = _value;
        rejection = Rejection;
        return rejection is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Rejection rejection) => new(default, rejection);
}
