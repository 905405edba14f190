using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary>The body of <c>POST /events</c>: CloudEvents 1.0 in the JSON format; extensions are taken, and mean nothing.</summary>
internal sealed record EventBody
{
    public required string Specversion { get; init; }

    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Type { get; init; }

    public required JsonElement Data { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extensions { get; set; }
}

/// <summary>The routes by which other systems hear of what happens, and tell of it.</summary>
internal static class EventRoutes
{
    public const string Path = "/events";

    /// <summary>The stream, below <see cref="Path"/>.</summary>
    private const string Stream = "/stream";

    private static readonly object s_isStream = new StreamMark();

    /// <summary>A stream ends after this time, so that who it belongs to shows again who they are; a browser opens it again by itself.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(15);

    /// <summary>A proxy closes what is silent.</summary>
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] s_begun = ":\n\n"u8.ToArray();

    /// <summary>An event of its own, since scripts do not see comments: who hears none for long knows that the connection is dead.</summary>
    private static readonly byte[] s_beat = "event: beat\ndata: {}\n\n"u8.ToArray();
    private static readonly byte[] s_missed = "event: missed\ndata: {}\n\n"u8.ToArray();

    public static void Map(RouteGroupBuilder events)
    {
        events.MapGet(Stream, StreamAsync)
            .WithSummary("What happens on the desk, as server-sent events; each is a CloudEvent. Last-Event-ID goes on where a client left off.")
            .Produces<string>(contentType: "text/event-stream")
            .WithMetadata(s_isStream, ProblemView.Answers(400))
            .RequireToolset(RestToolsets.Conversations, Path + Stream);
        events.MapPost("", TakeAsync)
            .Describe<EventTakenView>($"Takes an event of another system: {string.Join(" or ", EventIntake.Types)}. The same again changes nothing.", 403, 404, 409);
    }

    /// <summary>Whether a request is for the stream, however its address is written.</summary>
    public static bool IsStream(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<StreamMark>() is not null;

    private static async Task<IResult> TakeAsync(HttpContext context, RestWrite<EventBody> write, EventIntake intake, CancellationToken cancellationToken)
    {
        if (!write.TryGet(out var body, out var refusal))
            return refusal;
        var set = body.Type == EventIntake.Request ? RestToolsets.Tickets : RestToolsets.Conversations;
        if (EventIntake.Types.Contains(body.Type) && RestToolsets.Refusal(context, set, body.Type) is { } forbidden)
            return ProblemReply.Of(forbidden);
        if (body.Specversion != "1.0")
            return ProblemReply.Of(Error.InvalidArgument("specversion", "it is 1.0"));
        var taken = await intake.TakeAsync(new IncomingEvent(body.Id, body.Source, body.Type, body.Data), write.Caller, cancellationToken);
        return RestReply.Of(taken, o => RestReply.Of(
            new EventTakenView { EventId = body.Id, ConversationId = o.Conversation.ConversationId, Version = o.IdempotencyRecord.Version, Replayed = !o.Changed },
            version: o.IdempotencyRecord.Version, replayed: !o.Changed));
    }

    /// <param name="context">The request.</param>
    /// <param name="topic">Only these topics, with commas between them.</param>
    /// <param name="conversation_id">Only this conversation.</param>
    /// <param name="feed">What happens.</param>
    private static async Task StreamAsync(HttpContext context, string? topic, string? conversation_id, EventFeed feed)
    {
        var topics = topic?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (topics.FirstOrDefault(t => !EventTopics.All.Contains(t)) is not null)
        {
            await ProblemReply.Of(Error.InvalidArgument("topic", $"it is one or more of {string.Join(", ", EventTopics.All)}, with commas between them")).ExecuteAsync(context);
            return;
        }

        if (conversation_id is not null && ConversationId.TryParse(conversation_id) is null)
        {
            await ProblemReply.Of(Error.InvalidArgument("conversation_id", "it is " + ConversationId.Words, null, ConversationId.Guess(conversation_id))).ExecuteAsync(context);
            return;
        }

        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        using var longest = new CancellationTokenSource(s_longest, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping, longest.Token);
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var items = feed.ListenAsync(context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : null, started.SetResult, ends.Token)
                .Where(i => i is null || (topics.Length == 0 || topics.Contains(i.Event.Topic)) && (conversation_id is null || i.Event.Subject == conversation_id));
            await WriteAsync(context, items, started.Task, time, ends);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The client has gone, or it is time to go.
        }
        catch (StoreException e) when (!context.Response.HasStarted)
        {
            await ProblemReply.Of(e.ToError()).ExecuteAsync(context);
        }
    }

    private static async Task WriteAsync(HttpContext context, IAsyncEnumerable<FeedItem?> items, Task started, TimeProvider time, CancellationTokenSource ends)
    {
        var enumerator = items.GetAsyncEnumerator(ends.Token);
        var next = enumerator.MoveNextAsync().AsTask();
        try
        {
            // The headers say that nothing from now on is missed; where the store does not answer, the client is told by a status.
            if (await Task.WhenAny(started, next) == next && !next.IsCompletedSuccessfully)
                await next;
            var response = context.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await response.Body.WriteAsync(s_begun, ends.Token);
            await response.Body.FlushAsync(ends.Token);
            while (true)
            {
                using var beat = new CancellationTokenSource(s_heartbeat, time);
                try
                {
                    if (!await next.WaitAsync(beat.Token))
                        return;
                    await response.Body.WriteAsync(Frame(enumerator.Current), ends.Token);
                    next = enumerator.MoveNextAsync().AsTask();
                    // What is there already goes out together.
                    if (next.IsCompleted)
                        continue;
                }
                catch (OperationCanceledException) when (beat.IsCancellationRequested && !ends.IsCancellationRequested)
                {
                    // An event that comes at this moment is written by the next turn.
                    await response.Body.WriteAsync(s_beat, ends.Token);
                }

                await response.Body.FlushAsync(ends.Token);
            }
        }
        finally
        {
            // A write may end while the next event is still waited for, and an enumerator that is waited for cannot be disposed of.
            await ends.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await enumerator.DisposeAsync();
        }
    }

    private sealed class StreamMark;

    /// <summary>An event as the stream format has it (HTML, section 9.2.5); JSON has no line ends of its own.</summary>
    private static byte[] Frame(FeedItem? item) =>
        item is null ? s_missed : [.. "id: "u8, .. Encoding.UTF8.GetBytes(item.Event.Id), .. "\ndata: "u8, .. item.Json, .. "\n\n"u8];
}
