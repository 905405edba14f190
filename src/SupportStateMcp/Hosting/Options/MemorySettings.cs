namespace SupportStateMcp.Hosting;

/// <summary>The section <c>memory</c>.</summary>
public sealed class MemorySettings
{
    public string? MaxAgeDays { get; set; }

    public string? MaxIdleDays { get; set; }

    public string? MaxPerCustomer { get; set; }

    public string? MaxSolutions { get; set; }

    public string? Episodes { get; set; }

    public string? Drafts { get; set; }

    public string? Embeddings { get; set; }
}

/// <summary>The section <c>retention</c>.</summary>
public sealed class RetentionSettings
{
    public string? Archive { get; set; }
}
