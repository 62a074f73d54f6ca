using PredictiveRetention;
using PredictiveRetention.Service;
using PredictiveRetention.Service.Settings;

if (args is ["--help" or "-h" or "-?"])
{
    Console.Out.WriteLine(CommandLine.Usage);
    return 0;
}

try
{
    return await HostExit.RunAsync(Composition.Build(args));
}
catch (RetentionException fault)
{
    Console.Error.WriteLine(fault.Message);
    return (int)fault.Failure;
}
catch (System.Data.Common.DbException fault)
{
    Console.Error.WriteLine("The database cannot be used: " + fault.Message);
    return (int)Failure.DependencyUnavailable;
}
catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine(fault.Message + " Name another with --urls http://localhost:PORT.");
    return (int)Failure.DependencyUnavailable;
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine("The service cannot start: " + fault.Message);
    return (int)Failure.DependencyUnavailable;
}
