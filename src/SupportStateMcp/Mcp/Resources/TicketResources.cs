using System.ComponentModel;
using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>Tickets as a host can attach them to a chat.</summary>
[McpServerResourceType]
[Toolset(Toolsets.Tickets)]
public sealed class TicketResources(TicketService tickets)
{
    public const string TicketTemplate = "support://tickets/{ticket_id}";

    [McpServerResource(UriTemplate = TicketTemplate, Name = "ticket", Title = "A ticket", MimeType = "application/json")]
    [Description("Where a ticket stands, as ticket_status tells it.")]
    public async Task<ReadResourceResult> Ticket(RequestContext<ReadResourceRequestParams> request, string ticket_id, CancellationToken cancellationToken)
    {
        var ticket = await ReadAsync(ticket_id, cancellationToken);
        var timeline = await tickets.TimelineAsync(ticket, cancellationToken);
        return timeline.TryGet(out var found, out var error) ? Shown(request, ViewJson.Bytes(TicketView.Of(ticket, found.Events))) : throw Refused(error);
    }

    [McpServerResource(UriTemplate = TicketTemplate + "/analysis", Name = "analysis", Title = "The analysis of a ticket", MimeType = "application/json")]
    [Description("What the expert found about a ticket, and the solution that was proposed.")]
    public async Task<ReadResourceResult> Analysis(RequestContext<ReadResourceRequestParams> request, string ticket_id, CancellationToken cancellationToken)
    {
        var ticket = await ReadAsync(ticket_id, cancellationToken);
        return ticket.Analysis is { } analysis
            ? Shown(request, ViewJson.Bytes(AnalysisView.Of(ticket, analysis)))
            : throw new McpProtocolException($"Ticket {ticket.TicketId} has no analysis yet: it is at {ticket.Run!.Stage}.", McpErrorCode.ResourceNotFound);
    }

    private async Task<Conversation> ReadAsync(string ticketId, CancellationToken cancellationToken)
    {
        var status = await tickets.StatusAsync(ticketId, TimeSpan.Zero, cancellationToken);
        return status.TryGet(out var ticket, out var error) ? ticket : throw Refused(error);
    }

    private static ReadResourceResult Shown(RequestContext<ReadResourceRequestParams> request, byte[] json) => new()
    {
        Contents = [new TextResourceContents { Uri = request.Params.Uri, MimeType = "application/json", Text = Encoding.UTF8.GetString(AnswerText.Fit(json)) }],
    };

    private static McpProtocolException Refused(Error error) => new(McpErrorMessages.Of(error), error.Code switch
    {
        ErrorCodes.NotFound => McpErrorCode.ResourceNotFound,
        ErrorCodes.InvalidArgument => McpErrorCode.InvalidParams,
        _ => McpErrorCode.InternalError,
    });
}
