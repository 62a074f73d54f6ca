using PredictiveRetention.Features;

namespace PredictiveRetention.Insights;

/// <summary>What a shop would have to import, in words.</summary>
public static class SourceWords
{
    private static readonly (DataSource Source, string Words)[] s_words =
    [
        (DataSource.Discounts, "discounts on orders"), (DataSource.Refunds, "refunds"), (DataSource.Categories, "product categories"),
        (DataSource.Channels, "sales channels"),
        (DataSource.Quantities, "quantities"), (DataSource.Margins, "margins of orders"), (DataSource.Delivery, "delivery times"),
        (DataSource.Reviews, "review scores"),
        (DataSource.Email, "e-mail events"), (DataSource.Visits, "visits"), (DataSource.Tickets, "support tickets"),
        (DataSource.Subscriptions, "subscriptions"),
        (DataSource.Demographics, "birth years"), (DataSource.Acquisition, "acquisition channels"), (DataSource.Countries, "countries"),
        (DataSource.Genders, "genders"), (DataSource.Promises, "promised delivery times"),
    ];

    public static string Name(DataSource source) =>
        string.Join(" and ", s_words.Where(word => (source & word.Source) != 0).Select(word => word.Words));

    /// <summary>Why something that needs these sources is not available; null when it is.</summary>
    public static string? Missing(DataSource needs, SourceCoverage coverage)
    {
        var missing = needs & ~coverage.Sources;
        return missing == 0 ? null : $"not available: the shop has imported no {Name(missing)}";
    }
}
