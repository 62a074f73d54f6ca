using System.Net;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_needs_no_key_and_an_empty_store_is_ready()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest());
        using var stranger = service.Stranger();
        Assert.Equal("alive", await stranger.GetStringAsync("/health/live"));
        var ready = await stranger.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("ready", (await ServiceUnderTest.JsonAsync(ready)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_champion_that_cannot_be_loaded_makes_the_service_unready_and_says_which_part()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight();
        File.AppendAllText(Path.Combine(service.Models.Load(service.Models.ChampionVersion()!).Folder, "model.json"), " ");
        using var stranger = service.Stranger();
        var ready = await stranger.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var checks = (await ServiceUnderTest.JsonAsync(ready)).GetProperty("checks");
        Assert.Equal(("ok", "the champion cannot be loaded"),
            (checks.GetProperty("store").GetString(), checks.GetProperty("model").GetString()));
    }

    [Theory]
    [InlineData("the folder", "the published night was scored by")]
    [InlineData("the name", "no version in the models folder is named champion")]
    public async Task A_models_folder_that_is_not_what_it_was_degrades_the_service_and_leaves_readers_their_night(string gone, string says)
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight();
        if (gone == "the folder") Directory.Delete(service.Models.Folder, recursive: true);
        else File.Delete(Path.Combine(service.Models.Folder, "champion"));
        using var stranger = service.Stranger();
        var ready = await stranger.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var answer = await ServiceUnderTest.JsonAsync(ready);
        Assert.Equal("degraded", answer.GetProperty("status").GetString());
        Assert.StartsWith(says, answer.GetProperty("checks").GetProperty("model").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_night_by_the_rule_for_want_of_its_model_is_held_and_degrades_the_service()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest()).WithPublishedNight();
        Directory.Delete(service.Models.Folder, recursive: true);
        Assert.Equal(Runs.RunOutcome.Held, service.Night(service.Store, again: true).Outcome);
        using var stranger = service.Stranger();
        var answer = await ServiceUnderTest.JsonAsync(await stranger.GetAsync("/health/ready"));
        Assert.Equal("degraded", answer.GetProperty("status").GetString());
        Assert.Contains("is held and waits for a decision", answer.GetProperty("checks").GetProperty("night").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_whose_file_is_gone_makes_the_service_unready()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest());
        using var stranger = service.Stranger();
        File.Delete(service.Address["sqlite:".Length..]);
        var ready = await stranger.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("the file is gone", (await ServiceUnderTest.JsonAsync(ready)).GetProperty("checks").GetProperty("store").GetString());
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Before_anything_is_published_answers_say_what_to_do()
    {
        using var service = new ServiceUnderTest(new SqliteUnderTest());
        using var admin = service.Admin();
        foreach (var path in new[] { "/api/v1/predictions/1", "/api/v1/predictions", "/api/v1/model" })
        {
            var response = await admin.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Contains("retain train", (await ServiceUnderTest.JsonAsync(response)).GetProperty("detail").GetString(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Settings_that_cannot_be_used_stop_the_start_with_every_fault_in_one_message()
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder()
            .AddInMemory(("Retention:Cron", "at two"), ("Retention:TimeZone", "Mars"), ("Retention:Margin", "2"),
                ("Retention:ShardSize", "0"), ("Retention:Corn", "1"), ("Retention:AdminKey", "short"), ("urls", "5080"),
                ("demo", "olnine"))
            .Build();
        var failure = Assert.Throws<RetentionException>(() => PredictiveRetention.Service.Settings.ServiceSettings.Read(configuration));
        foreach (var fault in new[] { "at two", "Mars", "Retention:Margin", "Retention:ShardSize", "Retention:Corn is no setting",
            "Retention:AdminKey", "--urls '5080'", "--demo 'olnine' is none; it is simulated" })
            Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
    }
}

internal static class InMemoryConfiguration
{
    public static Microsoft.Extensions.Configuration.IConfigurationBuilder AddInMemory(
        this Microsoft.Extensions.Configuration.IConfigurationBuilder builder, params (string Key, string Value)[] values) =>
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(builder,
            values.Select(value => new KeyValuePair<string, string?>(value.Key, value.Value)));
}
