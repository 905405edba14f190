using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;

namespace SupportStateMcp.Hosting;

/// <summary>
/// What a plug-in brings along is found by its <c>deps.json</c>, native libraries too, and is nobody else's; what is not in its folder is the
/// program's, so that both mean the same port. One for each file, for as long as the process lives.
/// </summary>
[RequiresUnreferencedCode("Assemblies are loaded that are not known when the program is compiled.")]
internal sealed class PluginContext : AssemblyLoadContext
{
    private static readonly ConcurrentDictionary<string, Lazy<PluginContext>> s_all = new(StringComparer.Ordinal);

    private readonly AssemblyDependencyResolver _resolver;

    private PluginContext(string file) : base(Path.GetFileNameWithoutExtension(file)) => _resolver = new AssemblyDependencyResolver(file);

    public static PluginContext Of(string file) => s_all.GetOrAdd(file, f => new Lazy<PluginContext>(() => new PluginContext(f))).Value;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;
}
