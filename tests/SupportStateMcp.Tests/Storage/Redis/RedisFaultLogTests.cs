using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>Each fault once when it begins, and once that all is over.</summary>
public sealed class RedisFaultLogTests
{
    private static readonly RedisFault Full = new("OOM", "Its memory is full.", Passes: true);
    private static readonly RedisFault Closed = new("WRONGPASS", "Its door is closed.", Passes: false);

    private readonly FakeTime _time = new();
    private readonly LogLines<RedisConnection> _log = new();
    private readonly RedisFaultLog _faults;

    public RedisFaultLogTests() => _faults = new RedisFaultLog(_time, _log);

    [Fact]
    public void A_fault_is_told_once_however_many_calls_it_fails()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _faults.Failed(Full);
            _faults.Answered();
            _faults.Failed(Closed);
        }

        Assert.Equal(
            [
                "Warning: Its memory is full. Callers are told to try again. This is logged once.",
                "Error: Its door is closed. This stays until it is changed; callers are refused until then. This is logged once.",
            ],
            _log.Lines);
    }

    [Fact]
    public void It_is_over_when_calls_are_answered_and_none_has_failed_for_a_while()
    {
        _faults.Failed(Full);
        _faults.Answered();
        _time.Advance(RedisFaultLog.Quiet / 2);
        _faults.Failed(Full);
        _time.Advance(RedisFaultLog.Quiet);
        _faults.Answered();
        Assert.Single(_log.Lines);

        _time.Advance(TimeSpan.FromSeconds(1));
        _faults.Answered();
        _faults.Answered();

        Assert.Equal("Information: Redis serves again.", _log.Lines[^1]);
        Assert.Equal(2, _log.Lines.Count);
        _faults.Failed(Full);
        Assert.Equal(3, _log.Lines.Count);
    }

    [Fact]
    public void What_passes_is_not_told_while_what_stays_is_the_reason()
    {
        _faults.Failed(Closed);
        _faults.Failed(Full);
        _faults.Answered();
        Assert.StartsWith("Error: Its door is closed.", Assert.Single(_log.Lines), StringComparison.Ordinal);

        _time.Advance(RedisFaultLog.Quiet + TimeSpan.FromSeconds(1));
        _faults.Answered();
        _faults.Failed(Full);

        Assert.Equal("Warning: Its memory is full. Callers are told to try again. This is logged once.", _log.Lines[^1]);
    }
}
