using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using Testcontainers.Redis;

namespace SupportStateMcp.Tests.Support;

/// <summary>A Redis of the official image, by Testcontainers. It is paused and killed by the Docker engine.</summary>
internal sealed class RedisOfImage : RedisServer
{
    private const string Image = "redis:7.4-alpine";

    private readonly RedisContainer _container;

    public RedisOfImage(string[] arguments) => _container = new RedisBuilder(Image)
        // A port that stays the same when the container is started again.
        .WithPortBinding(Port, RedisBuilder.RedisPort)
        .WithCommand(["redis-server", "--save", "", .. arguments])
        .Build();

    public override string Host => _container.Hostname;

    public override async Task StartAgainAsync()
    {
        await _container.StartAsync();
        if (!await ServesAsync(() => false))
            throw new InvalidOperationException($"The container did not serve:\n{(await _container.GetLogsAsync()).Stdout}");
    }

    public override Task StopAsync() => _container.StopAsync();

    public override async Task KillAsync()
    {
        using var client = TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientBuilder(Guid.NewGuid()).Build();
        await client.Containers.KillContainerAsync(_container.Id, new ContainerKillParameters { Signal = "SIGKILL" });
        await client.Containers.WaitContainerAsync(_container.Id);
    }

    public override Task PauseAsync() => _container.PauseAsync();

    public override Task ResumeAsync() => _container.UnpauseAsync();

    public override ValueTask DisposeAsync() => _container.DisposeAsync();
}
