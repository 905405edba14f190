namespace SupportStateMcp.Tests.Support;

/// <summary>The server of an AI, with the tools of conversations, tasks and versions.</summary>
public sealed class TaskServer : ConnectedServer
{
    protected override string[] Arguments => ["--toolsets", "conversations,tasks,versions"];
}
