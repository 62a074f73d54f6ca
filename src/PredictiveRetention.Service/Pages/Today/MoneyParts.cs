namespace PredictiveRetention.Service.Pages.Today;

/// <summary>What customers would spend in the churn horizon, rounded so that the parts add up to the whole as they are shown.</summary>
/// <param name="Buying">Expected of those still buying.</param>
/// <param name="Inactive">Expected of those who are inactive and not lost.</param>
/// <param name="Slipping">At risk with the slipping.</param>
/// <param name="Others">At risk with others who are still buying.</param>
/// <param name="CouldComeBack">Apart from all of these.</param>
internal readonly record struct MoneyParts(double Buying, double Inactive, double Slipping, double Others, double CouldComeBack)
{
    public double Expected => Buying + Inactive;

    public double AtRisk => Slipping + Others;

    public double IfAllOrdered => Buying + AtRisk;

    /// <summary>Null where a part is not available: in runs of earlier versions.</summary>
    /// <param name="figure">Value of a metric of the shop as a whole.</param>
    public static MoneyParts? Of(Func<string, double?> figure, Currency currency)
    {
        return Rounded("revenue_at_risk") is { } atRisk && Rounded("revenue_at_risk_slipping") is { } slipping
            && Rounded("expected_revenue_buying") is { } buying && Rounded("expected_revenue_inactive") is { } inactive
            && Rounded("could_come_back") is { } comeBack
            ? new MoneyParts(buying, inactive, slipping, atRisk - slipping, comeBack)
            : null;

        double? Rounded(string metric) => figure(metric) is { } value
            ? Math.Round(value, currency.Decimals, MidpointRounding.AwayFromZero)
            : null;
    }
}
