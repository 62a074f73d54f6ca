using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

public sealed class FirstNightTests : IDisposable
{
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task The_button_of_a_shop_without_a_night_trains_scores_and_ends_in_a_dashboard()
    {
        _service.Store.Import(Some.Orders(120));
        using var admin = _service.Admin();
        var (_, empty) = await PageReader.ReadAsync(admin, "/");
        var token = empty.QuerySelector("form[action='/nights/first'] input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var begun = await admin.PostAsync("/nights/first",
            new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]));
        var (_, waiting) = await PageReader.ReadAsync(admin, begun.Headers.Location!.OriginalString);
        Assert.True(waiting.QuerySelector("#started, table.list") is not null, PageReader.MainOf(waiting));
        for (var waited = 0; await _service.Store.Nights.CurrentAsync(TestContext.Current.CancellationToken) is null; waited++)
        {
            Assert.True(waited < 600, "no night after a minute");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        Assert.NotNull(_service.Models.ChampionVersion());
        var (_, overview) = await PageReader.ReadAsync(admin, "/");
        Assert.Contains("that customers still buying would spend by", PageReader.TextOf(overview.QuerySelector("h1")!),
            StringComparison.Ordinal);
    }
}
