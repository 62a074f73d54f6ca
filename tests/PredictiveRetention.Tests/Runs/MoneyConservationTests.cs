using System.Globalization;
using System.Text;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Runs;

public sealed class SqliteMoneyConservationTests() : MoneyConservationTests(new SqliteUnderTest());

public sealed class PostgresMoneyConservationTests() : MoneyConservationTests(new PostgresUnderTest());

/// <summary>
/// Whatever is in a file, every cent read is stored, known to be nothing to store, or rejected, and the store holds what the report says.
/// </summary>
public abstract class MoneyConservationTests(EngineUnderTest engine) : IDisposable
{
    public void Dispose()
    {
        engine.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("list", 1)]
    [InlineData("list", 2)]
    [InlineData("lines", 3)]
    [InlineData("lines", 4)]
    [InlineData("shopify", 5)]
    [InlineData("shopify", 6)]
    [InlineData("woocommerce", 7)]
    [InlineData("stripe", 8)]
    [InlineData("prices", 9)]
    [InlineData("prices", 10)]
    [InlineData("rates", 11)]
    public void Every_cent_is_stored_left_out_or_rejected(string kind, int seed)
    {
        var dirt = new Dirt(seed);
        var (preset, text) = kind switch
        {
            "list" => ("generic", dirt.List()),
            "lines" => ("generic", dirt.Lines()),
            "prices" => ("generic", dirt.Prices("1.50", "")),
            "rates" => ("generic", dirt.Prices("0.2", "0")),
            "shopify" => ("shopify", dirt.Shopify()),
            "woocommerce" => ("woocommerce", dirt.WooCommerce()),
            _ => ("stripe", dirt.Stripe()),
        };
        var path = engine.Write("orders.csv", text);
        using var store = RetentionStore.Open(engine.NewAddress());
        var outcome = ImportRun.Execute(
            store, new ImportRequest
            {
                Preset = preset, OrdersFile = path, ShopCurrency = "EUR", Calendar = BusinessCalendar.Utc, AcceptRejects = true,
                Settings = new Dictionary<string, string> { ["$decimal_mark"] = ".", ["$date_order"] = "dmy" },
            },
            dryRun: false, null, null, TestContext.Current.CancellationToken);
        var file = Assert.Single(outcome.Report.Files);
        Assert.Equal(file.RowsRejected, file.Rejected.Sum(reason => reason.Count));
        Assert.Equal(file.RowsAtFault, file.Rejected.Where(reason => !reason.IsUnderstood).Sum(reason => reason.Count));
        Assert.All(file.Money, money => Assert.Equal(money.Read, money.Stored + money.LeftOut + money.Rejected + money.Rounding));
        var euros = file.Money.Single(money => money.Currency == "EUR");
        Assert.Equal(euros.Stored, Sum("SELECT coalesce(sum(amount_minor), 0) FROM orders")
            - Sum("SELECT coalesce(sum(amount_minor), 0) FROM refund"));
        Assert.Equal(
            file.Nobody is { } nobody ? (nobody.Amount, nobody.Refunded) : (0m, 0m),
            (Sum("SELECT coalesce(sum(amount_minor), 0) FROM nobody_order"),
                Sum("SELECT coalesce(sum(refunded_minor), 0) FROM nobody_order")));
        // A file without any of the dirt would show nothing.
        Assert.True(file.RowsAtFault > 0 && file.RowsRejected > file.RowsAtFault && file.Nobody is not null);
    }

    private decimal Sum(string sql) => decimal.Parse(Assert.Single(engine.Query(sql)), CultureInfo.InvariantCulture) / 100;

    /// <summary>Files with all that shops have met in theirs.</summary>
    private sealed class Dirt(int seed)
    {
        private const int Orders = 60;
        private readonly Random _random = new(seed);

        private string Pick(params string[] words) => words[_random.Next(words.Length)];

        private string Money() => (_random.Next(100, 20_000) / 100m).ToString("0.00", CultureInfo.InvariantCulture);

        private string Customer() => _random.Next(8) switch
        {
            0 => "",
            1 => "guest",
            2 => "4.91511E+12",
            _ => "c" + _random.Next(12).ToString(CultureInfo.InvariantCulture),
        };

        private string Address() => _random.Next(6) switch
        {
            0 => "",
            1 => "no-reply@shop.invalid",
            _ => Pick("Ann", "ann", "bo", "Cy") + "@example.com",
        };

        private string Day() => _random.Next(9) == 0 ? Pick("soon", "31.02.2024", "")
            : $"{_random.Next(1, 29):00}.{_random.Next(1, 13):00}.2024";

        private string Amount() => _random.Next(9) switch
        {
            0 => "-" + Money(),
            1 => Pick("n/a", "free", ""),
            _ => Money(),
        };

        private string Coin() => _random.Next(9) == 0 ? "USD" : "EUR";

        public string List() => Rows("customer_id;order_id;ordered_at;amount;currency;status",
            n => $"{Customer()};{(n % 13 == 0 ? n - 1 : n)};{Day()};{Amount()};{Coin()};{Pick("paid", "cancelled", "refunded")}");

        public string Lines()
        {
            var rows = new List<string>();
            for (var n = 0; n < Orders; n++)
            {
                var (customer, day, coin) = (Customer(), Day(), Coin());
                var lines = Enumerable.Range(0, _random.Next(1, 4))
                    .Select(line => $"{customer};{n};{day};{Amount()};{coin};SKU{line}").ToList();
                rows.AddRange(lines);
                if (n % 11 == 0 && n > 0) rows.AddRange([$"{customer};9{n};{day};5.00;{coin};SKU0", .. lines]);
            }
            return Rows("customer_id;order_id;ordered_at;amount;currency;sku", rows);
        }

        /// <summary>Lines of a price each, with money or a share taken off and given back.</summary>
        public string Prices(params string[] discounts)
        {
            var rows = new List<string>();
            for (var n = 0; n < Orders; n++)
            {
                var (customer, day, coin, back) = (Customer(), Day(), Coin(), Pick("", "-", "2.00", "x"));
                rows.AddRange(Enumerable.Range(0, _random.Next(1, 4)).Select(line =>
                    $"{customer};{n};{day};{Amount()};{_random.Next(1, 4)};{Pick(discounts)};{back};{Pick("paid", "refunded")};{coin};"
                        + $"SKU{line}"));
            }
            return Rows("customer_id;order_id;ordered_at;unit_price;quantity;discount;refunded_amount;status;currency;sku", rows);
        }

        public string Shopify() => Rows(
            "Name;Email;Financial Status;Currency;Total;Created at;Lineitem name;Lineitem price;Lineitem quantity;"
                + "Lineitem requires shipping;Payment Method;Refunded Amount;Cancelled at",
            n => $"#{n};{Address()};{Pick("paid", "paid", "refunded", "voided")};{Coin()};{Amount()};{Day()};"
                + $"{Pick("Mug", "Gift Card", "Tip")};5.00;1;false;{Pick("Cash", "bogus", "Gift Card")};{Pick("", "0.00", "1.50", "x")};"
                + $"{Pick("", "", "01.03.2024")}\n#{n};;;;;;Gift Card;2.00;1;false;;;");

        public string WooCommerce() => Rows(
            "order_number;type;parent_order_number;status;order_date;order_total;billing_email;currency;refunded_total",
            n => n % 5 == 4
                ? $"{n};shop_order_refund;{_random.Next(Orders)};completed;{Day()};-{Money()};;{Coin()};"
                : $"{n};shop_order;;{Pick("completed", "cancelled", "refunded")};{Day()};{Amount()};{Address()};{Coin()};"
                    + Pick("", "1.00"));

        public string Stripe() => Rows(
            "id;Created (UTC);Amount;Amount Refunded;Currency;Converted Amount;Converted Currency;Status;Customer ID;Customer Email;"
                + "Disputed Amount;Dispute Date (UTC);Dispute Status",
            n => $"ch_{n};{Day()};{Amount()};{Pick("0", "1.00")};{Coin().ToLowerInvariant()};{Pick("", Money())};{Pick("eur", "")};Paid;"
                + $"{Pick("", "cus_1", "cus_2")};{Address()};{Pick("", "3.00")};01.06.2024;{Pick("", "lost", "won", "under_review")}");

        private static string Rows(string header, Func<int, string> row) => Rows(header, Enumerable.Range(0, Orders).Select(row));

        private static string Rows(string header, IEnumerable<string> rows) =>
            new StringBuilder(header).Append('\n').AppendJoin('\n', rows).Append('\n').ToString();
    }
}
