using ModelContextProtocol;

namespace SupportStateMcp.Tests.Support;

/// <summary>Hears of the progress of a call at once and in order, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class Heard(Action<ProgressNotificationValue> hear) : IProgress<ProgressNotificationValue>
{
    public void Report(ProgressNotificationValue value) => hear(value);
}
