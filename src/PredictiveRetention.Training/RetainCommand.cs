using System.CommandLine;
using PredictiveRetention.Training.Verbs;

namespace PredictiveRetention.Training;

/// <summary>retain and its verbs. docs/command-line.md is made from it.</summary>
internal static class RetainCommand
{
    private const string Purpose =
        "retain - who is about to stop buying, what each customer is still worth, and which action is worth its cost.";

    public static RootCommand Root() => new(Purpose)
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
        PlaybookVerb.Command(),
        UpliftVerb.Command(),
        CheckVerb.Command(),
        DbVerb.Command(),
    };
}
