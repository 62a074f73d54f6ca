using System.Globalization;

namespace PredictiveRetention.Playbooks;

/// <summary>
/// A compiled audience rule: a small tree read once and asked for every customer, without allocation.
/// A condition on an unknown fact is false; <see cref="Not"/> of it is therefore true.
/// </summary>
internal abstract class Rule
{
    public abstract bool Holds(in Candidate candidate);
}

internal sealed class AllOf(Rule[] rules) : Rule
{
    public override bool Holds(in Candidate candidate)
    {
        foreach (var rule in rules) if (!rule.Holds(candidate)) return false;

        return true;
    }

    public override string ToString() => string.Join(" and ", (object[])rules);
}

internal sealed class AnyOf(Rule[] rules) : Rule
{
    public override bool Holds(in Candidate candidate)
    {
        foreach (var rule in rules) if (rule.Holds(candidate)) return true;

        return false;
    }

    public override string ToString() => $"({string.Join(" or ", (object[])rules)})";
}

internal sealed class Not(Rule rule) : Rule
{
    public override bool Holds(in Candidate candidate) => !rule.Holds(candidate);

    public override string ToString() => $"not ({rule})";
}

/// <summary>The segment is one of the named: a bit for each, no taxonomy has more than eleven.</summary>
internal sealed class InSegment(SegmentField field, uint allowed) : Rule
{
    public override bool Holds(in Candidate candidate) => (allowed >> field.Of(candidate) & 1) == 1;

    public override string ToString() =>
        $"{field.Words} is {string.Join(" or ", field.Values.Where((_, index) => (allowed >> index & 1) == 1))}";
}

/// <summary>The churn probability is so many points higher than it was so many days ago; false where no night says what it was.</summary>
internal sealed class RiskRaised(double points, int days) : Rule
{
    public override bool Holds(in Candidate candidate) =>
        candidate.Earlier?.DaysAgo(days) is { } before && 100 * (candidate.Score.PChurn - before) >= points;

    public override string ToString() => Invariant.Text($"churn probability raised by at least {points} points in {days} days");
}

/// <summary>Both ends are inclusive.</summary>
internal sealed class InRange(FigureField field, double? min, double? max) : Rule
{
    private readonly double _min = min ?? double.NegativeInfinity;
    private readonly double _max = max ?? double.PositiveInfinity;

    // A comparison with null is false, so an unknown figure is in no range.
    public override bool Holds(in Candidate candidate)
    {
        var value = field.Of(candidate);
        return value >= _min && value <= _max;
    }

    public override string ToString() => (min, max) switch
    {
        (null, _) => string.Create(CultureInfo.InvariantCulture, $"{field.Words} at most {max}"),
        (_, null) => string.Create(CultureInfo.InvariantCulture, $"{field.Words} at least {min}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{field.Words} {min} to {max}"),
    };
}

internal sealed class IsFigure(FigureField field, double[] allowed) : Rule
{
    public override bool Holds(in Candidate candidate) => field.Of(candidate) is { } value && allowed.AsSpan().Contains(value);

    public override string ToString() =>
        $"{field.Words} is {string.Join(" or ", allowed.Select(value => value.ToString(CultureInfo.InvariantCulture)))}";
}

internal sealed class IsFlag(FlagField field, bool whenTrue, bool whenFalse) : Rule
{
    public override bool Holds(in Candidate candidate) => field.Of(candidate) is { } value && (value ? whenTrue : whenFalse);

    public override string ToString() =>
        string.Join(" or ", new[] { whenTrue ? field.Words : null, whenFalse ? field.NotWords : null }.OfType<string>());
}
