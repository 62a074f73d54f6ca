using PredictiveRetention.Features;
using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation;

public enum ContenderKind
{
    /// <summary>The blend as it would have been served.</summary>
    Model,

    /// <summary>One member of it, alone.</summary>
    Member,

    /// <summary>What anybody can do without a model.</summary>
    Rule,
}

/// <summary>What one tool or rule said of the customers of an origin.</summary>
/// <param name="PChurn">One a customer; null for one that does not speak of churn.</param>
/// <param name="Spend">Expected net spend within the horizon, currency units; null likewise.</param>
public sealed record Contender(string Name, ContenderKind Kind, double[]? PChurn, double[]? Spend)
{
    public const string Ours = "PredictiveRetention";
    public const string Recency = "recency";
    public const string SpendByRecency = "spend rate x horizon x P(order) by recency";
}

/// <summary>
/// A fit made as of an origin and, beside it, its members and the naive rules, each with its answers for the customers of that origin.
/// Every rule that needs numbers (a base rate, a mean, the slope of recency) takes them from an earlier slice, never from the one it is
/// judged on.
/// </summary>
/// <param name="Contenders">The model first.</param>
/// <param name="Ranges">The model's intervals of spend; null where it has none.</param>
public sealed record JudgedOrigin(LabelledSlice Slice, ModelLevel Level, IReadOnlyList<Contender> Contenders, SpendRange[]? Ranges)
{
    /// <summary>Judged in the fit's unit of money, told in currency units.</summary>
    /// <param name="judged">The horizon after the fit's cutoff.</param>
    /// <param name="earlier">A slice of the same horizon before the fit's cutoff; null where the history holds none: rules that need its
    /// numbers are left out.</param>
    /// <param name="money">The unit of the fit and its slices.</param>
    public static JudgedOrigin Judge(BlendFit fit, LabelledSlice judged, LabelledSlice? earlier, MoneyUnit money)
    {
        var h = judged.Horizon.Days;
        var answers = new BlendAnswer[judged.Count];
        fit.Model.Predict(judged.Rows, fit.Target(judged.Unlabelled, h), answers);
        var contenders = new List<Contender> { new(Contender.Ours, ContenderKind.Model, [.. answers.Select(answer => 1 - answer.POrder)],
            [.. answers.Select(answer => answer.Spend)]) };
        foreach (var (name, odds, logSpend) in fit.Model.Members(judged.Rows, h))
            contenders.Add(new Contender(name, ContenderKind.Member, odds?.Select(x => 1 - Logistic.Sigmoid(x)).ToArray(),
                logSpend?.Select(Math.Exp).ToArray()));
        contenders.AddRange(Rules(judged, earlier));
        var unit = money.InCurrency;
        return new JudgedOrigin(
            judged.Times(unit), fit.Unseen is null ? ModelLevel.Btyd : fit.Plan.Level,
            [.. contenders.Select(contender => contender with { Spend = contender.Spend?.Select(spend => spend * unit).ToArray() })],
            Intervals(fit, judged, answers)?.Select(range => range.Times(unit)).ToArray());
    }

    private static IEnumerable<Contender> Rules(LabelledSlice judged, LabelledSlice? earlier)
    {
        var h = judged.Horizon.Days;
        double[] byRecency = [.. judged.Facts.Select(f => RecencyRule.PChurn(f.DaysSinceLastOrder, h))];
        if (earlier is not null)
        {
            var (rate, mean) = (earlier.Churned.Average(), Math.Max(0, earlier.Net.Average()));
            var recency = LogisticCalibration.Fit([.. earlier.Facts.Select(f => -LogDays(f))], earlier.Ordered);
            byRecency = [.. judged.Facts.Select(f => 1 - recency.Probability(-LogDays(f)))];
            yield return Rule("base rate / mean spend", judged.Facts.Select(_ => rate), judged.Facts.Select(_ => mean));
            yield return Rule("recency / mean gap", judged.Facts.Select(f => Overdue(f, rate)), null);
        }
        yield return Rule(Contender.Recency, byRecency, null);
        yield return Rule("same as last horizon", null, judged.Facts.Select(f => Math.Max(0, f.SpendInLastHorizon)));
        yield return Rule("spend rate x horizon", null,
            judged.Facts.Select(f => RecencyRule.SpendAtRate(f.NetRevenue, f.TenureDays, h, 0)));
        yield return Rule(Contender.SpendByRecency, null, judged.Facts.Zip(byRecency, (f,
            p) => RecencyRule.SpendAtRate(f.NetRevenue, f.TenureDays, h, p)));
        yield return Rule("spend to date", null, judged.Facts.Select(f => Math.Max(0, f.NetRevenue)));

        static Contender Rule(string name, IEnumerable<double>? p, IEnumerable<double>? spend) =>
            new(name, ContenderKind.Rule, p?.ToArray(), spend?.ToArray());
    }

    private static SpendRange[]? Intervals(BlendFit fit, LabelledSlice judged, BlendAnswer[] answers)
    {
        if (fit.Unseen is not { } unseen
            || SpendIntervals.Fit(unseen.POrder, unseen.Spend, unseen.Net, unseen.PurchaseDays) is not { } intervals) return null;
        return [.. answers.Select((answer,
            i) => intervals.RangeFor(fit.Model.PurchaseDays(judged.Rows.AsSpan(i * judged.Width, judged.Width)), answer.POrder,
                answer.Spend))];
    }

    private static double LogDays(NaiveFacts facts) => Math.Log(1 + facts.DaysSinceLastOrder);

    private static double Overdue(NaiveFacts facts, double baseRate) =>
        facts.MeanGapDays is { } gap ? facts.DaysSinceLastOrder / (facts.DaysSinceLastOrder + gap) : baseRate;
}
