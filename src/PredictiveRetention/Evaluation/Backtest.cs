using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using static PredictiveRetention.Invariant;

namespace PredictiveRetention.Evaluation;

/// <summary>One origin of a backtest: the league of the horizon after it.</summary>
/// <param name="Level">How sound the footing of the fit was there.</param>
public sealed record BacktestOrigin(Cutoff Origin, ModelLevel Level, int Customers, double ChurnRate, double Spend, LeagueTable League);

/// <summary>How the model did on some of the customers, all origins together.</summary>
/// <param name="Dimension">orders, recency, segment or country; 'all' for everybody.</param>
/// <param name="MeanPChurn">To be compared with ChurnRate.</param>
/// <param name="Auc">NaN where one class is missing.</param>
/// <param name="RecencyAuc">Of the recency rule on the same customers.</param>
/// <param name="Bias">Predicted spend over actual; NaN where nothing was spent.</param>
/// <param name="Coverage80">Share whose spend lay within their 80 % interval; null where the model has none.</param>
/// <param name="Width90">Mean width of the 90 % interval, currency units.</param>
public sealed record BacktestSlice(
    string Dimension, string Value, int Customers, double ChurnRate, double MeanPChurn, double Auc, double RecencyAuc, double LogLoss,
    double Bias, double? Coverage80, double? Coverage90, double? Width90);

/// <summary>
/// What a customer's value is worth knowing for: the share of the spend that the fifth predicted highest held, above what the recency
/// rule's fifth held.
/// </summary>
/// <param name="Letter">A: at least five points more; B: up to five more; C: less, or a simple rule ranks churn as well.</param>
public sealed record Grade(string Letter, Interval CapturePoints, string Says);

/// <param name="Asked">The horizon answers are wanted for.</param>
/// <param name="Horizon">The horizon it was judged on: Asked, or the longest the history holds twice.</param>
/// <param name="Origins">Newest first.</param>
public sealed record BacktestReport(
    Cutoff Cutoff, Horizon Asked, Horizon Horizon, IReadOnlyList<BacktestOrigin> Origins, IReadOnlyList<Standing> Standings,
    IReadOnlyList<BacktestSlice> Slices, Grade Grade,
    LeakAudit Leaks, IReadOnlyList<string> Notes);

/// <summary>
/// The recipe as it would have been run at several past cutoffs, each judged on the horizon that followed it, beside its members and the
/// naive rules (rolling origins: Tashman 2000). A fit sees nothing at or after its origin.
/// </summary>
public sealed class Backtest(RecipeSettings settings)
{
    /// <summary>Slices of fewer customers tell more of chance than of the model.</summary>
    public const int MinSlice = 100;

    private const int MostCountries = 8;

    /// <param name="histories">Reads all histories before the cutoff, in customer key order; called once an origin and twice more.</param>
    /// <param name="origins">As many as wanted, at least 1; fewer where the history holds fewer.</param>
    /// <param name="segment">Names a customer's segment at an origin.</param>
    /// <exception cref="RetentionException">The history holds no horizon to judge on.</exception>
    public BacktestReport Run(
        TrainingRequest request, Func<IEnumerable<ShardHistories>> histories, int origins, Func<CustomerFacts, string>? segment,
        IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var all = origins + 2;
        progress?.Report(new TrainingStep(0, all, "surveying histories"));
        var survey = HistorySurvey.Take(histories(), request.Cutoff, cancellation);
        if (survey.Customers == 0)
            throw new RetentionException(Failure.InputRejected, $"There is no order before {request.Cutoff}: nothing to judge on.");
        var notes = new List<string>();
        var asked = request.Horizon ?? survey.DefaultHorizon();
        var horizon = OriginPlan.For(request.Cutoff, asked, survey.FirstDay).Horizon;
        if (horizon != asked)
            notes.Add(
                Text($"the history of {survey.HistoryDays(request.Cutoff)} days is too short to judge {asked.Days} days on: judged on "
                    + $"{horizon.Days}"));
        var wanted = Cutoffs(request.Cutoff, horizon, survey.FirstDay, origins);
        var withMembers = request.Gate.Missed(survey, request.Cutoff).Count == 0;
        // The unit of money is known to every origin: orders after the oldest one have no part in it.
        if (wanted.Count > 0)
            survey = survey with { MedianOrderMinor = HistorySurvey.Take(histories(), wanted[^1], cancellation).MedianOrderMinor };
        var fitter = new PlanFitter(
            settings with { Seed = request.Seed }, request, survey, histories, withMembers, cancellation, segment);
        var money = MoneyUnit.Of(request.Currency, survey.MedianOrderMinor);
        var judged = new List<JudgedOrigin>();
        FeatureSchema? newestSchema = null;
        IReadOnlyList<LabelledSlice> newestTraining = [];
        if (wanted.Count < origins) notes.Add(Text($"the history has room for {wanted.Count} of {origins} origins"));
        foreach (var origin in wanted)
        {
            progress?.Report(new TrainingStep(1 + judged.Count, all, $"fitting as of {origin} and judging"));
            var plan = OriginPlan.For(origin, horizon, survey.FirstDay);
            var schema = fitter.SchemaOf(plan);
            if (fitter.Fit(plan, schema) is not { } fit) notes.Add($"{origin}: too few customers had bought to fit on");
            else if (!fit.Population.HasBothClasses(10))
                notes.Add(
                    Text($"{origin}: in the {horizon.Days} days that followed fewer than ten customers bought, or fewer than ten did not"));
            else
            {
                judged.Add(fit.Judge(money));
                newestSchema ??= schema;
                if (judged.Count == 1) newestTraining = fit.Origins;
            }
        }
        if (judged.Count == 0)
            throw new RetentionException(Failure.InputRejected,
                $"No backtest can be made: "
                    + $"{string.Join("; ",
                        notes.DefaultIfEmpty($"the history holds no horizon of {horizon.Days} days with customers before it"))}.");
        progress?.Report(new TrainingStep(all - 1, all, "drawing customers for the intervals"));
        var standings = Standings.Rank(judged, cancellation);
        var probe = FutureProbe.Compare(histories(), judged[0].Slice.Origin, money, request.Coverage, newestSchema!,
            cancellation);
        progress?.Report(new TrainingStep(all, all, "done"));
        return new BacktestReport(
            request.Cutoff, asked, horizon,
            [.. judged.Select(origin => new BacktestOrigin(origin.Slice.Origin, origin.Level, origin.Slice.Count,
                origin.Slice.Churned.Average(), origin.Slice.Net.Sum(), LeagueTable.Build(origin)))],
            standings, Slices(judged), GradeOf(judged, standings), LeakAudit.Audit(probe, judged[0], newestTraining, newestSchema!.Names),
            notes);
    }

    /// <summary>
    /// Newest first: one horizon before the cutoff, then a horizon apart, or closer where the history is shorter, but not so close that
    /// they say the same.
    /// </summary>
    private static List<Cutoff> Cutoffs(Cutoff cutoff, Horizon horizon, int firstDay, int wanted)
    {
        var newest = cutoff.Minus(horizon.Days);
        // An origin needs a history that holds a horizon and something before it.
        var oldest = firstDay + horizon.Days + Math.Max(30, horizon.Days / 3);
        var room = Math.Max(0, newest.Day - oldest);
        var step = wanted < 2 ? horizon.Days : Math.Clamp(room / (wanted - 1), Math.Max(7, horizon.Days / 6), horizon.Days);
        return [.. Enumerable.Range(0, wanted).Select(k => newest.Minus(k * step)).TakeWhile((origin,
            k) => k == 0 ? origin.Day > firstDay : origin.Day >= oldest)];
    }

    private static List<BacktestSlice> Slices(List<JudgedOrigin> judged)
    {
        var rows = judged.SelectMany(origin => Enumerable.Range(0, origin.Slice.Count).Select(i => (Origin: origin, Row: i))).ToArray();
        var h = judged[0].Slice.Horizon.Days;
        var countries = rows.Select(row => row.Origin.Slice.Groups[row.Row].Country)
            .OfType<string>()
            .CountBy(country => country)
            .OrderByDescending(pair => pair.Value)
            .Take(MostCountries)
            .Select(pair => pair.Key)
            .ToHashSet();
        var slices = new List<BacktestSlice> { Slice("all", "", rows) };
        Add("orders", row => Facts(row).Orders switch { 1 => "1", 2 => "2", 3 or 4 => "3-4", < 10 => "5-9", _ => "10 or more" });
        Add("recency",
            row => Facts(row).DaysSinceLastOrder is var days && days <= 30 ? "up to 30 days" : days <= 90 ? "31-90 days" : days <= 180
                ? "91-180 days" : days <= 365 ? "181-365 days" : "over a year");
        Add("segment", row => row.Origin.Slice.Groups[row.Row].Segment);
        Add("country",
            row => row.Origin.Slice.Groups[row.Row].Country is { } country ? countries.Contains(country) ? country : "other" : null);
        return slices;

        static NaiveFacts Facts((JudgedOrigin Origin, int Row) row) => row.Origin.Slice.Facts[row.Row];

        void Add(string dimension, Func<(JudgedOrigin Origin, int Row), string?> value) =>
            slices.AddRange(rows.GroupBy(value)
                .Where(group => group.Key is not null && group.Count() >= MinSlice)
                .OrderByDescending(group => group.Count())
                .Select(group => Slice(dimension, group.Key!, [.. group])));

        static BacktestSlice Slice(string dimension, string value, (JudgedOrigin Origin, int Row)[] of)
        {
            double[] churned = [.. of.Select(row => row.Origin.Slice.Ordered[row.Row] ? 0.0 : 1.0)];
            var model = ChurnMetrics.Compute(churned, [.. of.Select(row => row.Origin.Contenders[0].PChurn![row.Row])]);
            var rule = ChurnMetrics.Compute(churned,
                [.. of.Select(row => row.Origin.Contenders.First(contender => contender.Name == Contender.Recency).PChurn![row.Row])]);
            var spent = of.Sum(row => row.Origin.Slice.Net[row.Row]);
            var withRange = of.Where(row => row.Origin.Ranges is not null)
                .Select(row => (Range: row.Origin.Ranges![row.Row], Net: row.Origin.Slice.Net[row.Row]))
                .ToArray();
            return new BacktestSlice(
                dimension, value, of.Length, model.ChurnRate, model.MeanPrediction, model.Auc, rule.Auc, model.LogLoss,
                spent > 0 ? of.Sum(row => row.Origin.Contenders[0].Spend![row.Row]) / spent : double.NaN,
                withRange.Length == 0
                    ? null
                    : withRange.Average(row => row.Net >= row.Range.Low80 && row.Net <= row.Range.High80 ? 1.0 : 0),
                withRange.Length == 0
                    ? null
                    : withRange.Average(row => row.Net >= row.Range.Low90 && row.Net <= row.Range.High90 ? 1.0 : 0),
                withRange.Length == 0 ? null : withRange.Average(row => (double)row.Range.High90 - row.Range.Low90));
        }
    }

    private static Grade GradeOf(List<JudgedOrigin> judged, IReadOnlyList<Standing> standings)
    {
        var columns = judged.Select(origin => (
            Model: new SpendColumn(origin.Slice.Net, new Ranking(origin.Slice.Net), origin.Contenders[0].Spend!),
            Rule: new SpendColumn(origin.Slice.Net, new Ranking(origin.Slice.Net),
                origin.Contenders.First(contender => contender.Name == Contender.SpendByRecency).Spend!),
            origin.Slice.Keys)).ToArray();
        var points = Interval.Percentiles(Points(keys => [.. keys.Select(_ => 1)]),
            Enumerable.Range(0, CustomerBootstrap.Replicates).Select(b => Points(keys => CustomerBootstrap.Weights(keys, b))));
        var auc = standings.First(standing => standing.Measure == "auc").Contenders;
        var ours = auc.First(placed => placed.Kind == ContenderKind.Model).Value.Value;
        var beaten = auc.FirstOrDefault(placed => placed.Kind == ContenderKind.Rule && placed.Value.Value >= ours);
        var letter = beaten is not null || points.Value < 0 ? "C" : points.Value >= 5 ? "A" : "B";
        return new Grade(letter, points, beaten is not null
            ? $"the rule '{beaten.Name}' ranks churn as well as the model"
            : Text($"the fifth of customers it values highest held {points.Value:F1} points more of the spend than the recency rule's "
                + $"fifth (95 % interval {points.Low:F1} to {points.High:F1})"));

        double Points(Func<long[], int[]> weights) =>
            columns.Average(column => weights(column.Keys) is var w
                ? 100 * (column.Model.Weighted(w).Top20 - column.Rule.Weighted(w).Top20)
                : 0);
    }
}
