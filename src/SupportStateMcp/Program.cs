using SupportStateMcp.Hosting;

return await CommandLine.RunAsync(args);
