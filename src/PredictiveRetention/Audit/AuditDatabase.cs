using System.Globalization;
using DuckDB.NET.Data;
using PredictiveRetention.Insights;
using PredictiveRetention.Models;
using PredictiveRetention.Runs;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Audit;

/// <summary>
/// The rows of a store in DuckDB, as they are but for days instead of instants; in memory, spilling to a folder that is gone afterwards.
/// </summary>
internal sealed class AuditDatabase : IDisposable
{
    private readonly DuckDBConnection _connection = new("Data Source=:memory:");
    private readonly DirectoryInfo _spill = Directory.CreateTempSubdirectory("retention-audit-");
    private readonly CancellationToken _cancellation;

    public AuditDatabase(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _connection.Open();
        Run($"SET temp_directory = {Text(_spill.FullName)}; SET autoinstall_known_extensions = false; SET preserve_insertion_order = "
            + $"false;");
    }

    public long LastImport { get; private set; }

    /// <exception cref="RetentionException">The run's predictions are gone.</exception>
    public void Load(RetentionStore store, Run run, RunRecipe recipe, IReadOnlySet<DateOnly> kept)
    {
        var shop = store.RequireShop();
        Constants(shop, run.AsOf, recipe);
        CutOffs(recipe, kept);
        RfmCells();
        Rejected(recipe.Insights!.Rejected);
        Run("CREATE TABLE scored AS SELECT unnest(["
            + string.Join(", ", MetricCatalogue.All.Where(metric => metric.NeedsScores).Select(metric => Text(metric.Id)))
            + "]) AS metric");
        store.PlainRows.Read(rows =>
        {
            Orders(rows, shop.Calendar);
            CopyOthers(rows, shop.Calendar);
            Predictions(rows, run.RunId);
            Published(rows, run.RunId);
            using var import = rows("SELECT coalesce(max(import_id), 0) FROM import_batch");
            LastImport = import.Read() ? import.Long() : 0;
        });
        if (Count("SELECT count(*) FROM prediction") == 0 && run.ExpectedCount > 0)
            throw new RetentionException(Failure.NotFound, $"The predictions of run {run.RunId} are no longer there: audit a newer run.");
    }

    public void Run(string sql)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var stop = _cancellation.Register(command.Cancel);
        try
        {
            command.ExecuteNonQuery();
        }
        catch (DuckDBException) when (_cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(_cancellation);
        }
    }

    public IEnumerable<DuckDBDataReader> Rows(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read()) yield return reader;
    }

    public long Count(string sql) => Rows(sql).Select(row => row.GetInt64(0)).Single();

    public static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    public void Dispose()
    {
        _connection.Dispose();
        _spill.Delete(recursive: true);
    }

    /// <summary>What the run was made with, each as a macro without arguments: the scripts read like the definitions.</summary>
    private void Constants(Shop shop, Cutoff asOf, RunRecipe recipe)
    {
        var (segments, cuts, settings) = (recipe.Segments, recipe.Cutoffs, recipe.Insights!.Settings);
        (string Name, double? Value)[] numbers =
        [
            ("as_of", asOf.Day), ("horizon", recipe.HorizonDays), ("clv_horizon", recipe.ClvHorizonDays),
            ("lost_after", RetentionModel.LostAfter(recipe.HorizonDays)), ("coverage", (int)recipe.Coverage.Sources),
            ("months_window", settings.Months), ("days_window", settings.Days), ("migration_months", settings.MigrationMonths),
            ("small_group", settings.SmallGroup), ("middle_aged_from", settings.MiddleAgedFrom),
            ("senior_from", settings.SeniorFrom), ("text_values", settings.TextValues), ("correlation_sample", settings.CorrelationSample),
            ("sample_size", new RunSettings().SampleSize),
            ("new_from", recipe.Insights.Beginning is { } beginning ? BusinessCalendar.DayNumber(beginning.NewFrom) : 0),
            ("active_days", segments.ActiveDays), ("at_risk_days", segments.AtRiskDays), ("dormant_days", segments.DormantDays),
            ("new_days", segments.NewDays), ("reactivated_gap_days", segments.ReactivatedGapDays),
            ("overdue_min_days", segments.OverdueMinDays),
            ("regular_orders", segments.RegularOrders), ("power_user_orders", segments.PowerUserOrders),
            ("discount_seeker_orders", segments.DiscountSeekerOrders), ("loyalist_orders", segments.LoyalistOrders),
        ];
        (string Name, double? Value)[] doubles =
        [
            ("minor", shop.Currency.MinorPerUnit), ("discounted_orders_share", segments.DiscountedOrdersShare),
            ("discount_of_gross_share", segments.DiscountOfGrossShare), ("high_value_share", segments.HighValueShare),
            ("low_value_share", segments.LowValueShare), ("vip_share", segments.VipShare),
            ("high_spender_share", segments.HighSpenderShare), ("overdue_factor", segments.OverdueFactor),
            ("inactive_after", segments.InactiveHorizons * recipe.HorizonDays),
            ("now_high_value", cuts.HighValueMinor), ("now_mid_value", cuts.MidValueMinor),
            ("now_premium_clv", cuts.PremiumClv), ("now_gold_clv", cuts.GoldClv), ("now_silver_clv", cuts.SilverClv),
            ("now_vip", cuts.VipRevenue12mMinor), ("now_high_revenue_12m", cuts.HighRevenue12mMinor),
            ("now_high_spend", cuts.HighSpendIfOrder), ("now_high_risk", cuts.HighRisk),
            ("now_medium_risk", cuts.MediumRisk), ("notable_rise", RiskRise.Notable),
        ];
        (string Name, bool Value)[] flags =
            [("zero_value", shop.Purchases.ZeroValue), ("merge_days", shop.Purchases.MergeDays),
                ("by_rule", recipe.ModelLevel == ModelLevel.RecencyRule), ("fixed_frequency", segments.FrequencyCuts is not null),
                ("has_scores", recipe.NoScores is null)];
        foreach (var (name, value) in numbers) Run($"CREATE MACRO {name}() AS CAST({Number(value)} AS INTEGER)");
        foreach (var (name, value) in doubles) Run($"CREATE MACRO {name}() AS {Number(value)}");
        foreach (var (name, value) in flags) Run($"CREATE MACRO {name}() AS {(value ? "true" : "false")}");
    }

    /// <summary>Cut-offs of the quarters, and of the run itself as those of day -1.</summary>
    private void CutOffs(RunRecipe recipe, IReadOnlySet<DateOnly> kept)
    {
        Run("CREATE TABLE cut (from_day INTEGER, taken_day INTEGER, kept BOOLEAN, population BIGINT, r20 DOUBLE, r40 DOUBLE, r60 DOUBLE, "
            + "r80 DOUBLE, f20 DOUBLE, f40 DOUBLE, f60 DOUBLE, f80 DOUBLE, "
            + "m20 DOUBLE, m40 DOUBLE, m60 DOUBLE, m80 DOUBLE, high_value DOUBLE, mid_value DOUBLE, vip DOUBLE, "
            + "high_revenue_12m DOUBLE, high_spend DOUBLE, median_gap DOUBLE, inactive_after DOUBLE, base_rate DOUBLE)");
        Add(-1, -1, false, recipe.Cutoffs);
        foreach (var quarter in recipe.Insights!.Quarters)
            Add(BusinessCalendar.DayNumber(quarter.From), BusinessCalendar.DayNumber(quarter.TakenOn), kept.Contains(quarter.From),
                quarter.Cutoffs);

        void Add(int from, int taken, bool isKept, SegmentCutoffs c)
        {
            double?[] values =
            [
                c.Population, c.Recency.P20, c.Recency.P40, c.Recency.P60, c.Recency.P80, c.Frequency.P20, c.Frequency.P40, c.Frequency.P60,
                c.Frequency.P80,
                c.MonetaryMinor.P20, c.MonetaryMinor.P40, c.MonetaryMinor.P60, c.MonetaryMinor.P80, c.HighValueMinor, c.MidValueMinor,
                c.VipRevenue12mMinor, c.HighRevenue12mMinor, c.HighSpendIfOrder, c.MedianGapDays, c.InactiveAfterDays, c.BaseRate,
            ];
            Run(string.Create(CultureInfo.InvariantCulture,
                $"INSERT INTO cut VALUES ({from}, {taken}, {isKept}, {string.Join(", ", values.Select(Number))})"));
        }
    }

    private void RfmCells()
    {
        Run("CREATE TABLE rfm_cell (code INTEGER, segment VARCHAR)");
        foreach (var (segment, codes) in RfmGrid.Codes)
            Run($"INSERT INTO rfm_cell VALUES "
                + $"{string.Join(", ", codes.Select(code => $"({Number(code)}, {Text(SegmentNames.Name(segment))})"))}");
    }

    /// <summary>Months rejected rows are dated in; null for rows that could be of any.</summary>
    private void Rejected(IReadOnlyList<RejectedOrders> rejected)
    {
        Run("CREATE TABLE rejected (month VARCHAR)");
        foreach (var month in rejected.Select(one => one.Month).Distinct())
            Run($"INSERT INTO rejected VALUES ({(month is null ? "NULL" : Text(month))})");
    }

    private void Orders(Func<string, RowReader> rows, BusinessCalendar calendar)
    {
        Run("CREATE TABLE shop_order (customer BIGINT, id VARCHAR, ordered_at BIGINT, day INTEGER, amount BIGINT, discount BIGINT, valid "
            + "BOOLEAN, category VARCHAR, promised_day INTEGER, delivered_day INTEGER, review DOUBLE, margin BIGINT)");
        using var order =
            rows("SELECT customer_key, order_id, ordered_at_ms, amount_minor, discount_minor, is_valid, category, promised_at_ms, "
                + "delivered_at_ms, review_score, margin_minor FROM orders");
        Copy("shop_order", order, to =>
        {
            to.AppendValue(order.Long()).AppendValue(order.Text());
            var at = order.Long();
            to.AppendValue(at)
                .AppendValue(calendar.DayOf(at))
                .AppendValue(order.Long())
                .AppendValue(order.MaybeLong())
                .AppendValue(order.Bool())
                .AppendValue(order.MaybeText());
            to.AppendValue(Day(order.MaybeLong(), calendar))
                .AppendValue(Day(order.MaybeLong(), calendar))
                .AppendValue(order.MaybeDouble())
                .AppendValue(order.MaybeLong());
        });
    }

    private void CopyOthers(Func<string, RowReader> rows, BusinessCalendar calendar)
    {
        Run("CREATE TABLE refund (customer BIGINT, day INTEGER, amount BIGINT, order_id VARCHAR)");
        using (var refund = rows("SELECT customer_key, refunded_at_ms, amount_minor, order_id FROM refund"))
            Copy("refund", refund,
                to => to.AppendValue(refund.Long())
                    .AppendValue(calendar.DayOf(refund.Long()))
                    .AppendValue(refund.Long())
                    .AppendValue(refund.MaybeText()));
        Run("CREATE TABLE order_of_nobody (day INTEGER, amount BIGINT, refunded BIGINT, valid BOOLEAN)");
        using (var order = rows("SELECT ordered_at_ms, amount_minor, refunded_minor, is_valid FROM nobody_order"))
            Copy("order_of_nobody", order,
                to => to.AppendValue(calendar.DayOf(order.Long()))
                    .AppendValue(order.Long())
                    .AppendValue(order.Long())
                    .AppendValue(order.Bool()));
        Run("CREATE TABLE event (customer BIGINT, day INTEGER, type INTEGER, message VARCHAR)");
        using (var happened = rows("SELECT customer_key, occurred_at_ms, event_type, message_id FROM engagement"))
            Copy("event", happened,
                to => to.AppendValue(happened.Long())
                    .AppendValue(calendar.DayOf(happened.Long()))
                    .AppendValue(happened.Int())
                    .AppendValue(happened.Text()));
        Run("CREATE TABLE subscription (customer BIGINT, started_day INTEGER, ended_day INTEGER, cancelled_day INTEGER, period VARCHAR)");
        using (var subscription = rows("SELECT customer_key, started_at_ms, ended_at_ms, cancelled_at_ms, period FROM subscription"))
            Copy("subscription", subscription,
                to => to.AppendValue(subscription.Long())
                    .AppendValue(calendar.DayOf(subscription.Long()))
                    .AppendValue(Day(subscription.MaybeLong(), calendar))
                    .AppendValue(Day(subscription.MaybeLong(), calendar))
                    .AppendValue(subscription.MaybeText()));
        Run("CREATE TABLE profile (customer BIGINT, birth_year INTEGER, gender VARCHAR, country VARCHAR, region VARCHAR, channel VARCHAR, "
            + "seen_day INTEGER)");
        using (var profile = rows("SELECT customer_key, birth_year, gender, country, acquisition_channel, first_seen_at_ms FROM customer"))
            Copy("profile", profile, to =>
            {
                to.AppendValue(profile.Long()).AppendValue(profile.MaybeInt()).AppendValue(profile.MaybeText());
                var country = profile.MaybeText();
                var known = country is null ? null : Country.TryOf(country);
                to.AppendValue(known?.Code ?? country).AppendValue(known?.Region).AppendValue(profile.MaybeText())
                    .AppendValue(Day(profile.MaybeLong(), calendar));
            });
    }

    private void Predictions(Func<string, RowReader> rows, long runId)
    {
        string[] doubles = ["p_churn", "clv", "spend_if_order", "revenue_at_risk", "expected_net_value", "action_cost"];
        string[] numbers =
        [
            "orders", "purchase_days", "days_since_last_order", "days_since_first_order", "rfm", "rfm_segment", "lifecycle", "value_tier",
            "frequency_class", "clv_tier", "business_segment", "engagement_segment", "persona", "risk_band",
        ];
        string[] flags = ["overdue", "slipping", "still_buying", "high_value"];
        Run($"CREATE TABLE prediction (customer BIGINT, net_revenue BIGINT, lost BOOLEAN, play VARCHAR, revenue_12m_minor BIGINT, "
            + $"usual_gap_days DOUBLE, risk_rise DOUBLE, {string.Join(", ", flags.Select(name => name + " BOOLEAN"))}, "
            + $"{string.Join(", ", doubles.Select(name => name + " DOUBLE"))}, "
            + $"{string.Join(", ", numbers.Select(name => name + " INTEGER"))})");
        using var row =
            rows($"SELECT customer_key, net_revenue_minor, lost, play_id, revenue_12m_minor, "
                + "CAST(usual_gap_days AS double precision), CAST(risk_rise AS double precision), "
                + $"{string.Join(", ", flags.Concat(doubles).Concat(numbers))} "
                + $"FROM prediction WHERE run_id = {runId.ToString(CultureInfo.InvariantCulture)}");
        Copy("prediction", row, to =>
        {
            to.AppendValue(row.Long()).AppendValue(row.Long()).AppendValue(row.Bool()).AppendValue(row.MaybeText());
            to.AppendValue(row.MaybeLong()).AppendValue(row.MaybeDouble()).AppendValue(row.MaybeDouble());
            foreach (var _ in flags) to.AppendValue(row.MaybeBool());
            foreach (var _ in doubles) to.AppendValue(row.Double());
            foreach (var _ in numbers) to.AppendValue(row.Int());
        });
    }

    private void Published(Func<string, RowReader> rows, long runId)
    {
        Run("CREATE TABLE published (seq INTEGER, view VARCHAR, metric VARCHAR, d1 VARCHAR, d2 VARCHAR, d3 VARCHAR, numerator DOUBLE, "
            + "denominator DOUBLE, value DOUBLE, customers BIGINT, state INTEGER)");
        using var row =
            rows($"SELECT seq, view, metric, d1, d2, d3, numerator, denominator, value, customers, state FROM figure WHERE run_id = "
                + $"{runId.ToString(CultureInfo.InvariantCulture)}");
        Copy("published", row, to =>
        {
            to.AppendValue(row.Int());
            for (var text = 0; text < 5; text++) to.AppendValue(row.Text());
            to.AppendValue(row.MaybeDouble())
                .AppendValue(row.MaybeDouble())
                .AppendValue(row.MaybeDouble())
                .AppendValue(row.MaybeLong())
                .AppendValue(row.Int());
        });
    }

    private void Copy(string table, RowReader rows, Action<IDuckDBAppenderRow> append)
    {
        using var appender = _connection.CreateAppender(table);
        for (var count = 1; rows.Read(); count++)
        {
            if ((count & 0xFFFF) == 0) _cancellation.ThrowIfCancellationRequested();
            var to = appender.CreateRow();
            append(to);
            to.EndRow();
        }
    }

    private static int? Day(long? instantMs, BusinessCalendar calendar) => instantMs is { } known ? calendar.DayOf(known) : null;

    /// <summary>A number as SQL; all its digits.</summary>
    private static string Number(double? value) =>
        value is not { } known ? "CAST(NULL AS DOUBLE)" : double.IsInfinity(known) ? "CAST('Infinity' AS DOUBLE)"
            : "CAST(" + known.ToString("R", CultureInfo.InvariantCulture) + " AS DOUBLE)";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
