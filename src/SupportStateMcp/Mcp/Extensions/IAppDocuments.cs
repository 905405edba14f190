namespace SupportStateMcp.Mcp.Extensions;

/// <summary>The documents that hosts show as views: each is whole, and loads nothing.</summary>
public interface IAppDocuments
{
    /// <summary>A document, for the request that is served now.</summary>
    /// <param name="view">Which one.</param>
    /// <param name="decides">True where the connection is a person who may decide on approvals: the view then offers it. The server decides again on each call.</param>
    string Write(AppView view, bool decides);
}

/// <summary>What a view shows.</summary>
public enum AppView
{
    /// <summary>An approval, or those that are pending.</summary>
    Approval,

    /// <summary>A conversation.</summary>
    Conversation,
}
