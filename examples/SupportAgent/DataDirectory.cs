namespace SupportAgent;

/// <summary>Where a server of ours keeps its conversations: a given directory, or a new one for this run.</summary>
internal sealed class DataDirectory(string? given) : IAsyncDisposable
{
    public string Path { get; } = given is null ? Directory.CreateTempSubdirectory("support-agent-").FullName : System.IO.Path.GetFullPath(given);

    public ValueTask DisposeAsync()
    {
        if (given is null)
            Directory.Delete(Path, recursive: true);
        return ValueTask.CompletedTask;
    }

    public override string ToString() => given is null ? "conversations in a temporary directory" : $"conversations in {Path}";
}
