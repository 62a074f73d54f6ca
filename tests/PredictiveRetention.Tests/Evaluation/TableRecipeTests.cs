using System.Text.Json;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public sealed class TableRecipeTests : IDisposable
{
    private static readonly RecipeSettings s_quick = new()
    {
        Orders = new ForestSettings { Trees = 40, Leaves = 8, LearningRate = 0.1 },
        Bagged = new ForestSettings { Trees = 20, Leaves = 16 }, Folds = 3
    };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-table-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Train_OnAKnownTruth_ComesWithinAHundredthOfIt()
    {
        var random = new Random(11);
        var lines = new List<string> { "id,months,plan,spend,noise,left" };
        var (truth, outcome) = (new List<double>(), new List<double>());
        for (var i = 0; i < 5_000; i++)
        {
            var (months, plan, spend) = (random.Next(1, 72), random.Next(3), 20 + 80 * random.NextDouble());
            var odds = 0.6 - 0.05 * months + (plan == 0 ? 1.2 : plan == 1 ? 0 : -1) + 0.01 * (spend - 60);
            var p = 1 / (1 + Math.Exp(-odds));
            var left = random.NextDouble() < p;
            truth.Add(p);
            outcome.Add(left ? 1 : 0);
            lines.Add(
                FormattableString.Invariant(
                    $"c{i},{(random.Next(50) == 0 ? "" : months)},{"abc"[plan]},{spend:F2},{random.Next(5)},{(left ? "Yes" : "No")}"));
        }
        var trained = Train(Write("shop.csv", lines), new TableRequest("left", "id", null, []));
        var best = ChurnMetrics.Compute([.. outcome], [.. truth]);
        Assert.Equal("Yes", trained.Positive);
        Assert.InRange(trained.Entries[0].Metrics.Auc, best.Auc - 0.01, best.Auc + 0.002);
        Assert.InRange(trained.Entries[0].Metrics.LogLoss, best.LogLoss - 0.002, best.LogLoss + 0.01);
        Assert.InRange(trained.Entries[0].Metrics.Ece10, 0, 0.03);
        Assert.Contains(trained.Dropped, column => column.Column == "id");
        Assert.Equal("months", trained.Importance[0].Column);
        Assert.True(trained.Importance.Single(column => column.Column == "noise").Share < 0.1);
        var card = TableCard.Markdown("v", trained);
        Assert.Contains("Learnt from 5000 rows of shop.csv", card, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", card, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_SameTableSameSeed_SameModelToTheLastBit()
    {
        var path = Write("same.csv", Simple(800));
        Assert.Equal(JsonSerializer.Serialize(Train(path, new TableRequest("y", null, null, [])).Fit.Model),
            JsonSerializer.Serialize(Train(path, new TableRequest("y", null, null, [])).Fit.Model));
    }

    [Fact]
    public void Train_Unseen_DoesNotDependOnTheRowsOwnLabel()
    {
        // A key that tells each row apart would let a model that saw the row repeat its label; one that did not is right half of the time.
        var random = new Random(4);
        var lines = Enumerable.Range(0, 1_000).Select(i => $"{i},{random.Next(2)}").Prepend("x,y");
        var trained = Train(Write("noise.csv", lines), new TableRequest("y", null, "1", []));
        Assert.InRange(trained.Entries[0].Metrics.Auc, 0.42, 0.58);
    }

    [Fact]
    public void Encoding_UnknownCategoriesAndMissingNumbers_HaveTheirPlace()
    {
        string?[] plans = [.. Enumerable.Repeat("a", 30), .. Enumerable.Repeat("b", 30), "rare", null];
        double[] months = [.. Enumerable.Range(0, 61).Select(i => (double)i), double.NaN];
        var encoding = TableEncoding.Learn([("plan", null, plans), ("months", months, new string?[62])], [.. Enumerable.Range(0, 62)]);
        Assert.Equal(["plan = a", "plan = b", "months", "months is missing"], encoding.Names());
        Assert.Equal([0f, 0, 30, 1, 0, 1, 31, 0], encoding.Rows([(null, plans), (months, new string?[62])], [61, 31]));
    }

    [Theory]
    [InlineData("left", "has no column 'left'")]
    [InlineData("three", "the label 'three' has 3 values")]
    [InlineData("one", "the label 'one' has 1 values")]
    [InlineData("holes", "column 'holes', row 3: the label is empty")]
    [InlineData("few", "only 5 rows are 'yes'; at least 100 of each are needed")]
    public void Train_ALabelThatIsNone_IsRefusedWithItsName(string label, string said)
    {
        var lines = Enumerable.Range(0, 300)
            .Select(i => $"{i % 7},{i % 3},1,{(i == 2 ? "" : i % 2 == 0 ? "0" : "1")},{(i < 5 ? "yes" : "no")}")
            .Prepend("x,three,one,holes,few");
        var refused = Assert.Throws<RetentionException>(() => Train(Write("bad.csv", lines), new TableRequest(label, null, null, [])));
        Assert.Equal(Failure.InputRejected, refused.Failure);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Contains("bad.csv", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_TheSameIdTwice_AndAColumnThatIsTheLabel_AreRefused()
    {
        var random = new Random(2);
        var lines = Enumerable.Range(0, 400)
            .Select(i => (Id: i == 350 ? 17 : i, Y: random.Next(2)))
            .Select(row => FormattableString.Invariant($"c{row.Id},{random.NextDouble():F3},{row.Y},{(row.Y == 1 ? "gone" : "here")}"))
            .Prepend("id,x,y,status")
            .ToList();
        Assert.Contains("row 351: 'c17' is there twice", Refused("id").Message, StringComparison.Ordinal);
        var leak = Refused(null);
        Assert.Contains("column 'status' alone tells the label with AUC 1.0000", leak.Message, StringComparison.Ordinal);
        var allowed = Train(Write("twice.csv", lines), new TableRequest("y", null, "1", ["status"]));
        Assert.True(allowed.Entries[0].Metrics.Auc > 0.99);

        RetentionException Refused(string? id) =>
            Assert.Throws<RetentionException>(() => Train(Write("twice.csv", lines), new TableRequest("y", id, "1", [])));
    }

    [Fact]
    public void Read_AnEmptyOrBrokenFile_IsRefused()
    {
        Assert.Equal(Failure.NotFound,
            Assert.Throws<RetentionException>(() => FeatureTable.Read(Path.Combine(_folder.FullName, "none.csv"))).Failure);
        Assert.Contains("holds no row", Assert.Throws<RetentionException>(() => FeatureTable.Read(Write("empty.csv", ["a,b"]))).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_folder.FullName, "broken.parquet"), [1, 2, 3]);
        Assert.Equal(Failure.InputRejected,
            Assert.Throws<RetentionException>(() => FeatureTable.Read(Path.Combine(_folder.FullName, "broken.parquet"))).Failure);
    }

    [Fact]
    public void Train_OnTelco_IsAsGoodAsTheReference()
    {
        var path = Repository.SharedData("telco/telco_churn.csv");
        Assert.SkipUnless(File.Exists(path), "needs ../shared/data/telco");
        var trained = Train(path, new TableRequest("Churn", "customerID", null, []));
        Assert.InRange(trained.Entries[0].Auc.Value, 0.845, 0.856);
        Assert.InRange(trained.Entries[0].Auc.Low, 0.835, 1);
        Assert.InRange(trained.Entries[0].Metrics.Ece10, 0, 0.03);
        Assert.True(trained.Entries[0].Metrics.LogLoss < trained.Entries.Single(entry => entry.Name == "base rate").Metrics.LogLoss - 0.1);
    }

    private static TrainedTable Train(string path, TableRequest request) =>
        new TableRecipe(s_quick).Train(FeatureTable.Read(path), request, null, default);

    private static IEnumerable<string> Simple(int rows)
    {
        var random = new Random(3);
        return Enumerable.Range(0, rows)
            .Select(_ => random.NextDouble())
            .Select(x => FormattableString.Invariant($"{x:F4},{(random.NextDouble() < x ? 1 : 0)}"))
            .Prepend("x,y");
    }

    private string Write(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
