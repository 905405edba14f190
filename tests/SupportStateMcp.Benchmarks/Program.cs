// serve …: the process that is measured. Anything else: the run that measures it and prints the report.

using SupportStateMcp.Benchmarks;

return args is ["serve", ..] ? await BenchmarkServer.RunAsync(args[1..]) : await BenchmarkRun.RunAsync(args);
