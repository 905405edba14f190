using System.Globalization;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Tells a client that wants to know how long its call has waited: at once, and then every five seconds.</summary>
internal sealed class WaitingProgress : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ends;
    private readonly Task _telling;

    private WaitingProgress(Func<CancellationToken, Task> tell, CancellationToken cancellationToken)
    {
        _ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _telling = tell(_ends.Token);
    }

    /// <summary>Begins; null where the client gave no progress token, or there is nothing to wait for.</summary>
    public static async ValueTask<WaitingProgress?> StartAsync(
        RequestContext<CallToolRequestParams> call, string approvalId, TimeSpan timeout, ApprovalService approvals, TimeProvider time, CancellationToken cancellationToken)
    {
        if (call.Params.ProgressToken is not { } token
            || !(await approvals.GetAsync(approvalId, cancellationToken)).TryGet(out var found, out _)
            || found.Approval is not { Status: ApprovalStatus.Pending } approval)
            return null;

        var people = approval.Quorum == 1 ? SnakeCaseEnum.Of(approval.ApproverRole) : $"{approval.Quorum - approval.Yes} of {approval.Quorum} {SnakeCaseEnum.Of(approval.ApproverRole)}s";
        var message = string.Create(CultureInfo.InvariantCulture, $"{approval.ApprovalId} waits for {people} until {approval.Deadline.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}.");
        return new WaitingProgress(ends => TellAsync(call.Server, token, message, timeout, time, ends), cancellationToken);
    }

    /// <summary>Ends it: once this returns, no more is told, so that nothing comes after the answer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _telling;
        _ends.Dispose();
    }

    private static async Task TellAsync(
        McpServer server, ProgressToken token, string message, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            do
            {
                await server.NotifyProgressAsync(token, new ProgressNotificationValue
                {
                    Progress = (float)Math.Round(time.GetElapsedTime(started).TotalSeconds),
                    Total = (float)timeout.TotalSeconds,
                    Message = message,
                }, cancellationToken: cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The wait is over.
        }
    }
}
