using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Which process has waited longest to write. SQLite gives its lock to anyone who asks at the right moment, so that one process
/// may go on and on while another waits; here each notes since when it waits, in a small file that all have mapped into
/// memory, and holds back while another has waited longer. The notes are about fairness only: the lock is SQLite's.
/// </summary>
internal sealed class SqliteTurns : IDisposable
{
    private const string FileName = "writers";
    private const int Slots = 64;

    /// <summary>A note this old is that of a process that died or stands still.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(2);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _notes;
    private readonly long _own = Environment.ProcessId % Slots * sizeof(long);
    private long _since;

    private SqliteTurns(FileStream file)
    {
        _file = MemoryMappedFile.CreateFromFile(file, null, Slots * sizeof(long), MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _notes = _file.CreateViewAccessor(0, Slots * sizeof(long));
    }

    /// <summary>Opens the notes beside a database.</summary>
    /// <param name="folder">The folder of the database.</param>
    public static SqliteTurns Open(string folder)
    {
        var path = Path.Combine(folder, LockFile.Folder, FileName);
        PrivateDirectory.Create(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            // Written in full before it is mapped: memory without a place on the disk would end the process when it is full.
            if (file.Length < Slots * sizeof(long))
                file.Write(new byte[Slots * sizeof(long)]);
            return new SqliteTurns(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Notes that this process waits from now on.</summary>
    public void Begin()
    {
        _since = Stopwatch.GetTimestamp();
        _notes.Write(_own, _since);
    }

    /// <summary>True where no other process has waited longer.</summary>
    public bool IsFirst()
    {
        var oldest = _since - (long)(Stale.TotalSeconds * Stopwatch.Frequency);
        for (var slot = 0; slot < Slots; slot++)
        {
            var at = slot * sizeof(long);
            if (at != _own && _notes.ReadInt64(at) is var since && since > oldest && since < _since)
                return false;
        }

        return true;
    }

    /// <summary>Notes that this process does not wait any more.</summary>
    public void End() => _notes.Write(_own, 0L);

    public void Dispose()
    {
        _notes.Dispose();
        _file.Dispose();
    }
}
