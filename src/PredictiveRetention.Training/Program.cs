using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Storage;
using PredictiveRetention.Training;

// retain VERB: imports, trains and scores one shop's data from a terminal or a script.
if (!Console.IsOutputRedirected) Console.SetOut(new ShownText(Console.Out));
var parsed = RetainCommand.Root().Parse(args);
return parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction
    ? UsageError(parsed)
    : await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

static int UsageError(ParseResult parsed)
{
    using var said = new StringWriter(CultureInfo.InvariantCulture); // words that were not understood, one of which may be an address
    parsed.Invoke(new InvocationConfiguration { Output = said, Error = said });
    Console.Error.Write(StoreAddress.Masked(said.ToString()));
    return (int)PredictiveRetention.Failure.Usage;
}
