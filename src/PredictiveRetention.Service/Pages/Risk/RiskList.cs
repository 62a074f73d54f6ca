using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Service.Figures;
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

    /// <summary>The question of an address, without what names its run; its numbers may be written as the workspace writes them.</summary>
    /// <exception cref="BadParameterException">A filter is unknown or has no usable value.</exception>
    public static PredictionQuery Read(IQueryCollection query, ServiceSettings settings, Writer writer) =>
        PredictionQuery.Read(new QueryCollection(Asked(query, writer)), settings.Runs.Playbook);

    /// <summary>The same, told of each filter that cannot be read and without it.</summary>
    public static PredictionQuery Read(IQueryCollection query, ServiceSettings settings, Writer writer, Action<string, string> fault)
    {
        for (var asked = Asked(query, writer); ;)
            try
            {
                return PredictionQuery.Read(new QueryCollection(asked), settings.Runs.Playbook);
            }
            catch (BadParameterException bad) when (asked.Remove(bad.Parameter))
            {
                fault(bad.Parameter, bad.Message);
            }
    }

    private static Dictionary<string, StringValues> Asked(IQueryCollection query, Writer writer) => query
        .Where(pair => !AskedRun.Parameters.Contains(pair.Key) && !ActionForms.Outcome.Contains(pair.Key))
        .ToDictionary(pair => pair.Key, pair => PredictionQuery.Numbers.Contains(pair.Key) && pair.Value.Count == 1
            && writer.NumberOf(pair.Value.ToString()) is { } number ? new StringValues(N(number)) : pair.Value);

    public static void MapRiskList(this IEndpointRouteBuilder app) => app.MapGet("/risk.csv", FileAsync).ExcludeFromDescription();

    /// <summary>The whole filtered list as a file, as it is read.</summary>
    private static async Task FileAsync(
        HttpContext http, RetentionStore store, CurrentNight current, ServiceSettings settings, Writer writer)
    {
        var cancellation = http.RequestAborted;
        PredictionQuery query;
        PublishedNight? night;
        try
        {
            var asked = http.Request.Query.Where(pair => pair.Key != "cursor").ToDictionary(pair => pair.Key, pair => pair.Value);
            query = Read(new QueryCollection(asked), settings, writer);
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
        await foreach (var rows in store.PredictionsAsync(night.Run.RunId, query.Filter, query.Order, PageOfFile, cancellation))
        {
            var works = store.ActionsOf(rows);
            var text = new StringBuilder();
            foreach (var row in rows)
            {
                var answer = night.Answers.Of(row);
                var work = works.GetValueOrDefault(row.CustomerKey);
                text.AppendJoin(',', CsvCell.Safe(row.CustomerId), N(row.PChurn), answer.Clv.Amount, answer.RevenueAtRisk.Amount, row.Orders.ToString(CultureInfo.InvariantCulture), row.DaysSinceLastOrder.ToString(CultureInfo.InvariantCulture),
                    CsvCell.Safe(answer.Segments.Business), CsvCell.Safe(answer.Segments.ValueTier), CsvCell.Safe(answer.Segments.RiskBand), CsvCell.Safe(row.PlayId ?? ""), CsvCell.Safe(answer.Action.None ?? ""), row.PlayId is null ? "" : MoneyAnswer.Of(row.ExpectedNetValue, night.Shop.Currency).Amount,
                    CsvCell.Safe(work?.Owner ?? ""), work?.Status ?? (row.PlayId is null ? "" : ActionStatus.Open), work?.Due ?? "", CsvCell.Safe(work?.Note ?? ""),
                    CsvCell.Safe(answer.Reasons.FirstOrDefault(reason => reason.Effect > 0)?.Words ?? ""), night.Shop.Currency.Code, night.Run.AsOf, night.Run.RunId.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }
            await http.Response.WriteAsync(text.ToString(), cancellation);
        }
    }

    private static string N(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
