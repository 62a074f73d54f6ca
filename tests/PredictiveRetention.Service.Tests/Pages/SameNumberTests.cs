using System.Globalization;
using System.Text.Json;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Exports;
using PredictiveRetention.Insights;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>
/// One number, wherever it is read: a cell of a page is what the page's own CSV link has, written by the one writer; the file has what the
/// endpoint answers, to the last digit; and that is what the store keeps.
/// </summary>
public sealed class SameNumberTests : IDisposable
{
    private readonly ServiceUnderTest _service = new ServiceUnderTest(new SqliteUnderTest()).WithWholeShop();

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task Cells_of_pages_are_those_of_their_files()
    {
        using var admin = _service.Admin();
        using var scope = _service.Services.CreateScope();
        var writer = scope.ServiceProvider.GetRequiredService<Writer>();
        var (wrong, silent, compared) = (new List<string>(), new List<string>(), new Dictionary<string, int>());
        foreach (var (route, figure, link) in await FiguresAsync(admin))
        {
            var file = await CsvAsync(admin, link);
            var same = 0;
            foreach (var (row, column, shown) in CellsOf(figure))
            {
                var candidates = file.Where(line => Means(line, row, column, writer)).ToList();
                if (candidates.Count == 0) continue;
                if (candidates.Any(line => Written(line, writer) == shown)) same++;
                else wrong.Add(
                    $"{route} #{figure.Id} {row} / {column}: the page says {shown}, the file "
                        + $"{string.Join(" or ", candidates.Take(4).Select(line => Written(line, writer)))}");
            }
            compared[route] = compared.GetValueOrDefault(route) + same;
            if (same == 0) silent.Add($"{route} #{figure.Id}");
        }
        TestContext.Current.SendDiagnosticMessage(
            $"Compared cells: {string.Join(", ", compared.Select(pair => $"{pair.Key} {pair.Value}"))}. Nothing to compare by: "
                + $"{string.Join(", ", silent)}");
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.True(compared.GetValueOrDefault("/value") > 50,
            $"the tables of the value page are no longer found: {string.Join(", ", compared)}; nothing to compare by: "
                + $"{string.Join(", ", silent)}");
        // What is put together on a page from several rows has no row of its own; most figures have.
        Assert.True(silent.Count <= await FigureCountAsync(admin) / 3,
            $"figures none of whose cells is in their file: {string.Join(", ", silent)}");
    }

    [Fact]
    public async Task Files_that_pages_link_have_what_the_endpoint_answers_and_the_store_keeps()
    {
        using var admin = _service.Admin();
        var run = (await _service.Store.Nights.CurrentAsync())!;
        var links = (await FiguresAsync(admin)).Select(figure => figure.Link).Distinct().ToList();
        Assert.NotEmpty(links);
        foreach (var link in links)
        {
            var file = await CsvAsync(admin, link);
            var answer = await ServiceUnderTest.JsonAsync(await admin.GetAsync(link.Replace("format=spreadsheet", "format=json",
                StringComparison.Ordinal)));
            var view = ViewCatalogue.All.Single(known => known.Id == answer.GetProperty("view").GetString());
            var answered = answer.GetProperty("rows").EnumerateArray().Select(row => (Key(view, row), Value(row))).ToList();
            Assert.Equal(answered,
                file.Select(line => (string.Join('|', [.. view.Dimensions.Select(dimension => line[dimension]), line["metric"]]),
                    line["value"])));
            var kept = (await _service.Store.Figures.ReadAsync(run.RunId, view.Id)).Where(figure => figure.Value is not null)
                .Select(figure => (string.Join('|',
                    [.. new[] { figure.D1, figure.D2, figure.D3 }.Take(view.Dimensions.Count), figure.Metric]),
                        Number(figure.Value!.Value)))
                .ToHashSet();
            Assert.All(answered.Where(row => row.Item2.Length > 0),
                row => Assert.True(kept.Contains(row), $"{link}: {row} is not what the store keeps"));
        }
    }

    [Fact]
    public async Task The_tiles_of_the_overview_are_the_headline_of_the_run()
    {
        using var admin = _service.Admin();
        using var scope = _service.Services.CreateScope();
        var writer = scope.ServiceProvider.GetRequiredService<Writer>();
        var run = (await _service.Store.Nights.CurrentAsync())!;
        var headline = run.Headline!;
        var (_, page) = await PageReader.ReadAsync(admin, "/");
        var tiles = page.QuerySelectorAll(".tiles dd:nth-of-type(1)").Select(PageReader.TextOf).ToList();
        var rows = _service.Store.Predictions.ReadAll(run.RunId);
        var expected = rows.Where(row => !row.Lost).Sum(row => (1 - row.PChurn) * row.SpendIfOrder);
        Assert.Equal(
            [writer.Money(headline.RevenueAtRisk), writer.Count(rows.Count(row => row.Slipping)), writer.Money(expected),
                writer.Count(headline.Actions)], tiles);
        Assert.Equal(rows.Sum(row => row.StillBuying ? row.PChurn * row.SpendIfOrder : 0), headline.RevenueAtRisk, 1e-6);
        Assert.Equal(rows.Count(row => !row.Lost && row.RiskBand == (int)Segments.RiskBand.High), headline.HighRisk);
    }

    /// <summary>Charts and tables that link the file they were drawn from.</summary>
    private async Task<List<(string Route, IElement Figure, string Link)>> FiguresAsync(HttpClient admin)
    {
        var figures = new List<(string, IElement, string)>();
        foreach (var route in await Routes.OfAsync(_service))
        {
            var (_, page) = await PageReader.ReadAsync(admin, route);
            figures.AddRange(page.QuerySelectorAll("figure.chart").Where(figure => figure.QuerySelector("table") is not null)
                .Select(figure => (figure, Link: figure.QuerySelector(".more a[download]")?.GetAttribute("href")))
                .Where(pair => pair.Link?.StartsWith("/api/v1/insights/", StringComparison.Ordinal) == true)
                .Select(pair => (route, pair.figure, pair.Link!)));
        }
        return figures;
    }

    private async Task<int> FigureCountAsync(HttpClient admin) => (await FiguresAsync(admin)).Count;

    /// <summary>Cells of the figure's table that have a value; a small number of customers is marked beside it.</summary>
    private static IEnumerable<(string Row, string Column, string Shown)> CellsOf(IElement figure)
    {
        foreach (var table in figure.QuerySelectorAll("table"))
        {
            var heads = table.QuerySelectorAll("thead th").Skip(1).Select(PageReader.TextOf).ToList();
            foreach (var row in table.QuerySelectorAll("tbody tr"))
            {
                var cells = row.QuerySelectorAll("td.number").ToList();
                for (var i = 0; i < Math.Min(cells.Count, heads.Count); i++)
                    if (cells[i].QuerySelector("span:not(.none):not(.sr)") is { } value && cells[i].QuerySelector(".none") is null)
                        yield return (PageReader.TextOf(row.QuerySelector("th")!), heads[i], PageReader.TextOf(value));
            }
        }
    }

    /// <summary>A line of the file that a cell can stand for: it has the row's label, and the column's label or metric.</summary>
    private static bool Means(Dictionary<string, string> line, string row, string column, Writer writer)
    {
        if (line["value"].Length == 0) return false;
        var labels = line.Where(pair => FigureFile.Columns.All(column => column.Name != pair.Key) && pair.Value.Length > 0)
            .Select(pair => pair.Value)
            .ToList();
        var at = labels.FindIndex(label => label == row || Plain(writer.Period(label)) == row);
        if (at < 0) return false;
        labels.RemoveAt(at);
        // All labels are said by the cell, or the number is of another, larger or smaller group.
        return labels.Count == 0
            ? MetricCatalogue.Get(line["metric"]).Name == column
            : labels.Count == 1 && (labels[0] == column || Plain(writer.Period(labels[0])) == column);
    }

    private static string Written(Dictionary<string, string> line, Writer writer) =>
        Plain(writer.Value(FigureRow.WordOf(MetricCatalogue.Get(line["metric"]).Unit),
            double.Parse(line["value"], CultureInfo.InvariantCulture)));

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static async Task<List<Dictionary<string, string>>> CsvAsync(HttpClient admin, string link)
    {
        using var response = await admin.GetAsync(link);
        Assert.True(response.IsSuccessStatusCode, $"{link}: {(int)response.StatusCode}");
        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        var lines = CsvText.Rows(await response.Content.ReadAsStringAsync());
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    private static string Key(InsightView view, JsonElement row) =>
        string.Join('|',
            [.. view.Dimensions.Select(dimension => row.GetProperty("labels").TryGetProperty(dimension, out var label)
                ? label.GetString()
                : ""), row.GetProperty("metric")
                .GetString()]);

    private static string Value(JsonElement row) =>
        row.GetProperty("value") is { ValueKind: JsonValueKind.Number } value ? Number(value.GetDouble()) : "";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
