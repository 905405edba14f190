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
            return (null, $"needs the plug-in {Name}, and this program is native, which takes none; use the portable program (dotnet publish src/SupportStateMcp).");
        var (folder, version) = (Path.Combine(directory, Name), typeof(Plugin).Assembly.GetName().Version);
        var publish = $"in the sources of version {version?.ToString(3)}: dotnet publish src/{Name} -c Release -o \"{folder}\"";
        var file = Path.Combine(folder, Name + ".dll");
        if (!File.Exists(file))
            return (null, $"needs the plug-in {Name}, which is not in {folder}; {publish}");
        try
        {
            var found = AssemblyName.GetAssemblyName(file).Version;
            return found == version
                ? (Create<T>(file), null)
                : (null, string.Create(CultureInfo.InvariantCulture, $"needs the plug-in {Name}, which in {folder} is of version {found?.ToString(3)}; {publish}"));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a constructor or a native library says that is of another platform, or half copied.
            return (null, $"needs the plug-in {Name}, which cannot be loaded from {folder} ({Reason(e)}); {publish}");
        }
    }

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
