namespace PredictiveRetention.Insights.WhatIf;

/// <summary>What would be worth how much; one of the first three is asked.</summary>
public sealed record WhatIfRequest
{
    /// <summary>Percentage points the repeat rate rises by; 1 is one point.</summary>
    public double? ConversionPoints { get; init; }

    /// <summary>The repeat rate to reach, 0..1.</summary>
    public double? RepeatRate { get; init; }

    /// <summary>Part of the dormant customers of value tier High who come back, 0..1.</summary>
    public double? RecoverDormant { get; init; }

    /// <summary>The repeat rate to start from, 0..1; that of the run when absent. With <see cref="RepeatRate"/> only.</summary>
    public double? From { get; init; }

    /// <summary>Part of the revenue that is earned, 0..1; that of the run when absent.</summary>
    public double? Margin { get; init; }

    /// <summary>In currency units; that of the play when absent.</summary>
    public double? CostPerContact { get; init; }

    /// <summary>Part of an order given away as an incentive, 0..1; that of the play when absent.</summary>
    public double? Incentive { get; init; }

    /// <summary>Part of those contacted who order because of it, 0..1; the play's uplift when absent.</summary>
    public double? Response { get; init; }
}

/// <summary>An input that cannot be.</summary>
/// <param name="parameter">As in a query: conversion_points, repeat_rate, ...</param>
public sealed class WhatIfException(string parameter, string message) : RetentionException(Failure.Usage, message)
{
    public string Parameter { get; } = parameter;
}

/// <summary>What comes of contacting so many.</summary>
/// <param name="Customers">Who order because of it.</param>
/// <param name="Revenue">Of those orders, in currency units.</param>
/// <param name="Cost">Contacts and incentives, those on orders that would have come anyway included.</param>
/// <param name="Net">Margin minus cost.</param>
public sealed record WhatIfOutcome(double Customers, double Contacts, double Revenue, double Margin, double Cost, double Net);

/// <param name="Base">What the points or the share are of.</param>
/// <param name="Eligible">Who could be won: contacts end there.</param>
/// <param name="Reachable">False when the response asked for needs more contacts than there are customers.</param>
/// <param name="Asked">What was asked; contacts may exceed those there are, see Reachable.</param>
/// <param name="Most">Everybody eligible contacted.</param>
/// <param name="Says">The answer, with the figures and numbers it rests on.</param>
public sealed record WhatIfResult(
    string Scenario, double Base, double Eligible, double ValuePerCustomer, double Response, double Margin, double CostPerContact,
    double Incentive, bool Reachable, WhatIfOutcome Asked, WhatIfOutcome Most,
    Findings.Card Says, IReadOnlyList<string> Assumptions);
