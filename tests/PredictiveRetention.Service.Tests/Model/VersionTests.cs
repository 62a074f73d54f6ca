using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging.Abstractions;
using PredictiveRetention.Service.Nights;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Model;

public sealed class VersionTests : IAsyncDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_that_cannot_be_read_is_a_sentence_on_the_page_and_ends_no_retraining(bool heldByAnother)
    {
        _service.WithTwoVersions();
        using var admin = _service.Admin();
        var champion = _service.Models.ChampionVersion()!;
        var path = Path.Combine(_service.Models.Folder, champion, "manifest.json");
        if (!heldByAnother) await File.WriteAllTextAsync(path, "{");
        using var held = heldByAnother ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None) : null;

        var page = await admin.GetStringAsync("/models");
        Assert.Contains("A version is left out:", page, StringComparison.Ordinal);
        Assert.Contains("manifest.json cannot be read", page, StringComparison.Ordinal);
        Assert.Contains($"Model {champion} cannot be read", await admin.GetStringAsync($"/models/{champion}"), StringComparison.Ordinal);
        Assert.Single((await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/models"))).GetProperty("versions").EnumerateArray());
        var one = await admin.GetAsync($"/api/v1/models/{champion}");
        Assert.Equal(HttpStatusCode.Conflict, one.StatusCode);
        Assert.Contains("cannot be read", (await ServiceUnderTest.JsonAsync(one)).GetProperty("detail").GetString(),
            StringComparison.Ordinal);

        var moves = _service.Models.Moves().Count;
        new RetrainingJob(_service.Store, _service.Models, TimeProvider.System, NullLogger<RetrainingJob>.Instance).Run(default);
        Assert.Equal((champion, moves), (_service.Models.ChampionVersion(), _service.Models.Moves().Count));
    }

    [Fact]
    public async Task A_name_that_cannot_be_read_is_a_sentence_on_the_page()
    {
        _service.WithPublishedNight();
        using var admin = _service.Admin();
        var name = Path.Combine(_service.Models.Folder, "champion");
        using var held = new FileStream(name, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var page = await admin.GetAsync("/models");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("champion cannot be read", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_retraining_in_an_empty_models_folder_begins_nothing_anew_where_a_fitted_night_is_published()
    {
        _service.WithPublishedNight();
        var empty = new Storage.ModelRegistry(Path.Combine(_service.Models.Folder, "mistyped"));
        new RetrainingJob(_service.Store, empty, TimeProvider.System, NullLogger<RetrainingJob>.Instance).Run(default);
        Assert.Empty(empty.Versions());
    }

    [Fact]
    public async Task Versions_are_listed_promoted_and_rolled_back_and_the_retraining_passes_the_gate()
    {
        _service.WithPublishedNight();
        using var admin = _service.Admin();
        var first = _service.Models.ChampionVersion()!;

        // A week later, a week's orders more: the job trains, compares and promotes.
        _service.Store.Import([Some.Order("C1", "later", SimulatedHistories.End.Day + 6)]);
        new RetrainingJob(_service.Store, _service.Models, TimeProvider.System, NullLogger<RetrainingJob>.Instance).Run(default);
        var second = _service.Models.ChampionVersion()!;
        Assert.True(first != second, _service.Models.Moves()[^1].Reason);
        Assert.Equal("weekly retraining", _service.Models.Moves()[^1].By);
        Assert.Contains("not worse than the champion", _service.Models.Moves()[^1].Reason, StringComparison.Ordinal);

        var all = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/models"));
        Assert.Equal([second, first],
            all.GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("version").GetString()));
        Assert.Equal("champion", all.GetProperty("versions")[0].GetProperty("role").GetString());
        Assert.Equal("none", all.GetProperty("drift").GetProperty("light").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, all.GetProperty("realised").ValueKind);
        Assert.Contains("# Model " + first, await admin.GetStringAsync($"/api/v1/models/{first}/card"), StringComparison.Ordinal);

        // By tenths of what was said, what came adds up to the rate the version was judged on.
        var judged = _service.Models.Manifest(first)!;
        var tenths = (await ServiceUnderTest.JsonAsync(await admin.GetAsync($"/api/v1/models/{first}/tenths"))).GetProperty("churn")
            .EnumerateArray()
            .Select(tenth => (N: tenth.GetProperty("customers").GetInt32(), Came: tenth.GetProperty("came").GetDouble()))
            .ToList();
        Assert.Equal((10, judged.ChurnMetrics!.Customers), (tenths.Count, tenths.Sum(tenth => tenth.N)));
        Assert.Equal(judged.ChurnMetrics.ChurnRate, tenths.Sum(tenth => tenth.N * tenth.Came) / tenths.Sum(tenth => tenth.N), 12);
        Assert.True(tenths[0].Came > tenths[^1].Came);
        Assert.Equal(21,
            (await admin.GetStringAsync($"/api/v1/models/{first}/tenths?format=csv")).Split('\n',
                StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("Of the tenth likeliest to stop", await admin.GetStringAsync($"/models/{first}"), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsJsonAsync("/api/v1/models/rollback", new { reason = "a test" })).StatusCode);
        Assert.Equal((first, second), (_service.Models.ChampionVersion(), _service.Models.ChallengerVersion()));
        Assert.Contains($"Model {first} is in use; a person went back from {second}", await admin.GetStringAsync("/models"),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await admin.PostAsJsonAsync("/api/v1/models/rollback", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.OK,
            (await admin.PostAsJsonAsync($"/api/v1/models/{second}/promote", new { reason = "a test" })).StatusCode);
        Assert.Equal(second, _service.Models.ChampionVersion());
        Assert.Equal(HttpStatusCode.NotFound,
            (await admin.PostAsJsonAsync("/api/v1/models/20200101-00000000/promote", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/api/v1/models/..%2F..%2Fetc")).StatusCode);

        await File.AppendAllTextAsync(Path.Combine(_service.Models.Load(first).Folder, "model.json"), " ");
        Assert.Equal(HttpStatusCode.Conflict, (await admin.PostAsJsonAsync($"/api/v1/models/{first}/promote", new { })).StatusCode);
        using var stranger = _service.Stranger();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsJsonAsync("/api/v1/models/rollback", new { })).StatusCode);
    }
}
