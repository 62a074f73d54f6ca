using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Cli;

/// <summary>What the service is told by environment variables, the command line takes for its defaults: the same shop is meant.</summary>
public sealed class ServiceSettingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-setting-");

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("ConnectionStrings__Retention")]
    [InlineData("CONNECTIONSTRINGS__RETENTION")]
    public void The_store_is_that_of_the_service(string variable)
    {
        var address = Shop("shop.db", 30);
        var (exit, output, error) = Retain.RunWith([(variable, address)], "score", "--models", Path.Combine(_folder.FullName, "none"));
        Assert.True(exit == 0, error);
        Assert.Contains("30 customers", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_store_of_the_service_s_data_folder_is_found_and_an_option_goes_before_both()
    {
        Shop("retention.db", 20);
        var other = Shop("other.db", 40);
        var none = Path.Combine(_folder.FullName, "none");
        Assert.Contains("20 customers", Retain.RunWith([("Retention__Data", _folder.FullName)], "score", "--models", none).Out,
            StringComparison.Ordinal);
        Assert.Contains("40 customers",
            Retain.RunWith([("Retention__Data", _folder.FullName), ("ConnectionStrings__Retention", other)], "score", "--models", none).Out,
            StringComparison.Ordinal);
        Assert.Contains("40 customers",
            Retain.RunWith([("ConnectionStrings__Retention", "sqlite:nowhere.db")], "score", "--models", none, "--store", other).Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_models_are_those_of_the_service()
    {
        var models = Path.Combine(_folder.FullName, "of-the-service");
        var kind = Directory.CreateDirectory(Path.Combine(models, ModelRegistry.Kind));
        File.WriteAllText(Path.Combine(kind.FullName, "champion"), "20240101-0badc0de");
        var (_, output, _) = Retain.RunWith([("Retention__Models", models)], "models", "verify");
        Assert.Contains("20240101-0badc0de", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_says_where_the_defaults_come_from_and_not_what_they_hold()
    {
        var (_, output, _) = Retain.RunWith(
            [("ConnectionStrings__Retention", "Host=db;Username=u;Password=geheim"), ("Retention__Models", "/secret/models")], "score",
            "--help");
        var words = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("ConnectionStrings__Retention", words, StringComparison.Ordinal);
        Assert.Contains("Retention__Models", words, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", output, StringComparison.Ordinal);
        Assert.DoesNotContain("/secret", output, StringComparison.Ordinal);
    }

    private string Shop(string name, int customers)
    {
        var address = "sqlite:" + Path.Combine(_folder.FullName, name);
        using var store = RetentionStore.Open(address);
        store.Import(Some.Orders(customers));
        return address;
    }
}
