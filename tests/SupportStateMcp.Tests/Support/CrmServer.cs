namespace SupportStateMcp.Tests.Support;

/// <summary>The server of a supervisor, with the tools of customers and of conversations.</summary>
public sealed class CrmServer : ConnectedServer
{
    protected override string[] Arguments => ["--actor", "human:sue", "--roles", "supervisor", "--toolsets", "crm,conversations"];
}

/// <summary>The server of an AI, with the tools of customers alone.</summary>
public sealed class CrmAgentServer : ConnectedServer
{
    protected override string[] Arguments => ["--toolsets", "crm"];
}
