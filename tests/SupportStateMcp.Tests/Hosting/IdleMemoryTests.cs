using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

public sealed class IdleMemoryTests : IDisposable
{
    private readonly IdleMemory _memory = new(TimeProvider.System);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void The_garbage_of_the_start_is_collected_once_nothing_happens()
    {
        Assert.False(_memory.IsDue(allocated: 11_000_000, heap: 12_000_000));
        Assert.True(_memory.IsDue(allocated: 11_100_000, heap: 12_000_000));
        Assert.False(_memory.IsDue(allocated: 11_200_000, heap: 5_000_000));
    }

    [Fact]
    public void Nothing_is_collected_while_calls_come_in()
    {
        for (var allocated = 10_000_000L; allocated < 100_000_000; allocated += 1_000_000)
            Assert.False(_memory.IsDue(allocated, heap: 20_000_000));
        Assert.True(_memory.IsDue(allocated: 99_900_000, heap: 20_000_000));
    }

    [Fact]
    public void What_upkeep_allocates_is_collected_when_it_has_become_worthwhile()
    {
        Assert.False(_memory.IsDue(allocated: 10_000_000, heap: 10_000_000));
        var times = 0;
        for (var allocated = 10_000_000L; allocated <= 20_000_000; allocated += 200_000)
            times += _memory.IsDue(allocated, heap: 10_000_000) ? 1 : 0;

        Assert.Equal(3, times);
    }

    [Fact]
    public void A_large_heap_is_left_to_the_runtime()
    {
        Assert.False(_memory.IsDue(allocated: 100_000_000, heap: 64_000_001));
        Assert.False(_memory.IsDue(allocated: 100_000_000, heap: 64_000_001));
        Assert.True(_memory.IsDue(allocated: 100_000_000, heap: 64_000_000));
    }

    [Fact]
    public async Task A_server_that_waits_gives_memory_back()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Only Linux tells how much memory is a process's own.");
        // Where a busy machine lets a start take longer than a quiet interval, the memory has been given back before it is looked at.
        var seen = new List<string>();
        while (seen.Count < 3)
        {
            var (busy, idle) = await MemoryAsync();
            if (idle <= busy - 3_000)
                return;
            seen.Add($"{busy} kB at first, {idle} kB then");
        }

        Assert.Fail(string.Join("; ", seen));
    }

    private static async Task<(long Busy, long Idle)> MemoryAsync()
    {
        await using var server = ServerProcess.Stdio();
        await server.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""");
        await server.ReadAsync();
        await server.SendAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}""");
        await server.ReadAsync();

        var busy = server.OwnMemory();
        var idle = busy;
        for (var started = TimeProvider.System.GetTimestamp(); idle > busy - 3_000 && TimeProvider.System.GetElapsedTime(started) < 4 * IdleMemory.Interval; idle = server.OwnMemory())
            await Task.Delay(100, TestContext.Current.CancellationToken);
        return (busy, idle);
    }
}
