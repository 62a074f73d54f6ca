using PredictiveRetention.Insights;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Insights;

/// <summary>What a night writes, and what readers are told there is.</summary>
public sealed class ViewCatalogueTests : IDisposable
{
    private readonly SqliteUnderTest _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Every_figure_of_a_night_is_in_the_catalogue_with_as_many_labels_as_its_view()
    {
        using var store = RetentionStore.Open(_engine.NewAddress());
        var figures = await store.Figures.ReadAsync(RichShop.Night(store).RunId);
        Assert.All(figures.Select(figure => (figure.View, figure.Metric)).Distinct(),
            written => Assert.Contains(written.Metric, ViewCatalogue.Find(written.View)?.Metrics ?? []));
        Assert.All(figures, figure => Assert.True(
            new[] { figure.D1, figure.D2, figure.D3 }.Skip(ViewCatalogue.Find(figure.View)!.Dimensions.Count)
                .All(label => label.Length == 0), $"{figure.View} {figure.Metric} {figure.D1}|{figure.D2}|{figure.D3}"));
        Assert.Empty(ViewCatalogue.All.Select(view => view.Id).Except(figures.Select(figure => figure.View)));
    }

    [Fact]
    public void Every_metric_is_in_some_view_and_every_view_has_known_metrics()
    {
        Assert.All(MetricCatalogue.All, metric => Assert.NotEmpty(ViewCatalogue.With(metric.Id)));
        Assert.All(ViewCatalogue.All.SelectMany(view => view.Metrics).Concat(ViewCatalogue.Headline),
            id => Assert.NotNull(MetricCatalogue.Find(id)));
        Assert.Equal(ViewCatalogue.All.Count, ViewCatalogue.All.Select(view => view.Id).Distinct().Count());
        Assert.All(GlossaryEntry.All,
            entry => Assert.True(entry.Meaning.Length > 0 && entry.Formula.Length > 0 && entry.Views.Count > 0, entry.Id));
        Assert.Equal(["reviews", "delivery"],
            new[] { "review_score", "delivery_days" }.Select(id => Assert.Single(GlossaryEntry.Find(id)!.Needs))
                .Select(words => words.StartsWith("review", StringComparison.Ordinal) ? "reviews" : "delivery"));
    }
}
