using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that remember, recall and forget.</summary>
[McpServerToolType]
[Toolset(Toolsets.Memory)]
public sealed class MemoryTools(MemoryService memory, ConnectionCaller callers, TimeProvider time)
{
    private const string CustomerId = "The customer: the user_id of a conversation.";
    private const string Conversation = "A conversation of the customer, instead.";
    private const string Patch = "Names to set; a null removes one, objects are merged.";

    [McpServerTool(Name = "remember", Title = "Remember something", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(RememberView))]
    [Description("Remembers a text for the customer's later conversations. The same text again changes nothing; another text under the same key supersedes it. A solution is shared by all customers: write no personal data into it.")]
    [Requires(typeof(Remember))]
    public async Task<CallToolResult> Remember(
        RequestContext<CallToolRequestParams> call,
        [Description("Which kind."), AllowedValues("fact", "preference", "episode", "solution")] string kind,
        [Description("One thing, in whole sentences."), StringLength(MemoryLimits.Text, MinimumLength = 1)] string text,
        [Description("The conversation that it comes from."), RegularExpression(ConversationId.Pattern)] string? conversation_id = null,
        [Description("The customer, where no conversation is given."), StringLength(Limits.UserId, MinimumLength = 1)] string? customer_id = null,
        [Description("Of a fact or preference, for example contact_channel."), StringLength(MemoryLimits.Key, MinimumLength = 1)] string? key = null,
        [Description("Words to find it by."), ItemCount(0, MemoryLimits.Topics), ItemLength(1, MemoryLimits.Topic)] string[]? topics = null,
        [Description("How sure it is, 0 to 1."), Range(0d, 1d)] decimal? confidence = null,
        [Description("Where it is known from."), StringLength(MemoryLimits.Source, MinimumLength = 1)] string? source = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await memory.RememberAsync(new Remember
        {
            Actor = caller.Actor,
            Roles = caller.Roles,
            CustomerId = customer_id,
            Conversation = ConversationId.TryParse(conversation_id),
            Kind = SnakeCaseEnum.Parse<MemoryKind>(kind)!.Value,
            Text = text,
            Key = key,
            Topics = topics ?? [],
            Confidence = (double?)confidence,
            Source = source,
        }, cancellationToken);
        return ToolReply.Of(result, RememberView.Of);
    }

    [McpServerTool(Name = "recall", Title = "Recall what is remembered", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(RecallView))]
    [Description("Finds what is remembered of one customer, with the desk's solutions. Call it before you ask the customer again.")]
    [Requires]
    public async Task<CallToolResult> Recall(
        RequestContext<CallToolRequestParams> call,
        [Description("What you want to know, in words; left out: the newest."), StringLength(MemoryLimits.Query, MinimumLength = 1)] string? query = null,
        [Description(CustomerId), StringLength(Limits.UserId, MinimumLength = 1)] string? customer_id = null,
        [Description(Conversation), RegularExpression(ConversationId.Pattern)] string? conversation_id = null,
        [Description("Only these kinds."), ItemCount(0, 4), AllowedItems("fact", "preference", "episode", "solution")] string[]? kinds = null,
        [Description(Describe.Limit), Range(1, MemoryLimits.Recalled)] int k = MemoryLimits.DefaultRecalled,
        [Description("What was valid then: a time with its zone."), StringLength(40, MinimumLength = 1)] string? as_of = null,
        CancellationToken cancellationToken = default)
    {
        var at = as_of is null ? null : InstantText.TryParse(as_of);
        if (as_of is not null && at is null)
            return ToolReply.Of(Error.InvalidArgument("as_of", "it must be a time with its zone, for example 2026-11-25T10:00:00Z", SentValue.Quoted(as_of)));
        return ToolReply.Of(
            await memory.RecallAsync(
                callers.Of(call), customer_id, ConversationId.TryParse(conversation_id), query, [.. (kinds ?? []).Select(n => SnakeCaseEnum.Parse<MemoryKind>(n)!.Value)], k, at,
                cancellationToken),
            RecallView.Quoted);
    }

    [McpServerTool(Name = "forget", Title = "Forget a memory", ReadOnly = false, Destructive = true,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ForgottenView))]
    [Description("Removes one memory for good. Its id, and who removed it, stay in the trail.")]
    [Requires(typeof(Forget))]
    public async Task<CallToolResult> Forget(
        RequestContext<CallToolRequestParams> call,
        [Description("As recall names it."), StringLength(MemoryLimits.MemoryId, MinimumLength = 1)] string memory_id,
        [Description("Why, for the trail."), StringLength(Limits.Reason, MinimumLength = 1)] string reason,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        return ToolReply.Of(
            await memory.ForgetAsync(new Forget { Actor = caller.Actor, Roles = caller.Roles, MemoryId = memory_id, Reason = reason }, cancellationToken), ForgottenView.Of);
    }

    [McpServerTool(Name = "update_profile", Title = "Change a customer's profile", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ProfileView))]
    [Description("Changes what is known of a customer in a structured form, by merge patches, and returns it; without a patch it only returns it.")]
    [Requires(typeof(UpdateProfile))]
    public async Task<CallToolResult> UpdateProfile(
        RequestContext<CallToolRequestParams> call,
        [Description(CustomerId), StringLength(Limits.UserId, MinimumLength = 1)] string customer_id,
        [Description(Patch)] Dictionary<string, JsonElement>? preferences = null,
        [Description(Patch)] Dictionary<string, JsonElement>? history = null,
        [Description(Describe.ExpectedVersion), Range(0, Limits.Number)] long? expected_version = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await memory.UpdateAsync(new UpdateProfile
        {
            Actor = caller.Actor,
            Roles = caller.Roles,
            CustomerId = customer_id,
            Preferences = preferences,
            History = history,
            ExpectedVersion = expected_version,
        }, cancellationToken);
        return ToolReply.Of(result, ProfileView.Of);
    }

    [McpServerTool(Name = "set_session", Title = "Share a value for a while", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(SessionView))]
    [Description("Shares a value with all who work on a conversation, for a short time, and returns what is shared.")]
    [Requires(typeof(SetSession))]
    public async Task<CallToolResult> SetSession(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("Its name, for example step."), StringLength(MemoryLimits.SessionKey, MinimumLength = 1)] string key,
        [Description("A text, JSON too; left out: the key is removed."), StringLength(MemoryLimits.SessionText, MinimumLength = 1)] string? value = null,
        [Description("How many seconds it lives."), Range(1, MemoryLimits.SessionSeconds)] int ttl = MemoryLimits.DefaultSessionSeconds,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await memory.SetAsync(new SetSession
        {
            Actor = caller.Actor,
            Roles = caller.Roles,
            Conversation = ConversationId.TryParse(conversation_id)!.Value,
            Key = key,
            Value = value is null ? null : JsonSerializer.SerializeToElement(value, ToolJson.TypeInfo<string>()),
            TimeToLive = ttl,
        }, cancellationToken);
        return ToolReply.Of(result, session => SessionView.Of(session, time.GetUtcNow()));
    }

    [McpServerTool(Name = "get_session", Title = "Read what is shared", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(SessionView))]
    [Description("Reads what is shared in a conversation now.")]
    [Requires]
    public async Task<CallToolResult> GetSession(
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        CancellationToken cancellationToken = default) => ToolReply.Of(
            await memory.SessionAsync(ConversationId.TryParse(conversation_id)!.Value, cancellationToken), session => SessionView.Of(session, time.GetUtcNow()));
}
