using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Dapper;
using PredictiveRetention.Evaluation;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>A stored prediction as readers see it. Segment columns are the numbers of the enums in Segments, NoAction of that in Playbooks.</summary>
public sealed record PredictionRow
{
    public long CustomerKey { get; init; }
    public string CustomerId { get; init; } = "";
    public long RunId { get; init; }
    public double PChurn { get; init; }

    /// <summary>Currency units, as are the other money figures here but NetRevenueMinor.</summary>
    public double Clv { get; init; }
    public double SpendIfOrder { get; init; }
    public double RevenueAtRisk { get; init; }
    public bool Lost { get; init; }
    public int Orders { get; init; }
    public int PurchaseDays { get; init; }
    public int DaysSinceLastOrder { get; init; }
    public int DaysSinceFirstOrder { get; init; }
    public long NetRevenueMinor { get; init; }
    public int Rfm { get; init; }
    public int RfmSegment { get; init; }
    public int Lifecycle { get; init; }
    public int ValueTier { get; init; }
    public int FrequencyClass { get; init; }
    public int ClvTier { get; init; }
    public int BusinessSegment { get; init; }
    public int EngagementSegment { get; init; }
    public int Persona { get; init; }
    public int RiskBand { get; init; }
    public string? PlayId { get; init; }
    public int? NoAction { get; init; }
    public double ExpectedNetValue { get; init; }
    public double ActionCost { get; init; }

    /// <summary>See <see cref="StoredReasons"/>.</summary>
    public byte[]? Reasons { get; init; }
    public string? Country { get; init; }

    /// <summary>Null, as are the bounds of Clv, where the model says none.</summary>
    public double? PAlive { get; init; }
    public double? ClvLo80 { get; init; }
    public double? ClvHi80 { get; init; }
    public double? ClvLo90 { get; init; }
    public double? ClvHi90 { get; init; }

    /// <summary>Days from the as-of; null where not within the churn horizon.</summary>
    public double? NextOrderP10 { get; init; }
    public double? NextOrderP50 { get; init; }
    public double? NextOrderP90 { get; init; }
}

/// <summary>What a list is sorted by, descending; CustomerKey ascending breaks ties and is the order of Customer.</summary>
public enum PredictionOrder { RevenueAtRisk, PChurn, Clv, ExpectedNetValue, Customer }

/// <summary>Conditions of a list; null does not restrict.</summary>
public sealed record PredictionFilter
{
    public int? RfmSegment { get; init; }
    public int? Lifecycle { get; init; }
    public int? ValueTier { get; init; }
    public int? FrequencyClass { get; init; }
    public int? ClvTier { get; init; }
    public int? BusinessSegment { get; init; }
    public int? EngagementSegment { get; init; }
    public int? Persona { get; init; }
    public int? RiskBand { get; init; }

    /// <summary>ISO 3166, two letters.</summary>
    public string? Country { get; init; }
    public string? PlayId { get; init; }

    /// <summary>True: only customers with a recommended action; false: only those with none.</summary>
    public bool? HasAction { get; init; }
    public bool? Lost { get; init; }
    public double? MinPChurn { get; init; }
    public double? MaxPChurn { get; init; }
    public double? MinClv { get; init; }
    public double? MaxClv { get; init; }

    /// <summary>True: only customers whose risk band is High and was lower in the night before; nobody where no earlier night is kept.</summary>
    public bool MovedUp { get; init; }

    /// <summary>Of an action of the customer, see <see cref="ActionWork"/>: a name, or <see cref="ActionWork.Nobody"/>.</summary>
    public string? WorkOwner { get; init; }

    /// <summary>Of an action of the customer: a status, or <see cref="ActionStatus.Unfinished"/>.</summary>
    public string? WorkStatus { get; init; }

    public bool IsOfWork => WorkOwner is not null || WorkStatus is not null;

    /// <summary>Whether a run answers the same as long as it is kept. Work goes on, imports change countries, and the night before may be dropped.</summary>
    public bool IsSteady => !IsOfWork && !MovedUp && Country is null;
}

/// <summary>Where a page ended: the value sorted by, and the customer.</summary>
public readonly record struct PagePosition(double Value, long CustomerKey);

/// <summary>A number and how many customers it is of.</summary>
public sealed record GroupCount(string Key, long Customers, double Value);

/// <summary>The headline numbers of a run, in currency units; computed inside the run from what it wrote.</summary>
/// <param name="Customers">Everybody scored.</param>
/// <param name="Lost">Silent for longer than the lost limit; not counted as risk.</param>
/// <param name="MeanPChurn">Of those not lost.</param>
/// <param name="ExpectedChurners">Sum of p_churn of those not lost.</param>
/// <param name="HighRisk">Not lost and in the High risk band.</param>
/// <param name="NetRevenue">To date.</param>
/// <param name="Orders">Purchases to date.</param>
/// <param name="Clv">Sum of expected net spend in the CLV horizon.</param>
/// <param name="RevenueAtRisk">Sum of p_churn x expected spend of an ordering customer, of those not lost.</param>
/// <param name="Actions">Customers with a recommended action.</param>
/// <param name="ExpectedNetValue">Of all recommended actions.</param>
/// <param name="ActionCost">Of all recommended actions.</param>
/// <param name="Plays">Customers and expected net value by play.</param>
/// <param name="PChurnTenths">Customers not lost by p_churn: [0, 0.1), [0.1, 0.2), ... [0.9, 1]; null for runs of earlier versions.</param>
/// <param name="Drift">Whether the customers are still like those the model was made for; null where the model has nothing to compare with.</param>
/// <param name="Realised">What became of the predictions of the newest night that is a horizon old; null while there is none.</param>
public sealed record RunHeadline(
    long Customers, long Lost, double MeanPChurn, double ExpectedChurners, long HighRisk, double NetRevenue, long Orders,
    double Clv, double RevenueAtRisk, long Actions, double ExpectedNetValue, double ActionCost, IReadOnlyList<GroupCount> Plays, IReadOnlyList<long>? PChurnTenths = null,
    DriftReport? Drift = null, Realised? Realised = null);

public sealed partial class RetentionStore
{
    private long _lastSeen;

    private const string SelectPrediction = "SELECT p.*, c.customer_id, c.country FROM prediction p JOIN customer c ON c.customer_key = p.customer_key";

    /// <summary>The run readers see now; null before the first night.</summary>
    public async Task<Run?> CurrentRunAsync(CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Run>(new CommandDefinition(
            $"SELECT r.* FROM current_run c JOIN run r ON r.run_id = c.run_id WHERE c.purpose = '{RunPurpose.Night}'", cancellationToken: cancellation));
    }

    /// <summary>The newest night readers ever saw whose as-of is on or before a day; null where there is none.</summary>
    public Run? NightBefore(Cutoff asOf)
    {
        using var connection = _engine.Open();
        return connection.QueryFirstOrDefault<Run>(
            $"SELECT * FROM run WHERE purpose = '{RunPurpose.Night}' AND as_of <= @asOf AND published_at_ms IS NOT NULL AND settings IS NOT NULL ORDER BY as_of DESC, run_id DESC LIMIT 1", new { asOf = asOf.ToString() });
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Run>> RunsAsync(int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<Run>(new CommandDefinition("SELECT * FROM run ORDER BY run_id DESC LIMIT @limit", new { limit }, cancellationToken: cancellation))).AsList();
    }

    public async Task<Run?> RunAsync(long runId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Run>(new CommandDefinition("SELECT * FROM run WHERE run_id = @runId", new { runId }, cancellationToken: cancellation));
    }

    /// <summary>
    /// A customer's row of the run readers see now: pointer and row are read as one. The run it was last time is tried first, straight in its
    /// own partition: two reads by primary key. The id is not compared again: its key is 64 bits of its SHA-256.
    /// </summary>
    public async Task<PredictionRow?> CurrentPredictionAsync(string customerId, CancellationToken cancellation = default)
    {
        var key = CustomerKey.Of(customerId);
        await using var connection = await _engine.OpenAsync(cancellation);
        if (Interlocked.Read(ref _lastSeen) is > 0 and var run)
        {
            try
            {
                var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT p.* FROM {_engine.PredictionTable(run)} p, current_run r WHERE p.customer_key = @key AND p.run_id = {run} AND r.purpose = '{RunPurpose.Night}' AND r.run_id = {run}");
                if (await connection.QuerySingleOrDefaultAsync<PredictionRow>(new CommandDefinition(sql, new { key }, cancellationToken: cancellation)) is { } row) return row with { CustomerId = customerId };
            }
            catch (DbException) when (!cancellation.IsCancellationRequested)
            {
                // The partition is gone with its run: asked anew below, where a database that is away says so.
            }
        }
        var found = await connection.QuerySingleOrDefaultAsync<PredictionRow>(new CommandDefinition(
            $"SELECT p.* FROM current_run r JOIN prediction p ON p.run_id = r.run_id AND p.customer_key = @key WHERE r.purpose = '{RunPurpose.Night}'", new { key }, cancellationToken: cancellation));
        if (found is null) return null;
        Interlocked.Exchange(ref _lastSeen, found.RunId);
        return found with { CustomerId = customerId };
    }

    /// <summary>One page of a run, after a position.</summary>
    public async Task<IReadOnlyList<PredictionRow>> PredictionsAsync(
        long runId, PredictionFilter filter, PredictionOrder order, PagePosition? after, int limit, CancellationToken cancellation = default)
    {
        var parameters = new DynamicParameters(new { runId, limit });
        // Ids are looked up for the page alone: joined before the limit, those of a million customers would be.
        var sql = new StringBuilder("SELECT p.*, c.customer_id, c.country FROM (SELECT p.* FROM prediction p WHERE p.run_id = @runId");
        await RestrictAsync(sql, parameters, runId, filter, cancellation);
        var column = ColumnOf(order);
        if (after is { } position)
        {
            sql.Append(column is null ? " AND p.customer_key > @afterKey" : $" AND ({column} < @afterValue OR ({column} = @afterValue AND p.customer_key > @afterKey))");
            parameters.Add("afterKey", position.CustomerKey);
            parameters.Add("afterValue", position.Value);
        }
        var sorted = OrderOf(column);
        sql.Append(sorted).Append(" LIMIT @limit) p JOIN customer c ON c.customer_key = p.customer_key").Append(sorted);
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<PredictionRow>(new CommandDefinition(sql.ToString(), parameters, cancellationToken: cancellation))).AsList();
    }

    /// <summary>The whole of a list, in its order, some rows at a time: one question, however long it is.</summary>
    public async IAsyncEnumerable<IReadOnlyList<PredictionRow>> PredictionsAsync(
        long runId, PredictionFilter filter, PredictionOrder order, int atOnce, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var parameters = new DynamicParameters(new { runId });
        var sql = new StringBuilder(SelectPrediction).Append(" WHERE p.run_id = @runId");
        await RestrictAsync(sql, parameters, runId, filter, cancellation);
        await using var connection = await _engine.OpenAsync(cancellation);
        var rows = new List<PredictionRow>(atOnce);
        await foreach (var row in connection.QueryUnbufferedAsync<PredictionRow>(sql.Append(OrderOf(ColumnOf(order))).ToString(), parameters).WithCancellation(cancellation))
        {
            rows.Add(row);
            if (rows.Count < atOnce) continue;
            yield return rows;
            rows = new List<PredictionRow>(atOnce);
        }
        if (rows.Count > 0) yield return rows;
    }

    private static string? ColumnOf(PredictionOrder order) => order switch
    {
        PredictionOrder.RevenueAtRisk => "p.revenue_at_risk",
        PredictionOrder.PChurn => "p.p_churn",
        PredictionOrder.Clv => "p.clv",
        PredictionOrder.ExpectedNetValue => "p.expected_net_value",
        _ => null,
    };

    private static string OrderOf(string? column) => $" ORDER BY {(column is null ? "" : column + " DESC, ")}p.customer_key";

    /// <summary>How many customers a filter leaves, and their revenue at risk in currency units.</summary>
    public async Task<(long Customers, double RevenueAtRisk)> PredictionTotalsAsync(long runId, PredictionFilter filter, CancellationToken cancellation = default)
    {
        var parameters = new DynamicParameters(new { runId });
        var sql = new StringBuilder("SELECT count(*), coalesce(sum(p.revenue_at_risk), 0.0) FROM prediction p WHERE p.run_id = @runId");
        await RestrictAsync(sql, parameters, runId, filter, cancellation);
        await using var connection = await _engine.OpenAsync(cancellation);
        return await connection.QuerySingleAsync<(long, double)>(new CommandDefinition(sql.ToString(), parameters, cancellationToken: cancellation));
    }

    /// <summary>Every prediction of a run in customer key order, streamed.</summary>
    public IEnumerable<PredictionRow> AllPredictions(long runId)
    {
        using var connection = _engine.Open();
        foreach (var row in connection.Query<PredictionRow>(SelectPrediction + " WHERE p.run_id = @runId ORDER BY p.customer_key", new { runId }, buffered: false)) yield return row;
    }

    private async Task RestrictAsync(StringBuilder sql, DynamicParameters parameters, long runId, PredictionFilter filter, CancellationToken cancellation)
    {
        Restrict(sql, parameters, filter);
        if (!filter.MovedUp) return;
        var earlier = await RunAsync(runId, cancellation) is { } run ? NightToCompare(run, 1) : null;
        sql.Append(earlier is null ? " AND 1 = 0" : $" AND {MovedUp} AND EXISTS (SELECT 1 FROM prediction e WHERE e.customer_key = p.customer_key AND e.run_id = @earlierRunId AND {WasLower})");
        parameters.AddDynamicParams(new { earlierRunId = earlier?.RunId, high = (int)RiskBand.High });
    }

    private static void Restrict(StringBuilder sql, DynamicParameters parameters, PredictionFilter filter)
    {
        Equal("rfm_segment", filter.RfmSegment);
        Equal("lifecycle", filter.Lifecycle);
        Equal("value_tier", filter.ValueTier);
        Equal("frequency_class", filter.FrequencyClass);
        Equal("clv_tier", filter.ClvTier);
        Equal("business_segment", filter.BusinessSegment);
        Equal("engagement_segment", filter.EngagementSegment);
        Equal("persona", filter.Persona);
        Equal("risk_band", filter.RiskBand);
        Compare("p_churn", ">=", filter.MinPChurn);
        Compare("p_churn", "<=", filter.MaxPChurn);
        Compare("clv", ">=", filter.MinClv);
        Compare("clv", "<=", filter.MaxClv);
        if (filter.Country is { } country)
        {
            sql.Append(" AND p.customer_key IN (SELECT c.customer_key FROM customer c WHERE c.country = @country)");
            parameters.Add("country", country);
        }
        if (filter.Lost is { } lost) sql.Append(lost ? " AND p.lost" : " AND NOT p.lost");
        if (filter.HasAction is { } has) sql.Append(has ? " AND p.play_id IS NOT NULL" : " AND p.play_id IS NULL");
        if (filter.PlayId is { } play)
        {
            sql.Append(" AND p.play_id = @play");
            parameters.Add("play", play);
        }

        if (filter.WorkOwner is { } owner)
        {
            if (owner == ActionWork.Nobody) WorkOrUntouched("w.owner IS NULL");
            else Work("w.owner = @owner");
            parameters.Add("owner", owner);
        }
        if (filter.WorkStatus is { } status)
        {
            if (status == ActionStatus.Unfinished) WorkOrUntouched($"w.status NOT IN ('{ActionStatus.Done}', '{ActionStatus.Dismissed}')");
            else if (status == ActionStatus.Open) WorkOrUntouched("w.status = @status");
            else Work("w.status = @status");
            parameters.Add("status", status);
        }

        // Of any play: what somebody has in hand stays in the list when another play is recommended.
        void Work(string condition) => sql.Append(CultureInfo.InvariantCulture, $" AND p.customer_key IN (SELECT w.customer_key FROM action_work w WHERE {condition})");

        // What is recommended and nobody has touched is open, and nobody's.
        void WorkOrUntouched(string condition) => sql.Append(CultureInfo.InvariantCulture,
            $" AND ((p.play_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM action_work w WHERE w.customer_key = p.customer_key AND w.play_id = p.play_id AND NOT ({condition}))) OR p.customer_key IN (SELECT w.customer_key FROM action_work w WHERE {condition}))");

        void Equal(string column, int? value)
        {
            if (value is not { } wanted) return;
            sql.Append(CultureInfo.InvariantCulture, $" AND p.{column} = @{column}");
            parameters.Add(column, wanted);
        }

        void Compare(string column, string comparison, double? value)
        {
            if (value is not { } bound) return;
            var name = column + (comparison == ">=" ? "_min" : "_max");
            sql.Append(CultureInfo.InvariantCulture, $" AND p.{column} {comparison} @{name}");
            parameters.Add(name, bound);
        }
    }

    /// <summary>
    /// Customers whose id begins with a text, of a run, whatever its upper and lower case: who has exactly this id first, then who has it
    /// in another case, then who begins with it as it is written, then the others; each in the order of their ids.
    /// </summary>
    public async Task<IReadOnlyList<PredictionRow>> PredictionsByIdAsync(long runId, string prefix, int limit, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        return (await connection.QueryAsync<PredictionRow>(new CommandDefinition(
            SelectPrediction + " WHERE p.run_id = @runId AND lower(substr(c.customer_id, 1, @length)) = lower(@prefix) "
                + "ORDER BY CASE WHEN c.customer_id = @prefix THEN 0 WHEN lower(c.customer_id) = lower(@prefix) THEN 1 "
                + "WHEN substr(c.customer_id, 1, @length) = @prefix THEN 2 ELSE 3 END, c.customer_id, p.customer_key LIMIT @limit",
            new { runId, prefix, length = prefix.EnumerateRunes().Count() /* as databases count */, limit },
            cancellationToken: cancellation))).AsList();
    }
}
