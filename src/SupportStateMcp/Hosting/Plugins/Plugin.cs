using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace SupportStateMcp.Hosting;

/// <summary>
/// An optional part of the program: an assembly that it does not refer to, in a folder of its own below <c>plugins.directory</c>, named like the
/// assembly. It is loaded only where the configuration asks for it, and only by a name that stands in the sources. Its one public type that
/// implements the port, with a constructor without parameters, is the part.
/// </summary>
/// <param name="Name">The assembly, which is also the name of its project and of its folder.</param>
internal sealed record Plugin(string Name)
{
    /// <summary>Embeddings made in the process; an <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c>.</summary>
    public static readonly Plugin LocalEmbeddings = new("SupportStateMcp.Embeddings.Local");

    /// <summary>Kafka; an <see cref="Events.IEventBus"/>.</summary>
    public static readonly Plugin Kafka = new("SupportStateMcp.Kafka");

    /// <summary>E-mail over SMTP; an <see cref="Events.IMailTransport"/>.</summary>
    public static readonly Plugin Mail = new("SupportStateMcp.Mail");

    private static readonly Version? s_version = typeof(Plugin).Assembly.GetName().Version;

    /// <summary>Where plug-ins are unless the configuration says otherwise: beside the program.</summary>
    public static string DefaultDirectory => Path.Combine(AppContext.BaseDirectory, "plugins");

    /// <summary>False in the native program, which holds no compiler for code that comes later; <c>SupportStateMcp.csproj</c> switches it off there.</summary>
    [FeatureSwitchDefinition("SupportStateMcp.Plugins.IsSupported")]
    [FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))]
    internal static bool IsSupported { get; } = !AppContext.TryGetSwitch("SupportStateMcp.Plugins.IsSupported", out var isSupported) || isSupported;

    /// <summary>The part, or why there is none and how to get it, as the end of a sentence for an operator.</summary>
    /// <typeparam name="T">The port: a type of the program, or of a package that it has.</typeparam>
    /// <param name="directory">The folder of all plug-ins.</param>
    public (T? Part, string? Missing) Load<T>(string directory) where T : class
    {
        if (!IsSupported)
            return (null, IsNative);
        if (Missing(directory) is { } missing)
            return (null, missing);
        try
        {
            return (Create<T>(FileIn(directory)), null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, Unloadable(directory, e));
        }
    }

    /// <summary>Why the part cannot be there, as far as that shows without loading it; null where nothing does.</summary>
    /// <param name="directory">The folder of all plug-ins.</param>
    public string? Missing(string directory)
    {
        if (!IsSupported)
            return IsNative;
        if (!File.Exists(FileIn(directory)))
            return $"needs the plug-in {Name}, which is not in {FolderIn(directory)}; {Publish(directory)}";
        try
        {
            var found = AssemblyName.GetAssemblyName(FileIn(directory)).Version;
            return found == s_version
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"needs the plug-in {Name}, which in {FolderIn(directory)} is of version {found?.ToString(3)}; {Publish(directory)}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Unloadable(directory, e);
        }
    }

    private string IsNative => $"needs the plug-in {Name}, and this program is native, which takes none; use the portable program (dotnet publish src/SupportStateMcp).";

    private string FolderIn(string directory) => Path.Combine(directory, Name);

    private string FileIn(string directory) => Path.Combine(directory, Name, Name + ".dll");

    private string Publish(string directory) => $"in the sources of version {s_version?.ToString(3)}: dotnet publish src/{Name} -c Release -o \"{FolderIn(directory)}\"";

    /// <summary>Whatever a constructor or a native library says that is of another platform, or half copied.</summary>
    private string Unloadable(string directory, Exception e) => $"needs the plug-in {Name}, which cannot be loaded from {FolderIn(directory)} ({Reason(e)}); {Publish(directory)}";

    [RequiresUnreferencedCode("The assembly is not known when the program is compiled.")]
    private static T Create<T>(string file) where T : class
    {
        var types = PluginContext.Of(file).LoadFromAssemblyPath(file).GetExportedTypes().Where(t => t.IsClass && !t.IsAbstract && typeof(T).IsAssignableFrom(t)).ToList();
        return types is [var type]
            ? (T)Activator.CreateInstance(type)!
            : throw new InvalidOperationException($"it holds {types.Count} types that are a {typeof(T).Name}");
    }

    private static string Reason(Exception e) => (e is TargetInvocationException or TypeInitializationException && e.InnerException is { } inner ? Reason(inner) : e.Message)
        .ReplaceLineEndings(" ").TrimEnd('.');
}
