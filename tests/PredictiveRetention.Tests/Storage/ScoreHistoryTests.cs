using System.Data.Common;
using System.Globalization;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class SqliteScoreHistoryTests() : ScoreHistoryTests(new SqliteUnderTest())
{
    protected override long Bytes()
    {
        Engine.Execute("PRAGMA wal_checkpoint(TRUNCATE); VACUUM");
        return Number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    }
}

public sealed class PostgresScoreHistoryTests() : ScoreHistoryTests(new PostgresUnderTest())
{
    protected override long Bytes() => Number(
        "SELECT pg_total_relation_size('score_night') + pg_total_relation_size('score_member') + pg_total_relation_size('score_chunk')");
}

/// <summary>Nights as a store has them, without the work of scoring.</summary>
public abstract class ScoreHistoryTests(EngineUnderTest engine) : StoreFixture(engine)
{
    private static readonly Cutoff s_first = Cutoff.Parse("2024-01-01"); // a Monday

    [Fact]
    public async Task Of_430_nights_those_of_four_weeks_are_there_and_the_first_of_each_week_before_them_for_400_days()
    {
        using var store = Open(out var connection);
        for (var day = 0; day < 430; day++)
        {
            AddNight(connection, day + 1, s_first.Plus(day), [(1, day / 430.0, day), (-7, 0.5, 0)]);
            store.Scores.RecordDue(default);
            // As the retention of predictions does.
            Drop(connection, day - 6);
        }
        var last = s_first.Plus(429);
        var expected = Enumerable.Range(0, 430).Where(day => day > 429 - 28 || (day % 7 == 0 && day >= 429 - 400)).ToList();
        var scores = await store.Predictions.PastScoresAsync(1);
        Assert.Equal(expected.Select(day => s_first.Plus(day).ToString()), scores.Select(score => score.AsOf));
        Assert.All(scores.Zip(expected), pair =>
        {
            Assert.Equal(pair.Second / 430.0, pair.First.PChurn, 0.00013);
            Assert.Equal(pair.Second, pair.First.Clv, 0.003 * pair.Second);
        });
        // Those whose predictions are kept are as they were.
        Assert.All(scores.TakeLast(7), score => Assert.Contains(score.PChurn, Enumerable.Range(423, 7).Select(day => day / 430.0)));
        Assert.Equal(expected.Count, (await store.Predictions.PastScoresAsync(-7)).Count);
        Assert.Equal(last, store.Scores.RiskUpTo(last)!.AsOf);
    }

    [Fact]
    public async Task Who_arrives_later_or_is_away_for_a_night_has_no_score_there()
    {
        using var store = Open(out var connection);
        var keys = Enumerable.Range(0, 600).Select(i => CustomerKey.Hash($"C{i}")).Order().ToArray();
        AddNight(connection, 1, s_first, [.. keys.Where((_, i) => i % 2 == 0).Select(key => (key, 0.25, 10.0))]);
        store.Scores.RecordDue(default);
        AddNight(connection, 2, s_first.Plus(1), [.. keys.Where((_, i) => i % 3 == 0).Select(key => (key, 0.5, 20.0))]);
        store.Scores.RecordDue(default);
        Drop(connection, 1, 2);

        var (first, second) = (store.Scores.RiskUpTo(s_first)!.Of(keys), store.Scores.RiskUpTo(s_first.Plus(5))!.Of(keys));
        for (var i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i % 2 == 0 ? 0.25 : null, Rounded(first[i]));
            Assert.Equal(i % 3 == 0 ? 0.5 : null, Rounded(second[i]));
            var expected = new[] { (i % 2 == 0, 10.0), (i % 3 == 0, 20.0) }.Where(night => night.Item1).Select(night => night.Item2);
            Assert.Equal(expected, (await store.Predictions.PastScoresAsync(keys[i])).Select(score => Math.Round(score.Clv)));
        }
        Assert.Null(store.Scores.RiskUpTo(s_first.Minus(1)));
        Assert.Empty(store.Scores.RiskUpTo(s_first)!.Of([]));
        Assert.Equal([null], store.Scores.RiskUpTo(s_first)!.Of([CustomerKey.Hash("nobody")]));

        // A shard is answered like the whole, by several at once.
        var risk = store.Scores.RiskUpTo(s_first)!;
        var shards = keys.Chunk(40).ToArray();
        var answers = new double?[shards.Length][];
        Parallel.For(0, shards.Length, i => answers[i] = risk.Of(shards[i]));
        Assert.Equal(first, answers.SelectMany(shard => shard));

        static double? Rounded(double? risk) => risk is { } known ? Math.Round(known, 3) : null;
    }

    [Fact]
    public async Task Only_published_nights_are_in_it_and_one_made_again_takes_the_place_of_the_first()
    {
        using var store = Open(out var connection);
        AddNight(connection, 1, s_first, [(1, 0.1, 1), (2, 0.2, 2)]);
        AddNight(connection, 2, s_first.Plus(1), [(1, 0.9, 9)], state: "held");
        AddNight(connection, 3, s_first.Plus(2), [(1, 0.9, 9)], state: "validating");
        AddNight(connection, 4, s_first.Plus(3), [(1, 0.9, 9)], state: "failed");
        AddNight(connection, 5, s_first.Plus(4), [(1, 0.9, 9)], purpose: "replay");
        store.Scores.RecordDue(default);
        Assert.Equal(["2024-01-01"], Recorded());

        AddNight(connection, 6, s_first, [(1, 0.3, 3)], attempt: 2);
        store.Scores.RecordDue(default);
        store.Scores.RecordDue(default);
        Say(connection, "UPDATE run SET state = 'published' WHERE run_id = 2; UPDATE run SET state = 'discarded' WHERE run_id = 3");
        store.Scores.RecordDue(default);
        Drop(connection, 1, 2, 6);
        Assert.Equal(["2024-01-01 0.3", "2024-01-02 0.9"], await SaidAsync(1));
        Assert.Empty(await SaidAsync(2));
        Assert.Equal(["2024-01-01", "2024-01-02"], Recorded());
        Assert.Equal(["6", "2"], Engine.Query("SELECT run_id FROM score_night ORDER BY as_of"));

        List<string> Recorded() => Engine.Query("SELECT as_of FROM score_night ORDER BY as_of");

        async Task<IEnumerable<string>> SaidAsync(long key) => (await store.Predictions.PastScoresAsync(key)).Select(score =>
            string.Create(CultureInfo.InvariantCulture, $"{score.AsOf} {score.PChurn:0.0}"));
    }

    [Fact]
    public void A_night_whose_predictions_are_being_dropped_leaves_what_is_there_as_it_was()
    {
        using var store = Open(out var connection);
        AddNight(connection, 1, s_first, [(1, 0.1, 1), (2, 0.2, 2)]);
        store.Scores.RecordDue(default);
        AddNight(connection, 2, s_first, [(1, 0.3, 3), (2, 0.4, 4)], attempt: 2);
        Say(connection, "DELETE FROM prediction WHERE run_id = 2 AND customer_key = 2");
        store.Scores.RecordDue(default);
        Assert.Equal([0.1, 0.2], store.Scores.RiskUpTo(s_first)!.Of([1, 2]).Select(risk => Math.Round(risk!.Value, 2)));
    }

    [Fact]
    public void A_night_that_would_be_thinned_out_is_not_added_again_and_again()
    {
        using var store = Open(out var connection);
        foreach (var (run, day) in new[] { (1, 0), (2, 3), (3, 60) }) AddNight(connection, run, s_first.Plus(day), [(1, 0.1, 1)]);
        store.Scores.RecordDue(default);
        store.Scores.RecordDue(default);
        Assert.Equal(["2024-01-01", "2024-03-01"], Engine.Query("SELECT as_of FROM score_night ORDER BY as_of"));
        Assert.Equal(["2024-01-01", "2024-03-01"], Engine.Query("SELECT as_of FROM score_chunk ORDER BY as_of"));
    }

    /// <summary>
    /// 400,000 customers of one night as it was recorded, and those scores again for every other night that is kept:
    /// as the database stores them.
    /// </summary>
    [Fact]
    public void A_customer_takes_at_most_22_bytes_a_month()
    {
        const int Customers = 400_000;
        const double Months = ScoreHistory.Days / (365.25 / 12);
        using var store = Open(out var connection);
        var before = Bytes();
        AddRun(connection, 1, s_first, Customers);
        var chance = new Random(1);
        using (var change = LedgerChange.Begin(store.Engine))
        {
            using var bulk = change.Bulk("prediction", s_columns);
            for (var i = 0; i < Customers; i++) Write(bulk, (CustomerKey.Hash($"C{i}"), chance.NextDouble(), 1000 * chance.NextDouble()));
            bulk.Complete();
            change.Commit();
        }
        store.Scores.RecordDue(default);
        Say(connection, "DELETE FROM prediction");

        var nights = ScoreHistory.Kept([.. Enumerable.Range(0, 430).Select(day => s_first.Plus(day))]).ToList();
        Assert.InRange(nights.Count, 80, 84);
        foreach (var night in nights)
        {
            if (night == s_first) continue;
            Say(connection,
                $"INSERT INTO score_chunk (part, as_of, scores) SELECT part, '{night}', scores FROM score_chunk WHERE as_of = '{s_first}'");
        }
        if (!nights.Contains(s_first)) Say(connection, $"DELETE FROM score_chunk WHERE as_of = '{s_first}'");

        var each = (Bytes() - before) / (double)Customers / Months;
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant($"{each:F1} bytes a customer and month"));
        Assert.InRange(each, 15, 22);
    }

    /// <summary>What the history takes in the database.</summary>
    protected abstract long Bytes();

    protected long Number(string sql) => long.Parse(Engine.Query(sql).Single(), CultureInfo.InvariantCulture);

    private static readonly string[] s_numbers =
    [
        "orders", "purchase_days", "days_since_last_order", "days_since_first_order", "rfm", "rfm_segment", "lifecycle", "value_tier",
        "frequency_class", "clv_tier", "business_segment", "engagement_segment", "persona", "risk_band",
    ];

    private static readonly string[] s_columns =
    [
        "customer_key", "run_id", "p_churn", "clv", "lost", "spend_if_order", "revenue_at_risk", "expected_net_value", "action_cost",
        "net_revenue_minor", .. s_numbers,
    ];

    private RetentionStore Open(out DbConnection connection)
    {
        var store = RetentionStore.Open(Engine.NewAddress());
        connection = store.Engine.Open();
        if (store.IsOnPostgres) Say(connection, "CREATE TABLE prediction_of_tests PARTITION OF prediction DEFAULT");
        Say(connection, "INSERT INTO current_run (purpose, run_id) VALUES ('night', 1)");
        return store;
    }

    private static void AddNight(DbConnection connection, long run, Cutoff asOf, (long Key, double PChurn, double Clv)[] scores,
        string state = "published", string purpose = "night", int attempt = 1)
    {
        AddRun(connection, run, asOf, scores.Length, state, purpose, attempt);
        var none = string.Concat(Enumerable.Repeat(", 0", s_columns.Length - 5));
        var rows = scores.Select(score => string.Create(CultureInfo.InvariantCulture,
            $"({score.Key}, {run}, {score.PChurn:R}, {score.Clv:R}, false{none})"));
        Say(connection, $"INSERT INTO prediction ({string.Join(", ", s_columns)}) VALUES {string.Join(", ", rows)}");
    }

    private static void AddRun(DbConnection connection, long run, Cutoff asOf, long customers, string state = "published",
        string purpose = "night", int attempt = 1)
    {
        var headline = RunRow.Json(new RunHeadline(customers, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, []));
        Say(connection, string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO run (run_id, purpose, business_date, attempt, as_of, state, fence, lease_until_ms, headline, created_at_ms) "
            + $"VALUES ({run}, '{purpose}', '{asOf}', {attempt}, '{asOf}', '{state}', 1, 0, '{headline}', 0)"));
    }

    private static void Write(BulkInsert bulk, (long Key, double PChurn, double Clv) score)
    {
        bulk.StartRow();
        bulk.Write(score.Key);
        bulk.Write(1L);
        bulk.Write(score.PChurn);
        bulk.Write(score.Clv);
        bulk.Write(false);
        for (var i = 0; i < 4; i++) bulk.Write(0.0);
        bulk.Write(0L);
        foreach (var _ in s_numbers) bulk.Write(0);
    }

    /// <summary>Their predictions are gone.</summary>
    private static void Drop(DbConnection connection, params int[] runs)
    {
        foreach (var run in runs)
        {
            Say(connection, string.Create(CultureInfo.InvariantCulture,
                $"DELETE FROM prediction WHERE run_id = {run}; UPDATE run SET state = 'dropped' WHERE run_id = {run}"));
        }
    }

    private static void Say(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
