using System.Globalization;
using System.Text;
using PredictiveRetention.Insights;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Insights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteSqlViewTests() : SqlViewTests(new SqliteUnderTest());

public sealed class PostgresSqlViewTests() : SqlViewTests(new PostgresUnderTest());

/// <summary>What BI tools read says the same as the rest, on both engines.</summary>
public abstract class SqlViewTests(EngineUnderTest engine) : IDisposable
{
    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Sums_of_the_views_are_the_totals()
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        var run = RichShop.Night(store);
        var kpis = (await store.Figures.ReadAsync(run.RunId, "kpis")).Where(figure => figure.D1.Length == 0)
            .ToDictionary(figure => figure.Metric, figure => figure.Value ?? 0);
        var views = SqlViews.All.ToDictionary(view => view.Name, view => (view.Columns, Rows: store.Views.Read(view).ToList()));
        double Sum(string view, string column, Func<Func<string, string?>, bool>? where = null)
        {
            var (columns, rows) = views[view];
            int At(string name) => columns.TakeWhile(known => known.Name != name).Count();
            return rows.Where(row => where is null || where(name => row[At(name)]))
                .Sum(row => double.Parse(row[At(column)] ?? "0", CultureInfo.InvariantCulture));
        }

        Assert.Equal(kpis["customers"], views["v_current_predictions"].Rows.Count);
        Assert.Equal(kpis["revenue"], Sum("v_current_predictions", "net_revenue"), 1e-6);
        Assert.Equal(kpis["clv"], Sum("v_current_predictions", "clv"), 1e-6 * kpis["clv"]);
        Assert.Equal(kpis["customers"], Sum("v_rfm", "customers"));
        Assert.Equal(kpis["revenue"], Sum("v_rfm", "net_revenue"), 1e-6);
        Assert.Equal(kpis["revenue_at_risk"], Sum("v_rfm", "revenue_at_risk"), 1e-6);
        Assert.Equal(kpis["orders"], views["v_order"].Rows.Count);
        Assert.Equal(kpis["orders"], Sum("v_customer_360", "valid_orders"));
        Assert.Equal(kpis["revenue"], Sum("v_customer_360", "paid") - Sum("v_customer_360", "refunded"), 1e-6);
        Assert.Equal(Sum("v_order", "amount"), Sum("v_customer_360", "paid"), 1e-6);
        Assert.Equal(kpis["actions"], views["v_actions"].Rows.Count);
        Assert.Equal(kpis["expected_net_value"], Sum("v_actions", "expected_net_value"), 1e-6);
        Assert.Equal((await store.Figures.ReadAsync(run.RunId)).Count, views["v_metric"].Rows.Count);
        Assert.Single(views["v_runs"].Rows);

        var months = (await store.Figures.ReadAsync(run.RunId, "months", "month_revenue")).Where(figure => figure.Value is not null
            && !figure.D1.StartsWith("before", StringComparison.Ordinal))
            .ToList();
        foreach (var taxonomy in new[] { "lifecycle", "rfm_segment" })
            foreach (var month in months)
                Assert.Equal(month.Value!.Value,
                    Sum("v_segment_month", "revenue", cell => cell("taxonomy") == taxonomy && cell("month") == month.D1), 1e-6);
        Assert.Equal(kpis["buyers"], Sum("v_cohort", "customers", cell => cell("unit") == "month" && cell("period") == "0"),
            1.0 * (await store.Figures.ReadAsync(run.RunId, "by_cohort_month", "customers")).Where(figure => figure.D1 == "2023-12")
                .Sum(figure => figure.Value ?? 0));

        var (columns, predictions) = views["v_current_predictions"];
        foreach (var name in new[] { "rfm_segment", "lifecycle", "value_tier", "frequency_class", "clv_tier", "business_segment",
            "engagement_segment", "persona", "risk_band" })
            Assert.DoesNotContain(predictions, row => row[columns.TakeWhile(known => known.Name != name).Count()] is null);
        Assert.All(views["v_order"].Rows, row => Assert.EndsWith("Z", row[3], StringComparison.Ordinal));
    }

    [Fact]
    public void Names_and_minor_units_are_put_right_when_the_store_is_opened()
    {
        var address = engine.NewAddress();
        using (var store = RetentionStore.Open(address)) store.Import(Some.Orders(5));
        engine.Execute("UPDATE segment_name SET name = 'Gone' WHERE taxonomy = 'lifecycle' AND code = 0");
        engine.Execute("INSERT INTO segment_name (taxonomy, code, name) VALUES ('lifecycle', 99, 'Never')");
        engine.Execute("DELETE FROM metric_name WHERE metric = 'aov'");
        engine.Execute("UPDATE shop SET minor_per_unit = NULL");
        RetentionStore.Open(address).Dispose();
        Assert.Equal(PredictiveRetention.Segments.SegmentNames.All<PredictiveRetention.Segments.Lifecycle>(),
            engine.Query("SELECT name FROM segment_name WHERE taxonomy = 'lifecycle' ORDER BY code"));
        Assert.Equal([MetricCatalogue.Get("aov").Name], engine.Query("SELECT name FROM metric_name WHERE metric = 'aov'"));
        Assert.Equal(["100"], engine.Query("SELECT minor_per_unit FROM shop"));
    }
}

public sealed class SqlViewDocumentTests
{
    /// <summary>The document is approved by hand; what the program would say instead is written beside it.</summary>
    [Fact]
    public void The_document_of_the_views_names_every_column()
    {
        var now =
            new StringBuilder(
                "# SQL views\n\nFor BI tools, on SQLite and PostgreSQL. Names and columns stay what they are; where a run is concerned "
                    + "it is the published night, so a dashboard never mixes two. Money is in currency units; a part of a whole is 0 to 1. "
            + "Instants are timestamps on PostgreSQL and RFC 3339 text on SQLite, flags are 0 and 1 on SQLite. `retain export NAME --out "
            + "FILE.parquet` writes any of them as a file.\n");
        foreach (var view in SqlViews.All)
        {
            now.Append(CultureInfo.InvariantCulture, $"\n## {view.Name}\n\n{view.Title}.\n\n| column | meaning |\n|---|---|\n");
            foreach (var column in view.Columns) now.Append(CultureInfo.InvariantCulture, $"| `{column.Name}` | {column.Meaning} |\n");
        }
        var path = Path.Combine(Repository.Root, "docs", "sql-views.md");
        if (!File.Exists(path) || File.ReadAllText(path) != now.ToString())
            File.WriteAllText(Path.ChangeExtension(path, ".received.md"), now.ToString());
        Assert.Equal(File.ReadAllText(path), now.ToString());
    }
}
