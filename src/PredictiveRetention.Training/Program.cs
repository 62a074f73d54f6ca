using System.CommandLine;
using PredictiveRetention.Training;
using PredictiveRetention.Training.Verbs;

// retain VERB: imports, trains and scores one shop's data from a terminal or a script.
if (!Console.IsOutputRedirected) Console.SetOut(new ShownText(Console.Out));
var root = new RootCommand("retain - who is about to stop buying, what each customer is still worth, and which action is worth its cost.")
{
    GenerateVerb.Command(),
    ImportVerb.Command(),
    TrainVerb.Command(),
    BacktestVerb.Command(),
    ModelsVerb.Command(),
    ScoreVerb.Command(),
    MetricsVerb.Command(),
    ExportVerb.Command(),
    ReportVerb.Command(),
    ExplainVerb.Command(),
    RunsVerb.Command(),
    InsightsVerb.Command(),
    OkrVerb.Command(),
    WhatIfVerb.Command(),
    VerifyFiguresVerb.Command(),
    CheckVerb.Command(),
    DbVerb.Command(),
};
var parsed = root.Parse(args);
return parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction
    ? UsageError(parsed)
    : await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

static int UsageError(ParseResult parsed)
{
    parsed.Invoke(new InvocationConfiguration { Output = Console.Error });
    return (int)PredictiveRetention.Failure.Usage;
}
