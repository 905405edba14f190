using System.Diagnostics.CodeAnalysis;

namespace SupportStateMcp.Conversations;

/// <summary>Either what was asked for, or why it was refused.</summary>
public readonly record struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    public Error? Error { get; }

    /// <summary>What was asked for.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"It was refused: {Error.Code} {Error.Facts.ToJsonString()}");

    /// <summary>Takes the result apart: true with the value, or false with the error.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Error? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);
}
