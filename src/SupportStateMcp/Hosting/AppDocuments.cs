using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Hosting;

/// <summary>The views for hosts, made of the console's files when the first is read.</summary>
/// <param name="console">The address of the server whose console people work in, as the one who asks now knows it; null where there is none.</param>
internal sealed class AppDocuments(Func<Uri?> console) : IAppDocuments
{
    private static readonly Lazy<AppDocument> s_approval = new(() => new AppDocument("Approval", "approval-view.js"));
    private static readonly Lazy<AppDocument> s_conversation = new(() => new AppDocument("Conversation", "conversation-view.js"));

    /// <inheritdoc/>
    public string Write(AppView view, bool decides) => (view == AppView.Approval ? s_approval : s_conversation).Value.Write(console(), decides);
}
