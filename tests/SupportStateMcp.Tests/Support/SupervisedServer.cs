namespace SupportStateMcp.Tests.Support;

/// <summary>The server of a person who may do everything.</summary>
public sealed class SupervisedServer : ConnectedServer
{
    protected override string[] Arguments => ["--actor", "human:sue", "--roles", "supervisor"];
}
