using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tickets.Workers;

/// <summary>Writes the summaries that stand for older messages.</summary>
public interface ISummaryWriter
{
    /// <summary>Who makes them, by the id of an AI.</summary>
    string Name { get; }

    /// <summary>A summary of at most <see cref="Limits.Summary"/> characters; null where nothing came of it.</summary>
    /// <param name="before">The summary of what was said before; null where there is none.</param>
    /// <param name="messages">What was said then, in chronological order.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    ValueTask<string?> WriteAsync(string? before, IReadOnlyList<Message> messages, CancellationToken cancellationToken);
}
