using MathNet.Numerics;

namespace PredictiveRetention.Simulation;

/// <summary>A country the shop sells to from the middle of Europe.</summary>
/// <param name="Share">Weight among customers.</param>
/// <param name="UsualDays">Median of the log-normal days of a delivery.</param>
/// <param name="Cities">By size; the first is named most often.</param>
internal sealed record ShopCountry(string Name, string Continent, double Share, double UsualDays, params string[] Cities)
{
    /// <summary>Standard deviation of the logarithm of delivery days.</summary>
    public const double Spread = 0.5;

    /// <summary>Deliveries of December take so many times as long.</summary>
    public const double December = 1.3;

    private const double DecemberShare = 0.117;

    public static IReadOnlyList<ShopCountry> All { get; } =
    [
        new("Germany", "Europe", 34, 2.2, "Berlin", "Hamburg", "München", "Köln"),
        new("France", "Europe", 8, 3.2, "Paris", "Lyon", "Marseille"),
        new("United Kingdom", "Europe", 8, 4, "London", "Manchester", "Leeds"),
        new("Austria", "Europe", 7, 2.8, "Wien", "Graz", "Linz"),
        new("Switzerland", "Europe", 5, 3.3, "Zürich", "Basel", "Genève"),
        new("Netherlands", "Europe", 5, 2.6, "Amsterdam", "Rotterdam", "Utrecht"),
        new("Spain", "Europe", 4, 4, "Madrid", "Barcelona", "Valencia"),
        new("Italy", "Europe", 4, 4.2, "Milano", "Roma", "Torino"),
        new("Poland", "Europe", 3, 3.4, "Warszawa", "Kraków", "Gdańsk"),
        new("Sweden", "Europe", 2, 4, "Stockholm", "Göteborg", "Malmö"),
        new("United States", "North America", 7, 7, "New York", "Chicago", "Los Angeles"),
        new("Canada", "North America", 2, 8, "Toronto", "Montréal", "Vancouver"),
        new("Brazil", "South America", 2, 11, "São Paulo", "Rio de Janeiro"),
        new("Argentina", "South America", 0.7, 12, "Buenos Aires", "Córdoba"),
        new("Japan", "Asia", 1.6, 8, "Tokyo", "Osaka"),
        new("India", "Asia", 1.6, 10, "Mumbai", "Delhi", "Bengaluru"),
        new("Singapore", "Asia", 0.8, 7, "Singapore"),
        new("United Arab Emirates", "Asia", 0.8, 7, "Dubai", "Abu Dhabi"),
        new("South Africa", "Africa", 1.2, 10, "Johannesburg", "Cape Town"),
        new("Kenya", "Africa", 0.4, 12, "Nairobi", "Mombasa"),
        new("Australia", "Oceania", 1.5, 9, "Sydney", "Melbourne"),
        new("New Zealand", "Oceania", 0.4, 10, "Auckland", "Wellington"),
    ];

    public static double[] RunningShares { get; } = Shares.Running([.. All.Select(country => country.Share)]);

    /// <summary>Half of a country's customers live in its first city, half of the others in the second, and so on.</summary>
    public double[] RunningCities { get; } = Shares.Running([.. Cities.Select((_, i) => Math.Pow(0.5, i))]);

    /// <summary>Whole days after the order, said at the checkout.</summary>
    public int PromisedDays { get; } = (int)Math.Ceiling(1.4 * UsualDays);

    /// <summary>Share of deliveries that come after the promised day, over a year.</summary>
    public double LateShare => (1 - DecemberShare) * LateShareAt(UsualDays) + DecemberShare * LateShareAt(December * UsualDays);

    /// <summary>Later than promised is a whole day later.</summary>
    private double LateShareAt(double median) => 0.5 * SpecialFunctions.Erfc(Math.Log((PromisedDays + 1) / median) / Spread / Math.Sqrt(2));
}
