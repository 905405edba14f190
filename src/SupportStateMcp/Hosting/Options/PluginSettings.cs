namespace SupportStateMcp.Hosting;

/// <summary>The section <c>plugins</c>.</summary>
public sealed class PluginSettings
{
    public string? Directory { get; set; }
}
