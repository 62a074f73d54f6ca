using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>A preset of an analyst: one SQL file, and only the views it has something for.</summary>
public sealed class OwnPresetTests
{
    private const string TillSystem = """
        INSERT INTO fields VALUES
          ('orders', 'card', 'text', true, ['card_no']),
          ('orders', 'receipt', 'text', true, []),
          ('orders', 'sold_at', 'time', true, []),
          ('orders', 'cents', 'number', true, []);
        -- LOAD
        SET VARIABLE orders_grain = 'line';
        CREATE VIEW orders AS
        SELECT 'orders' AS source, record, card AS customer_id, receipt AS order_id, sold_at AS ordered_at, (cents / 100)::DECIMAL(18,6) AS amount
        FROM source_orders WHERE cents > 0;
        CREATE VIEW rejects AS
        SELECT 'orders' AS source, record, 'cents' AS field, 'nothing paid' AS reason FROM source_orders WHERE cents <= 0;
        """;

    [Fact]
    public void Own_preset_in_sql_alone_reads_another_system()
    {
        using var import = Till(TillSystem);
        Assert.Equal(new OrderRow("k1", "r1", 1_704_103_200_000, 1250, "EUR"), Assert.Single(import.Stored));
        Assert.Empty(import.Source.Customers());
        Assert.Equal("nothing paid", import.OnlyReject().Reason);
    }

    [Theory]
    [InlineData("SELECT 1;", "has no line '-- LOAD'")]
    [InlineData("INSERT INTO fields VALUES ('orders', 'card', 'text', true, ['card_no']);\n-- LOAD\nCREATE VIEW orders AS SELECT nothing "
        + "FROM source_orders;", "does not run")]
    public void Own_preset_that_does_not_work_is_refused_with_the_reason(string sql, string message)
    {
        using var import = Till(sql);
        var refusal = import.Refused();
        Assert.Equal(Failure.Usage, refusal.Failure);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private static Import Till(string sql) => new()
    {
        PresetSql = sql,
        Orders = "Card No;Receipt;Sold at;Cents\nk1;r1;2024-01-01 10:00;1250\nk2;r2;2024-01-01 10:00;0\n",
    };
}
