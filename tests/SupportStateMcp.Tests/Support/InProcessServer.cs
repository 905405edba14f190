using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Cli;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// The server of one client, whole, in this process: the same command line, options, services and transport as the
/// program's, with pipes in the place of its standard streams. A process of its own costs a second of each test.
/// </summary>
internal sealed class InProcessServer : IClientStreams, IAsyncDisposable
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly TemporaryDirectory? _ownDirectory;
    private readonly KeptErrors _errors = new();
    private readonly TimeProvider _time;
    private readonly Action<IServiceCollection>? _configure;
    private readonly Task<int> _running;

    private InProcessServer(string[] arguments, string? directory, TimeProvider? time, Action<IServiceCollection>? configure = null)
    {
        _configure = configure;
        _time = time ?? TimeProvider.System;
        _ownDirectory = directory is null ? new TemporaryDirectory() : null;
        ToServer = _toServer.Writer.AsStream();
        FromServer = _toClient.Reader.AsStream();
        _running = Task.Run(() => RunAsync([.. arguments, "--data", directory ?? _ownDirectory!.Path]));
    }

    public Stream ToServer { get; }

    public Stream FromServer { get; }

    /// <summary>What a process would have written to its error stream.</summary>
    public string Errors => _errors.ToString();

    /// <summary>A server with these arguments, on conversations of its own.</summary>
    public static InProcessServer Start(params string[] arguments) => new(arguments, null, null);

    /// <summary>The same, by a clock of the test's.</summary>
    public static InProcessServer StartAt(TimeProvider time, params string[] arguments) => new(arguments, null, time);

    /// <summary>The same, with more than its own services.</summary>
    public static InProcessServer StartWith(Action<IServiceCollection> configure, params string[] arguments) => new(arguments, null, null, configure);

    /// <summary>A server that shares its directory with others.</summary>
    public static InProcessServer On(string directory, params string[] arguments) => new(arguments, directory, null);

    /// <summary>Ends its input, and waits until it has stopped as a process does that ends with 0.</summary>
    public async ValueTask DisposeAsync()
    {
        await ToServer.DisposeAsync();
        Assert.Equal(0, await _running.WaitAsync(TimeSpan.FromSeconds(30)));
        _ownDirectory?.Dispose();
    }

    private async Task<int> RunAsync(string[] arguments)
    {
        // Its end closes its output, as that of a process does: a client that waits for an answer hears of it.
        await using var output = _toClient.Writer.AsStream();
        return await CommandLine.RunAsync(
            arguments,
            new PipedConsole(_toServer.Reader.AsStream(), output, _errors.Text),
            services =>
            {
                services.AddSingleton(_time).AddLogging(l => l.ClearProviders().AddProvider(_errors));
                _configure?.Invoke(services);
            });
    }

    private sealed class PipedConsole(Stream input, Stream output, TextWriter errors) : CliConsole
    {
        public override TextWriter Output => errors;

        public override TextWriter Errors => errors;

        public override bool IsTerminal => false;

        public override bool IsKeyboard => false;

        public override System.Collections.IDictionary Environment { get; } = new Dictionary<string, string>();

        public override Stream OpenInput() => input;

        public override Stream OpenOutput() => output;
    }

    private sealed class KeptErrors : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly StringWriter _text = new();

        public TextWriter Text => TextWriter.Synchronized(_text);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}\n{exception}");

        public void Dispose()
        {
        }

        public override string ToString() => string.Join('\n', [.. _lines, _text.ToString()]);
    }
}

/// <summary>The two streams between a client and a server on standard input and output.</summary>
internal interface IClientStreams
{
    Stream ToServer { get; }

    Stream FromServer { get; }
}
