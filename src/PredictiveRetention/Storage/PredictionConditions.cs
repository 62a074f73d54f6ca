using System.Globalization;
using System.Text;
using Dapper;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Segments;

namespace PredictiveRetention.Storage;

/// <summary>A question about the predictions of a run, and the conditions a <see cref="PredictionFilter"/> adds to it as SQL.</summary>
internal sealed class PredictionConditions
{
    /// <summary>Of a prediction p: its customer may have moved up.</summary>
    public const string IsHigh = "p.risk_band = @high AND NOT p.lost";

    /// <summary>Of the same customer's prediction e of an earlier night.</summary>
    public const string WasLower = "NOT e.lost AND e.risk_band <> @high";

    private static readonly string s_leftAlone = string.Create(
        CultureInfo.InvariantCulture, $"p.no_action IN ({(int)NoAction.HeldOut}, {(int)NoAction.ControlGroup})");

    private readonly StringBuilder _sql;

    /// <param name="select">Ends with a condition on p, predictions of @runId.</param>
    public PredictionConditions(string select, long runId)
    {
        _sql = new StringBuilder(select);
        Parameters = new DynamicParameters(new { runId });
    }

    public DynamicParameters Parameters { get; }

    public string Sql => _sql.ToString();

    public PredictionConditions Append(string sql)
    {
        _sql.Append(sql);
        return this;
    }

    /// <param name="earlier">The night before the run's; asked for where the filter is of those who moved up since. Null where none is
    /// kept.</param>
    public PredictionConditions Restrict(PredictionFilter filter, Run? earlier)
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
            _sql.Append(" AND p.customer_key IN (SELECT c.customer_key FROM customer c WHERE c.country = @country)");
            Parameters.Add("country", country);
        }
        if (filter.Lost is { } lost) _sql.Append(lost ? " AND p.lost" : " AND NOT p.lost");
        Flag("p.slipping", filter.Slipping);
        Flag("p.still_buying", filter.StillBuying);
        Flag("p.high_value", filter.HighValue);
        if (filter.AtRisk is not null) Parameters.Add("low", (int)RiskBand.Low);
        Flag("(p.still_buying AND (p.slipping OR p.risk_band <> @low))", filter.AtRisk);
        Flag(s_leftAlone, filter.LeftAlone);
        if (filter.HasAction is { } has) _sql.Append(has ? " AND p.play_id IS NOT NULL" : " AND p.play_id IS NULL");
        if (filter.PlayId is { } play)
        {
            _sql.Append(" AND p.play_id = @play");
            Parameters.Add("play", play);
        }
        if (filter.WorkOwner is { } owner) OfOwner(owner);
        if (filter.WorkStatus is { } status) OfStatus(status);
        if (filter.MovedUp) MovedUp(earlier);
        return this;
    }

    private void OfOwner(string owner)
    {
        if (owner == ActionWork.Nobody) WorkOrUntouched("w.owner IS NULL");
        else Work("w.owner = @owner");
        Parameters.Add("owner", owner);
    }

    private void OfStatus(string status)
    {
        if (status == ActionStatus.Unfinished) WorkOrUntouched($"w.status NOT IN ('{ActionStatus.Done}', '{ActionStatus.Dismissed}')");
        else if (status == ActionStatus.Open) WorkOrUntouched("w.status = @status");
        else Work("w.status = @status");
        Parameters.Add("status", status);
    }

    private void MovedUp(Run? earlier)
    {
        _sql.Append(earlier is null
            ? " AND 1 = 0"
            : $" AND {IsHigh} AND EXISTS (SELECT 1 FROM prediction e WHERE e.customer_key = p.customer_key "
                + $"AND e.run_id = @earlierRunId AND {WasLower})");
        Parameters.AddDynamicParams(new { earlierRunId = earlier?.RunId, high = (int)RiskBand.High });
    }

    // Of any play: what somebody has in hand stays in the list when another play is recommended.
    private void Work(string condition) =>
        _sql.Append(CultureInfo.InvariantCulture, $" AND p.customer_key IN (SELECT w.customer_key FROM action_work w WHERE {condition})");

    // What is recommended and nobody has touched is open, and nobody's.
    private void WorkOrUntouched(string condition) => _sql
        .Append(" AND ((p.play_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM action_work w ")
        .Append(CultureInfo.InvariantCulture, $"WHERE w.customer_key = p.customer_key AND w.play_id = p.play_id AND NOT ({condition}))) ")
        .Append(CultureInfo.InvariantCulture, $"OR p.customer_key IN (SELECT w.customer_key FROM action_work w WHERE {condition}))");

    private void Equal(string column, int? value)
    {
        if (value is not { } wanted) return;
        _sql.Append(CultureInfo.InvariantCulture, $" AND p.{column} = @{column}");
        Parameters.Add(column, wanted);
    }

    // Null, which is false, in runs of earlier versions.
    private void Flag(string flag, bool? value)
    {
        if (value is { } wanted) _sql.Append(CultureInfo.InvariantCulture, $" AND {(wanted ? flag : $"({flag}) IS NOT TRUE")}");
    }

    private void Compare(string column, string comparison, double? value)
    {
        if (value is not { } bound) return;
        var name = column + (comparison == ">=" ? "_min" : "_max");
        _sql.Append(CultureInfo.InvariantCulture, $" AND p.{column} {comparison} @{name}");
        Parameters.Add(name, bound);
    }
}
