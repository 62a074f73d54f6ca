using Microsoft.Extensions.Time.Testing;
using PredictiveRetention.Service.Model;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Model;

public sealed class ModelHandleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-handle-");
    private readonly HeardFaults _heard = new(new FakeTimeProvider());
    private readonly ModelRegistry _models;
    private readonly ModelHandle _handle;

    public ModelHandleTests()
    {
        MadeShop.TwoVersions.CopyTo(Path.Combine(_folder.FullName, "shop.db"), Path.Combine(_folder.FullName, "models"));
        _models = new ModelRegistry(Path.Combine(_folder.FullName, "models"));
        _handle = new ModelHandle(_models, _heard.Faults);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_promotion_is_seen_at_once_and_a_model_is_loaded_once()
    {
        var champion = _handle.Champion()!;
        Assert.Same(champion, _handle.Champion());
        var other = _models.Versions().Single(version => version != champion.Version);
        _models.Promote(other, "a test", "", TimeProvider.System);
        Assert.Equal(other, _handle.Champion()!.Version);
        Assert.Empty(_heard.All);
    }

    [Fact]
    public void Where_the_new_champion_cannot_be_loaded_the_last_good_one_goes_on_and_it_is_told_once()
    {
        var champion = _handle.Champion()!;
        var other = _models.Versions().Single(version => version != champion.Version);
        var file = Path.Combine(_models.Load(other).Folder, "model.json");
        var good = File.ReadAllBytes(file);
        File.AppendAllText(file, " ");
        _models.Promote(other, "a test", "", TimeProvider.System);
        for (var i = 0; i < 5; i++) Assert.Same(champion, _handle.Champion());
        Assert.Equal(["begins " + ModelHandle.LoadingChampion], _heard.All);
        Assert.Equal(5, Assert.Single(_heard.Faults.All).Times);
        File.WriteAllBytes(file, good);
        Assert.Equal(other, _handle.Champion()!.Version);
        Assert.Empty(_heard.Faults.All);
    }

    [Fact]
    public void A_registry_that_cannot_be_read_is_no_exception_of_who_asks()
    {
        var champion = _handle.Champion()!;
        var name = Directory.EnumerateFiles(_folder.FullName, "champion", SearchOption.AllDirectories).Single();
        using (new FileStream(name, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) Assert.Same(champion, _handle.Champion());
        Assert.Same(champion, _handle.Champion());
        Assert.Equal(["begins " + ModelHandle.LoadingChampion, "ends " + ModelHandle.LoadingChampion], _heard.All);
    }

    [Fact]
    public void Of_a_night_whose_model_is_gone_there_is_none_and_the_rule_needs_no_file()
    {
        using var store = RetentionStore.Open("sqlite:" + Path.Combine(_folder.FullName, "shop.db"));
        var recipe = store.Runs.Find(1)!.Recipe!;
        Assert.NotNull(_handle.ModelFor(recipe));
        Assert.Null(_handle.ModelFor(recipe with { ModelVersion = "20200101-00000000" }));
        Assert.Equal(ModelHandle.LoadingNights, Assert.Single(_heard.Faults.All).Work);
        Assert.NotNull(_handle.ModelFor(recipe with { ModelVersion = ModelRegistry.RuleSchema }));
        Assert.NotNull(_handle.ModelFor(recipe));
        Assert.Empty(_heard.Faults.All);
    }

    [Fact]
    public void A_manifest_that_cannot_be_read_is_a_sentence_and_the_others_stay()
    {
        var champion = _models.ChampionVersion()!;
        var manifest = Path.Combine(_models.Load(champion).Folder, "manifest.json");
        using (new FileStream(manifest, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("manifest.json cannot be read", Assert.Throws<RetentionException>(() => _models.Manifest(champion)).Message,
                StringComparison.Ordinal);
            Assert.Single(_models.Manifests(out var faults));
            Assert.Contains("manifest.json cannot be read", Assert.Single(faults), StringComparison.Ordinal);
        }
        Assert.NotNull(_models.Manifest(champion));
    }
}
