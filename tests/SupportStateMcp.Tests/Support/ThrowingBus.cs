using System.Collections.Concurrent;
using SupportStateMcp.Events;

namespace SupportStateMcp.Tests.Support;

/// <summary>A plug-in whose library throws what its interface knows nothing of.</summary>
internal sealed class ThrowingBus : IEventBus
{
    private readonly ConcurrentQueue<string> _keys = new();

    public bool Throws { get; set; } = true;

    /// <summary>The keys of what it took.</summary>
    public IReadOnlyList<string> Keys => [.. _keys];

    public void Open(EventBusOptions options)
    {
        // It connects to nothing.
    }

    public ValueTask<string?> AppendAsync(string topic, string key, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (Throws)
            throw new InvalidOperationException("Nobody has signed in.");
        _keys.Enqueue(key);
        return ValueTask.FromResult<string?>(null);
    }

    public Task TakeAsync(
        string topic, string group, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nobody has signed in.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
