using System.Text.Json;

namespace SupportStateMcp.Memory;

/// <summary>A value that those who work on a conversation share for a short time.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Any JSON but null.</param>
/// <param name="ExpiresAt">From then on it is gone.</param>
/// <param name="By">Who set it, as text.</param>
public sealed record SessionValue(string Key, JsonElement Value, DateTimeOffset ExpiresAt, string By);

/// <summary>What is shared in a conversation at a moment.</summary>
/// <param name="Values">By their keys.</param>
public sealed record SessionValues(IReadOnlyList<SessionValue> Values);
