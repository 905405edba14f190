namespace SupportStateMcp.Storage.Files;

/// <summary>Where and how long the embedded store keeps conversations.</summary>
/// <param name="Directory">The folder of the journals; created, for its owner only, where it does not exist.</param>
/// <param name="TimeToLive">How long a conversation lives after its last change.</param>
/// <param name="LockTimeout">How long a write waits for another process that writes, before the store counts as unavailable.</param>
public sealed record FileStoreOptions(string Directory, TimeSpan TimeToLive, TimeSpan LockTimeout);
