using System.Globalization;
using System.Text;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Service.Metrics;
using PredictiveRetention.Service.Pages.Actions;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Pages.Risk;

/// <summary>The list of customers as a page asks for it: the filters of the predictions endpoint, and of which run.</summary>
internal static class RiskList
{
    private const int PageOfFile = 1000;

    /// <summary>The question of an address, without what names its run.</summary>
    /// <exception cref="BadParameterException">A filter is unknown or has no usable value.</exception>
    public static PredictionQuery Read(IQueryCollection query, ServiceSettings settings) =>
        PredictionQuery.Read(new QueryCollection(query.Where(pair => !AskedRun.Parameters.Contains(pair.Key) && !ActionForms.Outcome.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value)), settings.Runs.Playbook);

    public static void MapRiskList(this IEndpointRouteBuilder app) => app.MapGet("/risk.csv", FileAsync).ExcludeFromDescription();

    /// <summary>The whole filtered list as a file, as it is read.</summary>
    private static async Task FileAsync(HttpContext http, RetentionStore store, CurrentNight current, ServiceSettings settings)
    {
        var cancellation = http.RequestAborted;
        PredictionQuery query;
        PublishedNight? night;
        try
        {
            query = Read(new QueryCollection(http.Request.Query.Where(pair => pair.Key != "cursor").ToDictionary(pair => pair.Key, pair => pair.Value)), settings);
            (night, var problem) = await AskedRun.OfAsync(http.Request.Query, store, current, cancellation);
            if (night is null)
            {
                await problem!.ExecuteAsync(http);
                return;
            }
            if (night.Run.State == RunState.Dropped)
            {
                await Problem.ListingExpired().ExecuteAsync(http);
                return;
            }
        }
        catch (BadParameterException bad)
        {
            await Problem.BadParameter(bad.Parameter, bad.Message).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"customers-{night.Run.AsOf}.csv\"";
        await http.Response.WriteAsync("customer_id,p_churn,clv,revenue_at_risk,orders,days_since_last_order,business_segment,value_tier,risk_band,play,no_action,expected_net_value,owner,status,due,note,reason,currency,as_of,run_id\n", cancellation);
        await foreach (var rows in store.Predictions.StreamAsync(night.Run.RunId, query.Filter, query.Order, PageOfFile, cancellation))
        {
            var works = store.Work.Beside(rows);
            var text = new StringBuilder();
            foreach (var row in rows)
            {
                var answer = night.Answers.Of(row);
                var work = works.GetValueOrDefault(row.CustomerKey);
                text.AppendJoin(',', CsvCell.Safe(row.CustomerId), N(row.PChurn), answer.Clv.Amount, answer.RevenueAtRisk.Amount, row.Orders.ToString(CultureInfo.InvariantCulture), row.DaysSinceLastOrder.ToString(CultureInfo.InvariantCulture),
                    CsvCell.Safe(answer.Segments.Business), CsvCell.Safe(answer.Segments.ValueTier), CsvCell.Safe(answer.Segments.RiskBand), CsvCell.Safe(row.PlayId ?? ""), CsvCell.Safe(answer.Action.None ?? ""), row.PlayId is null ? "" : MoneyAnswer.Of(row.ExpectedNetValue, night.Shop.Currency).Amount,
                    CsvCell.Safe(work?.Owner ?? ""), work?.Status ?? (row.PlayId is null ? "" : ActionStatus.Open), work?.Due ?? "", CsvCell.Safe(work?.Note ?? ""),
                    CsvCell.Safe(answer.Reasons.FirstOrDefault(reason => reason.Effect > 0)?.Words ?? ""), night.Shop.Currency.Code, night.Run.AsOf.ToString(), night.Run.RunId.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }
            await http.Response.WriteAsync(text.ToString(), cancellation);
        }
    }

    private static string N(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
