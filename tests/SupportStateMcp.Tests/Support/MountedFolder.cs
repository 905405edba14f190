using System.Diagnostics;

namespace SupportStateMcp.Tests.Support;

/// <summary>A small disk in memory. Mounting needs rights that not every machine gives: the test is skipped then, and says why.</summary>
internal sealed class MountedFolder : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <param name="kilobytes">How much it holds.</param>
    public MountedFolder(int kilobytes)
    {
        if (Mount("-t", "tmpfs", "-o", $"size={kilobytes}k,mode=0755", "tmpfs", _directory.Path) is not { } refused)
            return;
        _directory.Dispose();
        Assert.Skip($"This machine does not let a test mount a small disk: {refused}");
    }

    public string Path => _directory.Path;

    /// <summary>Mounts it again with other options, for example <c>size=64m</c> or <c>ro</c>.</summary>
    public void Remount(string options) => Assert.Null(Mount("-o", $"remount,{options}", _directory.Path));

    public void Dispose()
    {
        using var umount = Process.Start("umount", [_directory.Path]);
        umount.WaitForExit();
        _directory.Dispose();
    }

    /// <summary>What mount says to it; null where it works.</summary>
    private static string? Mount(params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
            return "there is no tmpfs.";
        using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        var refused = mount.StandardError.ReadToEnd();
        mount.WaitForExit();
        return mount.ExitCode == 0 ? null : refused.Trim();
    }
}
