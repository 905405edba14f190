using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>The database file: makes it where it does not exist, and opens connections to it.</summary>
internal sealed class SqliteDatabase(SqliteStoreOptions options, TimeProvider time, ILogger logger)
{
    private const long Version = 3;
    private const int HasMovedOpcode = 20;

    private static readonly Lock s_creating = new();

    private int _isLogChecked;
    private volatile bool _isPrivate;

    /// <summary>The full path of the file.</summary>
    public string Path => options.Database;

    /// <summary>Opens a connection; folder, file and tables are made where they do not exist.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="StoreUnavailableException">It was made by a newer version of this server.</exception>
    public SqliteSession Open()
    {
        CreateFile();
        if (Interlocked.Exchange(ref _isLogChecked, 1) == 0)
            SqliteWalCheck.Run(Path, time.GetUtcNow(), logger);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)options.LockTimeout.TotalSeconds),
        }.ToString());
        try
        {
            connection.Open();
            var session = new SqliteSession(connection);
            Prepare(session);
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>True where the file a session has open is no longer the one at its path: what is written to it is lost.</summary>
    public static bool HasMoved(SqliteSession session)
    {
        var moved = 0;
        return sqlite3_file_control(session.Connection.Handle!.DangerousGetHandle(), IntPtr.Zero, HasMovedOpcode, ref moved) == raw.SQLITE_OK
            && moved != 0;
    }

    private void Prepare(SqliteSession session)
    {
        session.Execute("PRAGMA synchronous = FULL");
        session.Execute("PRAGMA secure_delete = ON");
        session.Execute("PRAGMA temp_store = MEMORY");
        if (VersionOf(session) < Version)
            CreateTables(session);
    }

    /// <exception cref="StoreUnavailableException">It was made by a newer version of this server.</exception>
    private long VersionOf(SqliteSession session) => session.Number("PRAGMA user_version")!.Value is var version && version <= Version
        ? version
        : throw new StoreUnavailableException($"{Path} was made by a newer version of this server: update the server.", passes: false);

    /// <summary>Of several processes that find no tables, or those of an older version, one makes them; the others wait for it.</summary>
    private void CreateTables(SqliteSession session)
    {
        SqliteBusy.Run(session, "PRAGMA journal_mode = WAL", options.LockTimeout);
        SqliteBusy.Run(session, "BEGIN IMMEDIATE", options.LockTimeout);
        // Another process may have been quicker, also one of a newer version.
        var stands = VersionOf(session);
        if (stands == 0)
        {
            RunScript(session, "schema.sql");
            session.Execute("INSERT INTO marks VALUES ('checked_at', $now), ('swept_to', $now), ('erasures', 0), ('finished', 0)", time.GetUtcNow().UtcTicks);
        }
        else
        {
            for (var next = stands + 1; next <= Version; next++)
                RunScript(session, $"upgrade-{next}.sql");
        }

        session.Execute($"PRAGMA user_version = {Version}");
        session.Execute("COMMIT");
    }

    private static void RunScript(SqliteSession session, string file) => session.Run(EmbeddedText.Read(typeof(SqliteDatabase), file));

    /// <summary>
    /// Makes an empty file that its owner alone may read; SQLite gives its own files the same mode. A file that is there is
    /// not opened: closing it would release the locks that SQLite holds on it in this process.
    /// </summary>
    private void CreateFile()
    {
        if (_isPrivate && File.Exists(Path))
            return;
        if (options.MustExist && !File.Exists(Path))
            throw new StoreUnavailableException($"There is no database in {System.IO.Path.GetDirectoryName(Path)}. Name the folder that the server uses (--data), or start a server on this one first.", passes: false);
        lock (s_creating)
        {
            MakePrivate(System.IO.Path.GetDirectoryName(Path)!);
            if (File.Exists(Path))
                return;
            PrivateDirectory.Create(System.IO.Path.GetDirectoryName(Path)!);
            var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
                mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            try
            {
                new FileStream(Path, mode).Dispose();
            }
            catch (IOException) when (File.Exists(Path))
            {
                // Another process was quicker.
            }
        }
    }

    /// <summary>
    /// Takes the rights of others away from a folder and files that were there before, and says so. A folder with other
    /// things in it, or of another user, is refused instead.
    /// </summary>
    private void MakePrivate(string folder)
    {
        try
        {
            if (PrivateDirectory.IsOpenToOthers(folder) && !IsOurs(folder))
                throw new StoreUnavailableException(OpenToOthers(folder), passes: false);
            if (PrivateDirectory.Tighten(folder))
                logger.Tightened(folder);
            foreach (var file in (string[])[Path, Path + "-wal", Path + "-shm"])
            {
                if (PrivateDirectory.Tighten(file))
                    logger.Tightened(file);
            }

            _isPrivate = true;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnavailableException(OpenToOthers(folder), e, passes: false);
        }
    }

    private static bool IsOurs(string folder) => Directory.EnumerateFileSystemEntries(folder)
        .Select(System.IO.Path.GetFileName)
        .All(name => name == LockFile.Folder || name!.StartsWith(SqliteStoreOptions.FileName, StringComparison.Ordinal));

    private static string OpenToOthers(string folder) =>
        $"Other users may look into {folder}, and it is not this server's alone. Name a folder of its own below it, which is made for its owner only: --data {System.IO.Path.Combine(folder, "supportstate")}";

    [DllImport("e_sqlite3", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int sqlite3_file_control(IntPtr database, IntPtr name, int opcode, ref int result);
}
