using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteCustomerSearchTests() : CustomerSearchTests(new SqliteUnderTest());

public sealed class PostgresCustomerSearchTests() : CustomerSearchTests(new PostgresUnderTest());

/// <summary>The same claims on both engines.</summary>
public abstract class CustomerSearchTests(EngineUnderTest engine) : IDisposable
{
    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("ada", "ada Ada ADA9 Adam")]
    [InlineData("Ada", "Ada ada Adam ADA9")]
    [InlineData("adam", "Adam")]
    [InlineData("BO", "bob")]
    [InlineData("É", "Éva")]
    [InlineData("x", "")]
    public async Task An_id_is_found_in_any_case_and_the_exact_one_first(string asked, string expected)
    {
        using var store = RetentionStore.Open(engine.NewAddress());
        string[] ids = ["Ada", "ada", "ADA9", "Adam", "bob", "Éva"];
        store.Import([.. ids.Select((id, i) => new OrderRow(id, "O" + i, 1_700_000_000_000 + i * 86_400_000L, 1000, "EUR"))]);
        var request = RunRequest.Tonight(store, store.RequireShop(), TimeProvider.System);
        var run = new NightRun(store, new ModelRegistry(engine.FilePath("models")), new RunSettings()).Execute(request, null, default).Run;
        var found = await store.Predictions.SearchByIdAsync(run.RunId, asked, 10, TestContext.Current.CancellationToken);
        Assert.Equal(expected, string.Join(' ', found.Select(row => row.CustomerId)));
    }
}
