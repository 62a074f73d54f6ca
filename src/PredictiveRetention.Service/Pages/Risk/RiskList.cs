using System.Globalization;
using Microsoft.Extensions.Primitives;
using PredictiveRetention.Exports;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
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

    /// <summary>
    /// The question of an address, without what names its run; its numbers may be written as the workspace writes them. Who is left alone
    /// for the measure is in no list people act on, but what somebody has in hand stays where it is looked for.
    /// </summary>
    /// <exception cref="BadParameterException">A filter is unknown or has no usable value.</exception>
    public static PredictionQuery Read(IQueryCollection query, ServiceSettings settings, Writer writer) =>
        ForPeople(PredictionQuery.Read(new QueryCollection(Asked(query, writer)), settings.Runs.Playbook));

    /// <summary>The same, told of each filter that cannot be read and without it.</summary>
    public static PredictionQuery Read(IQueryCollection query, ServiceSettings settings, Writer writer, Action<string, string> fault)
    {
        for (var asked = Asked(query, writer); ;)
            try
            {
                return ForPeople(PredictionQuery.Read(new QueryCollection(asked), settings.Runs.Playbook));
            }
            catch (BadParameterException bad) when (asked.Remove(bad.Parameter))
            {
                fault(bad.Parameter, bad.Message);
            }
    }

    private static PredictionQuery ForPeople(PredictionQuery query) =>
        query.Filter.IsOfWork ? query : query with { Filter = query.Filter with { LeftAlone = false } };

    private static Dictionary<string, StringValues> Asked(IQueryCollection query, Writer writer) => query
        .Where(pair => !AskedNight.Parameters.Contains(pair.Key) && !ActionForms.Outcome.Contains(pair.Key))
        .ToDictionary(pair => pair.Key, pair => PredictionQuery.Numbers.Contains(pair.Key) && pair.Value.Count == 1
            ? AsPrograms(pair.Key, pair.Value.ToString(), writer)
            : pair.Value);

    /// <summary>A number as programs write it; a probability is never long enough to be written in groups.</summary>
    private static StringValues AsPrograms(string name, string text, Writer writer) =>
        name.EndsWith("p_churn", StringComparison.Ordinal) ? text.Replace(',', '.')
        : writer.NumberOf(text) is { } number ? number.ToString("R", CultureInfo.InvariantCulture)
        : text;

    public static void MapRiskList(this IEndpointRouteBuilder app) => app.MapGet("/risk.csv", FileAsync).ExcludeFromDescription();

    /// <summary>The whole filtered list as a file, as it is read.</summary>
    private static async Task FileAsync(
        HttpContext http, RetentionStore store, CurrentNight current, ServiceSettings settings, Localiser texts, Writer writer)
    {
        var cancellation = http.RequestAborted;
        PredictionQuery query;
        PublishedNight? night;
        try
        {
            var asked = http.Request.Query.Where(pair => pair.Key != "cursor").ToDictionary(pair => pair.Key, pair => pair.Value);
            query = Read(new QueryCollection(asked), settings, writer);
            (night, var problem) = await AskedNight.OfAsync(http.Request.Query, store, current, cancellation);
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
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.Write(Csv.ByteOrderMark);
        Csv.Header(CustomerList.Columns, text);
        await foreach (var rows in store.Predictions.StreamAsync(night.Run.RunId, query.Filter, query.Order, PageOfFile, cancellation))
        {
            var works = await store.Work.BesideAsync(rows, query.Filter, cancellation);
            var customers = rows.Select(row =>
                new ListedCustomer(row, works.GetValueOrDefault(row.CustomerKey), Why(row, night.Answers.Write(row).Reasons, texts, writer)
                    .Replace('\u00a0', ' ')
                    .Replace('\u202f', ' ')));
            Csv.Rows(CustomerList.Table(night.Run, night.Shop, customers), text);
            await http.Response.WriteAsync(text.ToString(), cancellation);
            text.GetStringBuilder().Clear();
        }
        // Of a list without customers the names are all there is.
        await http.Response.WriteAsync(text.ToString(), cancellation);
    }

    /// <summary>
    /// Who is late for that customer's own rhythm, by how much; whose risk rose, by how much; of others the first reason. Of a score by the
    /// recency rule, which gives none, what there is to go by.
    /// </summary>
    public static string Why(PredictionRow row, IReadOnlyList<SaidReason> reasons, Localiser texts, Writer writer) =>
        Lateness(row, texts, writer)
        ?? (row.RiskRise is { } rise && RiskRise.IsNotable(rise)
            ? texts["the chance of stopping rose by {0} points in four weeks", writer.Count((long)Math.Round(100 * rise))]
        : ReasonWords.First(reasons, row.PChurn)?.Words
        ?? texts["{0} orders, none for {1}", writer.Count(row.Orders), writer.Days(row.DaysSinceLastOrder)]);

    /// <summary>By how much a slipping customer is late; null of others.</summary>
    public static string? Lateness(PredictionRow row, Localiser texts, Writer writer) =>
        row is { Slipping: true, PurchaseDays: 1, UsualGapDays: { } after }
            ? texts["late: no second order for {0}, others come back after {1}", writer.Days(row.DaysSinceLastOrder),
                writer.Days(Math.Round(after))]
        : row is { Slipping: true, UsualGapDays: { } usual }
            ? texts["late: no order for {0}, usually every {1}", writer.Days(row.DaysSinceLastOrder), writer.Days(Math.Round(usual))]
        : null;
}
