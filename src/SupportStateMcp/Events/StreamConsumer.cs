using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>
/// Takes events that other systems append to a Redis Stream. All processes share the work as one group; an entry is acknowledged once it is
/// taken, so that one whose process was killed is taken by another, and found done where it was. What can never be taken goes to a stream of its
/// own, <c>{stream}:rejected</c>, with the reason.
/// </summary>
/// <param name="stream">The store that has the stream.</param>
/// <param name="options">Which stream.</param>
/// <param name="intake">Takes events.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells the operator what is rejected.</param>
public sealed partial class StreamConsumer(IEventStream stream, StreamOptions options, EventIntake intake, TimeProvider time, ILogger<StreamConsumer> logger)
{
    /// <summary>The group of all processes.</summary>
    public const string Group = "supportstatemcp";

    private const int Batch = 32;
    private const int MostRejected = 10_000;

    /// <summary>How often an empty stream is looked at.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long an entry is the reader's that took it: longer than taking it can last.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Who brings what comes by the stream: whoever can write to it.</summary>
    private static readonly Caller s_caller = new(new Actor(ActorKind.System, "events"), Roles.Agent);

    private readonly string _reader = Guid.NewGuid().ToString("N");

    /// <summary>Takes events until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var wait = s_interval;
                try
                {
                    var entries = await stream.TakeAsync(options.Name, Group, _reader, s_idle, Batch, cancellationToken);
                    foreach (var entry in entries)
                        await TakeAsync(entry, cancellationToken);
                    if (entries.Count > 0)
                        continue;
                }
                catch (StoreException e)
                {
                    LogWaits(options.Name, e.Message);
                    wait = s_afterFailure;
                }

                await Task.Delay(wait, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async ValueTask TakeAsync(EventEntry entry, CancellationToken cancellationToken)
    {
        var reason = Parse(entry.Event) is not { } e ? "The field event is no event: CloudEvents 1.0 in the JSON format, with id, source, type and data."
            : (await intake.TakeAsync(e, s_caller, cancellationToken)).Error is not { } error ? null
            // Taken again once it is nobody's: by then the store may answer.
            : error.Facts["retryable"]?.GetValue<bool>() is true ? ""
            : $"{error.Code} {error.Facts.ToJsonString()}";
        if (reason is "")
            return;
        if (reason is not null)
        {
            LogRejected(options.Name, entry.Id, reason);
            await stream.AppendAsync(
                options.Name + ":rejected", [new("id", Encoding.UTF8.GetBytes(entry.Id)), new("reason", Encoding.UTF8.GetBytes(reason)), new("event", entry.Event ?? [])], MostRejected, cancellationToken);
        }

        await stream.AcknowledgeAsync(options.Name, Group, entry.Id, cancellationToken);
    }

    private static IncomingEvent? Parse(byte[]? json)
    {
        if (json is null || json.Length > Limits.RequestBytes || StrictJson.Read(json, "The event", out var root) is not null || root.ValueKind != JsonValueKind.Object)
            return null;
        return Text(root, "specversion") == "1.0" && Text(root, "id") is { } id && Text(root, "source") is { } source && Text(root, "type") is { } type
            && root.TryGetProperty("data", out var data)
            ? new IncomingEvent(id, source, type, data)
            : null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(LogLevel.Warning, "The entry {Entry} of the stream {Stream} is rejected: {Reason}")]
    private partial void LogRejected(string stream, string entry, string reason);

    [LoggerMessage(LogLevel.Debug, "The stream {Stream} waits for the store: {Reason}")]
    private partial void LogWaits(string stream, string reason);
}
