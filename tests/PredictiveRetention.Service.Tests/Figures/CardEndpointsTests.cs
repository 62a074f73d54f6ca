using System.Net;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Figures;

/// <summary>Sentences, targets and the calculator over HTTP.</summary>
public sealed class CardEndpointsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-targets-");
    private readonly ServiceUnderTest _service = new(new SqliteUnderTest());

    public void Dispose()
    {
        _service.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Cards_targets_and_what_if_come_from_the_published_night()
    {
        var targets = Path.Combine(_folder.FullName, "targets.yaml");
        await File.WriteAllTextAsync(targets, "targets:\n  - { kpi: repeat_rate, target: 0.001, by: 2030-01-01, source: Board }\n");
        _service.Settings["Retention:Targets"] = targets;
        _service.WithPublishedNight(trained: false);
        using var admin = _service.Admin();

        var cards = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/cards?report=001&kind=question"));
        Assert.Equal(18, cards.GetProperty("items").GetArrayLength());
        var growth = cards.GetProperty("items").EnumerateArray().First(card => card.GetProperty("id").GetString() == "001.growth");
        Assert.Equal("growth", growth.GetProperty("figures")[0].GetProperty("view").GetString());
        Assert.Contains(growth.GetProperty("figures")[0].GetProperty("shown").GetString()!, growth.GetProperty("answer").GetString(),
            StringComparison.Ordinal);

        var okr = await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/okr"));
        var repeat = okr.GetProperty("objectives")
            .EnumerateArray()
            .SelectMany(objective => objective.GetProperty("kpis").EnumerateArray())
            .Single(kpi => kpi.GetProperty("id").GetString() == "repeat_rate");
        Assert.Equal(("met", "up"), (repeat.GetProperty("status").GetString(), repeat.GetProperty("direction").GetString()));

        var answer =
            await ServiceUnderTest.JsonAsync(
                await admin.GetAsync("/api/v1/insights/what-if?conversion_points=0.5&margin=0.4&cost=0&incentive=0&response=0.5"));
        Assert.Equal(answer.GetProperty("base").GetDouble() * 0.005, answer.GetProperty("asked").GetProperty("customers").GetDouble(),
            1e-9);
        Assert.Equal(answer.GetProperty("asked").GetProperty("margin").GetDouble(),
            answer.GetProperty("asked").GetProperty("net").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_a_400_that_names_the_parameter()
    {
        using var admin = _service.Admin();
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/api/v1/insights/cards")).StatusCode);
        Assert.Equal("report",
            (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/cards?report=9"))).GetProperty("parameter")
                .GetString());
        Assert.Equal("kind",
            (await ServiceUnderTest.JsonAsync(await admin.GetAsync("/api/v1/insights/cards?kind=poem"))).GetProperty("parameter")
                .GetString());
        _service.WithPublishedNight(trained: false);
        foreach (var (query, parameter) in new[] { ("repeat_rate=5", "repeat_rate"),
            ("conversion_points=1&repeat_rate=0.9", "conversion_points"), ("recover_dormant=0.1&margin=2", "margin"),
            ("", "conversion_points") })
        {
            var refused = await admin.GetAsync("/api/v1/insights/what-if?" + query);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Equal(parameter, (await ServiceUnderTest.JsonAsync(refused)).GetProperty("parameter").GetString());
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/api/v1/insights/what-if?conversion_points=abc")).StatusCode);
    }
}
