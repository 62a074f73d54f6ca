using System.Globalization;
using PredictiveRetention.Exports;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests;

/// <summary>
/// From the file to the score file: the same to the last byte, whatever calendar, digits and capitals the machine writes in.
/// </summary>
public sealed class CultureTests : IDisposable
{
    private static readonly Lazy<string[]> s_expected = new(() => In(CultureInfo.InvariantCulture));

    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public void Dispose() => CultureInfo.CurrentCulture = _before;

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void ANight_InAnyCultureOfTheMachine_IsTheSameFile(string culture)
    {
        var expected = s_expected.Value;
        Assert.Equal(expected, In(CultureInfo.GetCultureInfo(culture)));
    }

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    [InlineData("de-DE")]
    public void TheCommandLine_InAnyCultureOfTheMachine_WritesNumbersAndDatesOneWay(string culture)
    {
        var folder = Directory.CreateTempSubdirectory("retention-culture-");
        try
        {
            var (orders, store) = (WriteOrders(folder.FullName), "sqlite:" + Path.Combine(folder.FullName, "shop.db"));
            var import = Retain.RunIn(culture, "import", "--orders", orders, "--store", store);
            Assert.True(import.ExitCode == 0, import.Error);
            Assert.Matches(@"Stored as import 1: \d,\d{3} rows new, 0 changed, 0 there already\.", import.Out);
            Assert.Matches(@"money: read \d+,\d{3}\.\d\d = stored ", import.Out);
            var refused = Retain.RunIn(culture, "score", "--as-of", "1999-01-01", "--store", store, "--models",
                Path.Combine(folder.FullName, "models"));
            Assert.Matches(@"The cutoff 1999-01-01 is not after the first order, 20\d\d-\d\d-\d\d: nobody to score\.", refused.Error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// The score file, the figures and one explanation of a shop that was imported, scored by a fitted model and read in a culture.
    /// </summary>
    private static string[] In(CultureInfo culture)
    {
        CultureInfo.CurrentCulture = culture;
        using var engine = new SqliteUnderTest();
        var folder = Directory.CreateTempSubdirectory("retention-culture-");
        try
        {
            using var store = RetentionStore.Open(engine.NewAddress());
            ImportRun.Execute(store, new ImportRequest { Preset = "generic", OrdersFile = WriteOrders(folder.FullName) }, dryRun: false,
                null, null, default);
            var registry = new ModelRegistry(Path.Combine(folder.FullName, "models"));
            registry.Promote(registry.Add(FittedModels.Fitted(0)).Version, "anna", "a test", TimeProvider.System);
            var request = new RunRequest(RunPurpose.Night, SimulatedHistories.End.Date, SimulatedHistories.End);
            var night = new NightRun(store, registry, new RunSettings { ShardSize = 100 }).Execute(request, null, default);
            using var scores = new StringWriter();
            Csv.Write(ScoreFile.Table(store, store.RequireShop(), night.Run), scores);
            using var figures = new MemoryStream();
            Csv.Write(ExportTable.Build(store, SqlViews.All.Single(view => view.Name == "v_metric")), figures);
            var explained = ExplainRun.Execute(store, registry, "C" + SimulatedHistories.Customers(700)[0].Key, SimulatedHistories.End,
                TimeProvider.System);
            return
            [
                scores.ToString(), System.Text.Encoding.UTF8.GetString(figures.ToArray()), night.Run.ModelVersion!,
                night.Run.BusinessDate.ToIso(), night.Run.AsOf.ToString(),
                string.Join('\n', explained.Why!.Themes.Select(theme => theme.Words)),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string WriteOrders(string folder)
    {
        var path = Path.Combine(folder, "orders.csv");
        File.WriteAllLines(path, SimulatedHistories.Customers(700)
            .SelectMany(customer => customer.Orders.Select((order, i) => string.Create(CultureInfo.InvariantCulture,
                $"C{customer.Key},O{customer.Key}-{i},{BusinessCalendar.DateOf(order.Day):yyyy-MM-dd} 10:00,{order.AmountMinor
                    / 100m},GBP")))
            .Prepend("customer_id,order_id,ordered_at,amount,currency"));
        return path;
    }
}
