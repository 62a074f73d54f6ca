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

    /// <param name="figure">Value of a metric of the shop as a whole.</param>
    public static MoneyParts Of(Func<string, double> figure, Currency currency)
    {
        var (atRisk, slipping) = (Rounded("revenue_at_risk"), Rounded("revenue_at_risk_slipping"));
        return new MoneyParts(
            Rounded("expected_revenue_buying"), Rounded("expected_revenue_inactive"), slipping, atRisk - slipping,
            Rounded("could_come_back"));

        double Rounded(string metric) => Math.Round(figure(metric), currency.Decimals, MidpointRounding.AwayFromZero);
    }
}
