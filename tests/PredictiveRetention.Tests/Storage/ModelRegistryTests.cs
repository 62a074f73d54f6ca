using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class ModelRegistryTests : IDisposable
{
    private static readonly IReadOnlyList<(long Key, Order[] Orders)> s_shop = SimulatedHistories.Customers(900);
    private static readonly ConcurrentDictionary<int, Lazy<TrainedModel>> s_trained = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-models-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Add_ThenLoad_PredictsTheSame()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var trained = Train(0);
        var loaded = registry.Add(trained);
        Assert.NotEmpty(trained.GoldenRows);
        foreach (var golden in trained.GoldenRows) Assert.Equal(golden.PChurn, loaded.Model.Predict(golden.Features).PChurn);
        Assert.Equal(loaded.Version, registry.Add(TrainAfresh(0)).Version);
        Assert.Single(registry.Versions());
        Assert.Contains("# Model " + loaded.Version, File.ReadAllText(Path.Combine(loaded.Folder, "card.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void For_APastCutoff_NeverAnswersWithAModelThatLearntFromLaterDays()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var old = registry.Add(Train(100));
        var young = registry.Add(Train(0));
        registry.Promote(young.Version, "anna", "a test", TimeProvider.System);
        var end = SimulatedHistories.End;
        Assert.Equal(young.Version, registry.For(end, out _)!.Version);
        Assert.Equal(old.Version, registry.For(end.Minus(1), out _)!.Version);
        Assert.Equal(old.Version, registry.For(end.Minus(100), out _)!.Version);
        Assert.Null(registry.For(end.Minus(101), out _));
    }

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public void For_InAnyCalendarOfTheMachine_KnowsWhatAVersionMaySpeakAbout(string culture)
    {
        var registry = new ModelRegistry(_folder.FullName);
        var only = registry.Add(Train(0));
        registry.Promote(only.Version, "anna", "a test", TimeProvider.System);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal(only.Version, registry.For(SimulatedHistories.End, out _)!.Version);
            Assert.Null(registry.For(SimulatedHistories.End.Minus(1), out _));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void For_TheNamedChampionIsNotThere_TakesAnotherAndSaysSo()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var (old, young) = (registry.Add(Train(100)), registry.Add(Train(0)));
        registry.Promote(young.Version, "anna", "a test", TimeProvider.System);
        Directory.Delete(young.Folder, recursive: true);
        Assert.Equal(old.Version, registry.For(SimulatedHistories.End, out var faults)!.Version);
        Assert.Contains(young.Version, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void For_NoVersionIsNamedChampion_TakesTheNewestAndSaysSo()
    {
        var registry = new ModelRegistry(_folder.FullName);
        registry.Add(Train(100));
        var young = registry.Add(Train(0));
        Assert.Equal(young.Version, registry.For(SimulatedHistories.End, out var faults)!.Version);
        Assert.Contains("named champion", Assert.Single(faults), StringComparison.Ordinal);
        // Not as if there were none: then the recency rule would answer.
        Assert.Throws<RetentionException>(() => registry.For(SimulatedHistories.End.Minus(101), out _));
    }

    [Fact]
    public void Load_GoldenRowsAnsweredWithinTheLastDigits_IsTheModelOfAnotherPlatform()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var loaded = registry.Add(Train(0));
        ChangeGoldenRow(loaded, times: 1 + 5e-12);
        Assert.Equal(loaded.Version, registry.Load(loaded.Version).Version);
        ChangeGoldenRow(loaded, times: 1 + 1e-6);
        Assert.Contains("golden rows", Assert.Throws<RetentionException>(() => registry.Load(loaded.Version)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData(null)]
    public void Manifest_ThatCannotBeRead_IsASentenceThatNamesIt(string? content)
    {
        var registry = new ModelRegistry(_folder.FullName);
        var (old, young) = (registry.Add(Train(100)), registry.Add(Train(0)));
        var path = Path.Combine(young.Folder, "manifest.json");
        if (content is not null) File.WriteAllText(path, content);
        using var heldByAnother = content is null ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : null;
        var refused = Assert.Throws<RetentionException>(() => registry.Manifest(young.Version));
        Assert.Equal(Failure.DependencyUnavailable, refused.Failure);
        Assert.Contains(young.Version, refused.Message, StringComparison.Ordinal);
        Assert.Throws<RetentionException>(() => registry.Judged(young.Version));
        Assert.Equal(old.Version, Assert.Single(registry.Manifests(out var faults)).Version);
        Assert.Equal([refused.Message], faults);
        Assert.Contains(registry.Verify(), check => !check.Holds && check.Version == young.Version);
    }

    [Fact]
    public void Load_EveryTruncationAndBitFlip_IsRefusedOrTheSameModel()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var loaded = registry.Add(Train(0));
        var path = Path.Combine(loaded.Folder, "model.json");
        var bytes = File.ReadAllBytes(path);
        var random = new Random(1);
        for (var trial = 0; trial < 60; trial++)
        {
            var broken = trial % 2 == 0 ? bytes[..random.Next(bytes.Length)] : [.. bytes];
            if (trial % 2 == 1) broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, broken);
            Assert.Equal(Failure.DependencyUnavailable, Assert.Throws<RetentionException>(() => registry.Load(loaded.Version)).Failure);
        }
        File.WriteAllBytes(path, bytes);
        Assert.Equal(loaded.Version, registry.Load(loaded.Version).Version);
    }

    [Fact]
    public void Load_AModelOfAnotherFeatureList_IsRefusedAndNamesTheFeature()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var loaded = registry.Add(Train(0));
        var feature = loaded.Model.Features.First(name => !BtydColumns.Needed.Contains(name));
        var (model, manifest) = (Path.Combine(loaded.Folder, "model.json"), Path.Combine(loaded.Folder, "manifest.json"));
        var before = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(model)));
        File.WriteAllText(model, File.ReadAllText(model).Replace($"\"{feature}\"", "\"feature_of_tomorrow\"", StringComparison.Ordinal));
        var after = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(model)));
        Assert.NotEqual(before, after);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(before, after, StringComparison.OrdinalIgnoreCase));
        var refused = Assert.Throws<RetentionException>(() => registry.Load(loaded.Version));
        Assert.Contains("'feature_of_tomorrow', which this version does not have", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Promote_RollBack_Keep_MoveTheNamesAndAreOnRecord()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var (old, young) = (registry.Add(Train(100)).Version, registry.Add(Train(0)).Version);
        Assert.Equal(Failure.NotFound,
            Assert.Throws<RetentionException>(() => registry.RollBack("anna", "too early", TimeProvider.System)).Failure);
        registry.Promote(old, "anna", "first", TimeProvider.System);
        Assert.Throws<RetentionException>(() => registry.RollBack("anna", "nothing before", TimeProvider.System));
        registry.RecordNotPromoted(young, waits: true, "the gate", "worse", TimeProvider.System);
        Assert.Equal((old, young, false), (registry.ChampionVersion(), registry.ChallengerVersion(), registry.ChallengerWasRolledBack()));
        registry.Promote(young, "anna", "I know better", TimeProvider.System);
        Assert.Equal((young, null), (registry.ChampionVersion(), registry.ChallengerVersion()));
        Assert.Equal(old, registry.RollBack("ben", "no, she does not", TimeProvider.System));
        Assert.Equal((old, young, true), (registry.ChampionVersion(), registry.ChallengerVersion(), registry.ChallengerWasRolledBack()));
        File.AppendAllText(Path.Combine(_folder.FullName, ModelRegistry.Kind, "audit.jsonl"), "{\"at\":\"20");
        Assert.Equal(["promoted", "kept", "promoted", "rolled back"], registry.Moves().Select(move => move.What));
        Assert.Equal(("ben", old, young, "no, she does not"),
            registry.Moves()[^1] is var last ? (last.By, last.Champion, last.Previous, last.Reason) : default);
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("judged.json")]
    [InlineData("drift.json")]
    [InlineData("card.md")]
    public void Verify_AnyFileChanged_IsBrokenAndNamesIt(string file)
    {
        var registry = new ModelRegistry(_folder.FullName);
        var loaded = registry.Add(Train(0));
        registry.Promote(loaded.Version, "anna", "a test", TimeProvider.System);
        Assert.All(registry.Verify(), check => Assert.True(check.Holds, check.Says));
        File.AppendAllText(Path.Combine(loaded.Folder, file), " ");
        var broken = Assert.Single(registry.Verify());
        Assert.False(broken.Holds);
        Assert.Contains(file, broken.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_AChampionThatIsGone_IsBroken()
    {
        var registry = new ModelRegistry(_folder.FullName);
        var loaded = registry.Add(Train(0));
        registry.Promote(loaded.Version, "anna", "a test", TimeProvider.System);
        Directory.Delete(loaded.Folder, recursive: true);
        Assert.Equal((false, "named champion, and not there"),
            Assert.Single(registry.Verify()) is var check ? (check.Holds, check.Says) : default);
    }

    [Fact]
    public void Promote_UnknownVersion_IsAnError() =>
        Assert.Equal(Failure.NotFound,
            Assert.Throws<RetentionException>(() => new ModelRegistry(_folder.FullName)
                .Promote("20200101-00000000", "anna", "a test", TimeProvider.System)).Failure);

    [Fact]
    public void Champion_BeforeAnyTraining_IsNone() => Assert.Null(new ModelRegistry(_folder.FullName).ChampionVersion());

    private static void ChangeGoldenRow(LoadedModel model, double times)
    {
        var path = Path.Combine(model.Folder, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        var golden = manifest["goldenRows"]![0]!;
        (golden["pChurn"], golden["clv"]) = (golden["pChurn"]!.GetValue<double>() * times, golden["clv"]!.GetValue<double>() * times);
        File.WriteAllText(path, manifest.ToJsonString());
    }

    /// <summary>Trained once for all tests.</summary>
    private static TrainedModel Train(int daysBeforeEnd) =>
        s_trained.GetOrAdd(daysBeforeEnd, days => new Lazy<TrainedModel>(() => TrainAfresh(days))).Value;

    private static TrainedModel TrainAfresh(int daysBeforeEnd)
    {
        var forest = new ForestSettings { Trees = 20, Leaves = 6 };
        var request = new TrainingRequest
        {
            Cutoff = SimulatedHistories.End.Minus(daysBeforeEnd), Horizon = Horizon.OfDays(60),
            ClvHorizon = Horizon.OfDays(60), Currency = Currency.Parse("GBP"), Coverage = default
        };
        return new TrainingRecipe(new RecipeSettings { Orders = forest, Spend = forest, Folds = 2 })
            .Train(request, () => SimulatedHistories.Shards(s_shop), null, default);
    }
}
