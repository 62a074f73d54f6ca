using System.Buffers;
using System.Text.Json.Serialization;
using PredictiveRetention.Features;

namespace PredictiveRetention.Models;

/// <summary>A forest as a member: its score put on the scale of the blend.</summary>
/// <param name="Name">What it was fitted by.</param>
public sealed record ForestMember(string Name, Forest Forest, double Slope, double Intercept);

/// <summary>What is asked of a blend.</summary>
/// <param name="Days">Orders and spend within this many days.</param>
/// <param name="OrderLevel">Added to the log-odds of an order: takes the scored population to the level that BTYD and its past errors
/// say.</param>
/// <param name="ValueLevel">Added to the log of expected spend, likewise.</param>
/// <param name="MeanShift">Log-odds of an order by BTYD within Days less those within the fitted horizon, mean of the population; 0 where
/// they are the same.</param>
public readonly record struct BlendTarget(int Days, double OrderLevel = 0, double ValueLevel = 0, double MeanShift = 0);

/// <summary>
/// Who will order within a horizon, and for how much: several members, each right about something, blended by what they were worth on rows
/// they had not learnt from. Log-odds of an order = weighted sum of the members' log-odds (BTYD, a linear model, forests); log of expected
/// spend = weighted sum of theirs (BTYD x Gamma-Gamma; a Tweedie forest; P(order) x spend-if-order of a forest, of a linear model, and of
/// nobody in particular), and the log of the share of it that the customer keeps. Members are fitted on <see cref="FittedDays"/>; an answer
/// for another horizon takes their difference to BTYD along: log-odds and log spend are shifted by what BTYD says of the one horizon less
/// what it says of the other.
/// </summary>
/// <param name="FittedDays">Horizon of the labels.</param>
/// <param name="Features">Names of a row's columns.</param>
/// <param name="Linear">Log-odds of an order; null where BTYD alone speaks.</param>
/// <param name="Forests">Log-odds of an order.</param>
/// <param name="Orders">Blend of log-odds: BTYD, then Linear, then each of Forests.</param>
/// <param name="Tweedie">Log of expected spend.</param>
/// <param name="SpendForest">Log of spend, given an order.</param>
/// <param name="SpendLinear">Log of spend, given an order.</param>
/// <param name="Value">Blend of log expected spend: BTYD, then Tweedie, P(order) x SpendForest, P(order) x SpendLinear, P(order).</param>
/// <param name="MeanLogOdds">BTYD's log-odds of an order, mean of the rows learnt from: what reasons are measured against.</param>
public sealed record BlendModel(
    int FittedDays,
    IReadOnlyList<string> Features,
    BtydModel Btyd,
    LogLinear? Linear,
    IReadOnlyList<ForestMember> Forests,
    MemberWeights Orders,
    ForestMember? Tweedie,
    ForestMember? SpendForest,
    LogLinear? SpendLinear,
    MemberWeights Value,
    double MeanLogOdds)
{
    private const int Block = 256;

    /// <summary>
    /// What the expected spend of every member is told apart by beside what it has learnt; null in a shop without refunds, and in versions
    /// made before there was one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeptShare? Kept { get; init; }

    private static readonly double[] s_oddsOf = [Math.Log(0.1 / 0.9), 0, Math.Log(0.9 / 0.1)];

    private readonly BtydColumns _columns = new(Features);
    private readonly KeptColumns _kept = new(Features);
    private readonly FeatureSchema _schema = new(Features);

    /// <summary>BTYD with nothing beside it: where the data allow no more.</summary>
    public static BlendModel OfBtyd(BtydModel btyd, IReadOnlyList<string> features, int days, double meanLogOdds) =>
        new(days, features, btyd, null, [], new MemberWeights(0, [1]), null, null, null, new MemberWeights(0, [1]), meanLogOdds);

    /// <summary>Columns of a row once BTYD's are appended.</summary>
    [JsonIgnore]
    public int Width => Features.Count + BtydModel.Columns;

    /// <param name="rows">answers.Length x Features.Count values, all finite.</param>
    /// <param name="second">A second horizon for which spend is wanted; none where its Days are 0.</param>
    /// <param name="reasons">Where given, receives what moves each row's log-odds of no purchase most.</param>
    public void Predict(ReadOnlySpan<float> rows, BlendTarget target, Span<BlendAnswer> answers, BlendTarget second = default,
        Span<Reasons> reasons = default)
    {
        var features = Features.Count;
        var extended = ArrayPool<float>.Shared.Rent(Block * Width);
        var scores = ArrayPool<double>.Shared.Rent(Block * (Forests.Count + 2));
        var contributions = ArrayPool<float>.Shared.Rent(reasons.IsEmpty ? 0 : 2 * Block * Width);
        for (var start = 0; start < answers.Length; start += Block)
        {
            var count = Math.Min(Block, answers.Length - start);
            var block = extended.AsSpan(0, count * Width);
            Btyd.Append(rows.Slice(start * features, count * features), features, _columns, FittedDays, block);
            var sums = reasons.IsEmpty ? default : contributions.AsSpan(0, count * Width);
            Score(block, scores, sums, reasons.IsEmpty ? default : contributions.AsSpan(Block * Width, count * Width));
            for (var i = 0; i < count; i++)
            {
                var row = block.Slice(i * Width, Width);
                var (logOdds, logSpend) = Combine(row, scores.AsSpan(i), reasons.IsEmpty ? default : sums.Slice(i * Width, Width));
                var (oddsAhead, spendAhead) = ShiftToHorizon(row, target.Days);
                var odds = logOdds + oddsAhead + target.OrderLevel;
                double laterP = 0, later = 0;
                if (second.Days == target.Days)
                {
                    (laterP, later) = (Logistic.Sigmoid(odds), Math.Exp(Math.Min(50, logSpend + spendAhead + second.ValueLevel)));
                }
                else if (second.Days > 0)
                {
                    var (laterOdds, laterSpend) = ShiftToHorizon(row, second.Days);
                    (laterP,
                        later) = (Logistic.Sigmoid(logOdds + laterOdds + second.OrderLevel),
                            Math.Exp(Math.Min(50, logSpend + laterSpend + second.ValueLevel)));
                }
                var (pOrder, spend) = (Logistic.Sigmoid(odds), Math.Exp(Math.Min(50, logSpend + spendAhead + target.ValueLevel)));
                if (_kept.MostOfAnOrder(row) * pOrder is var most && spend > most) (spend, later) = (most, later * most / spend);
                answers[start + i] = new BlendAnswer(pOrder, spend, laterP, later,
                    row[features + 3], PredictNextOrder(row, target.Days, odds));
                if (!reasons.IsEmpty)
                    reasons[start + i] = RankReasons(sums.Slice(i * Width, Width), row, oddsAhead - target.MeanShift, -odds);
            }
        }
        ArrayPool<float>.Shared.Return(contributions);
        ArrayPool<double>.Shared.Return(scores);
        ArrayPool<float>.Shared.Return(extended);
    }

    /// <summary>
    /// Why one row's log-odds of no purchase are what they are: Shapley values of every member, weighted as the blend weighs them. What
    /// BTYD adds, and what it says of another horizon, is put to <see cref="SayerOfBtyd"/>. For a look at one customer: some sixty times
    /// the work of a prediction.
    /// </summary>
    /// <param name="row">Features.Count values, all finite.</param>
    /// <exception cref="InvalidOperationException">A forest has no cover: the model is of an earlier version.</exception>
    public Explanation Explain(ReadOnlySpan<float> row, BlendTarget target)
    {
        var extended = new float[Width];
        Btyd.Append(row, Features.Count, _columns, FittedDays, extended);
        var logOdds = Orders.Intercept + Orders.Weights[0] * MeanLogOdds + target.MeanShift + target.OrderLevel;
        var sums = new double[Width];
        sums[Features.Count] = Orders.Weights[0] * (extended[Features.Count] - MeanLogOdds) + ShiftToHorizon(extended, target.Days).LogOdds
            - target.MeanShift;
        if (Linear is not null)
        {
            logOdds += Orders.Weights[1] * Linear.Intercept;
            for (var j = 0; j < Width; j++) sums[j] += Orders.Weights[1] * Linear.Contribution(j, extended[j]);
        }
        var contributions = new double[Width];
        for (var f = 0; f < Forests.Count; f++)
        {
            var (forest, weight) = (Forests[f].Forest, Orders.Weights[2 + f]);
            forest.Shap(extended, contributions);
            logOdds += weight * (Forests[f].Slope * forest.Expected + Forests[f].Intercept);
            for (var j = 0; j < Width; j++) sums[j] += weight * Forests[f].Slope * contributions[j];
        }
        var btyd = sums.Skip(Features.Count).Sum();
        sums[SayerOfBtyd(row, btyd)] += btyd;
        return new Explanation(-logOdds, [.. sums.Take(Features.Count).Select(sum => -sum)]);
    }

    /// <summary>
    /// When P(a purchase by t) passes 10, 50 and 90 %: BTYD's curve over t, shifted in log-odds to the blend's answer at the horizon,
    /// between four points straight in log t, where a constant rate makes it nearly so.
    /// </summary>
    private NextOrder PredictNextOrder(ReadOnlySpan<float> row, int days, double odds)
    {
        if (odds < s_oddsOf[0]) return NextOrder.NotWithinHorizon;
        var customer = _columns.Read(row);
        Span<double> time = [days / 27.0, days / 9.0, days / 3.0, days];
        Span<double> at = stackalloc double[4];
        Btyd.LogOddsBy(customer, time, at);
        var shift = odds - at[3];
        Span<float> found = [float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity];
        for (var q = 0; q < 3 && odds >= s_oddsOf[q]; q++)
        {
            var wanted = s_oddsOf[q] - shift;
            var i = 0;
            while (i < 2 && at[i + 1] < wanted) i++;
            var slope = (at[i + 1] - at[i]) / (Math.Log(time[i + 1]) - Math.Log(time[i]));
            found[q] = (float)Math.Clamp(time[i] * Math.Exp((wanted - at[i]) / Math.Max(1e-6, slope)), 0, days);
        }
        return new NextOrder(found[0], found[1], found[2]);
    }

    /// <summary>Days with a purchase, by a row of features.</summary>
    public int PurchaseDays(ReadOnlySpan<float> row) => _columns.Read(row).PurchaseDays;

    /// <summary>What BTYD alone says: log-odds of an order, and log of expected net spend, within so many days.</summary>
    /// <param name="rows">Rows of Features.Count values.</param>
    public (double[] LogOdds, double[] LogSpend) BtydOf(ReadOnlySpan<float> rows, int days)
    {
        var count = rows.Length / Features.Count;
        var odds = new double[count];
        var spend = new double[count];
        Span<float> columns = stackalloc float[BtydModel.Columns];
        for (var i = 0; i < count; i++)
        {
            Btyd.Fill(_columns.Read(rows.Slice(i * Features.Count, Features.Count)), days, columns);
            (odds[i], spend[i]) = (columns[0], (double)columns[1] + columns[2] + LogKept(rows.Slice(i * Features.Count, Features.Count)));
        }
        return (odds, spend);
    }

    /// <summary>What these customers will do within so many days together, by BTYD.</summary>
    /// <param name="rows">Rows of Features.Count values.</param>
    public BtydLevel LevelOf(ReadOnlySpan<float> rows, double days) => Btyd.LevelOf(rows, Features.Count, _columns, days, LogKept);

    private double LogKept(ReadOnlySpan<float> row) => _kept.Log(Kept, row);

    /// <summary>
    /// What each member alone says, not put at any level: for comparing them. BTYD first; null for what a member does not speak of.
    /// </summary>
    /// <param name="rows">Rows of Features.Count values.</param>
    public IReadOnlyList<(string Name, double[]? LogOdds, double[]? LogSpend)> Members(ReadOnlySpan<float> rows, int days)
    {
        var count = rows.Length / Features.Count;
        var (btydOdds, btydSpend) = BtydOf(rows, days);
        var members = new List<(string, double[]?, double[]?)> { ("Pareto/NBD x Gamma-Gamma", btydOdds, btydSpend) };
        if (Linear is null) return members;
        var block = new float[count * Width];
        Btyd.Append(rows, Features.Count, _columns, FittedDays, block);
        var aheadOdds = new double[count];
        var aheadSpend = new double[count];
        for (var i = 0; i < count; i++) (aheadOdds[i], aheadSpend[i]) = ShiftToHorizon(block.AsSpan(i * Width, Width), days);
        for (var i = 0; i < count; i++) aheadSpend[i] += LogKept(block.AsSpan(i * Width, Width));
        members.Add(("logistic on log features", Each(row => Linear.Score(row), aheadOdds), null));
        foreach (var member in Forests)
            members.Add((member.Name, Each(row => member.Slope * member.Forest.Score(row) + member.Intercept, aheadOdds), null));
        if (Tweedie is not null)
            members.Add((Tweedie.Name, null, Each(row => Tweedie.Slope * Tweedie.Forest.Score(row) + Tweedie.Intercept, aheadSpend)));
        return members;

        double[] Each(RowValue score, double[] ahead)
        {
            var answers = new double[count];
            for (var i = 0; i < count; i++) answers[i] = score(block.AsSpan(i * Width, Width)) + ahead[i];
            return answers;
        }
    }

    /// <summary>Every forest over the block, and the contributions of those that speak of orders, already weighted.</summary>
    private void Score(ReadOnlySpan<float> block, Span<double> scores, Span<float> sums, Span<float> scratch)
    {
        var count = block.Length / Width;
        sums.Clear();
        for (var f = 0; f < Forests.Count; f++)
        {
            var column = scores.Slice(f * Block, count);
            if (sums.IsEmpty || Forests[f].Forest.Cover is null)
            {
                Forests[f].Forest.Score(block, column);
                continue;
            }
            Forests[f].Forest.Explain(block, column, scratch);
            var weight = (float)(Orders.Weights[2 + f] * Forests[f].Slope);
            for (var i = 0; i < sums.Length; i++) sums[i] += weight * scratch[i];
        }
        Tweedie?.Forest.Score(block, scores.Slice(Forests.Count * Block, count));
        SpendForest?.Forest.Score(block, scores.Slice((Forests.Count + 1) * Block, count));
    }

    /// <summary>Log-odds of an order and log of expected spend within the fitted horizon.</summary>
    /// <param name="scores">The row's score by forest f is at f x Block.</param>
    private (double LogOdds, double LogSpend) Combine(ReadOnlySpan<float> row, ReadOnlySpan<double> scores, Span<float> contributions)
    {
        var btyd = row[Features.Count..];
        var logOdds = Orders.Intercept + Orders.Weights[0] * btyd[0];
        if (Linear is not null)
        {
            logOdds += Orders.Weights[1] * Linear.Score(row);
            if (!contributions.IsEmpty)
                for (var j = 0; j < row.Length; j++) contributions[j] += (float)(Orders.Weights[1] * Linear.Contribution(j, row[j]));
        }
        for (var f = 0; f < Forests.Count; f++)
            logOdds += Orders.Weights[2 + f] * (Forests[f].Slope * scores[f * Block] + Forests[f].Intercept);
        if (!contributions.IsEmpty) contributions[Features.Count] += (float)(Orders.Weights[0] * (btyd[0] - MeanLogOdds));
        var kept = LogKept(row);
        if (Value.Weights.Length == 1) return (logOdds, kept + Value.Intercept + Value.Weights[0] * (btyd[1] + btyd[2]));
        var logP = -Logistic.Softplus(-logOdds);
        var logSpend = kept + Value.Intercept + Value.Weights[0] * (btyd[1] + btyd[2])
            + Value.Weights[1] * (Tweedie!.Slope * scores[Forests.Count * Block] + Tweedie.Intercept)
            + Value.Weights[2] * (logP + SpendForest!.Slope * scores[(Forests.Count + 1) * Block] + SpendForest.Intercept)
            + Value.Weights[3] * (logP + SpendLinear!.Score(row))
            + Value.Weights[4] * logP;
        return (logOdds, logSpend);
    }

    /// <summary>What BTYD says of this many days less what it says of the fitted ones.</summary>
    private (double LogOdds, double Spend) ShiftToHorizon(ReadOnlySpan<float> row, int days)
    {
        if (days == FittedDays) return (0, 0);
        var (logOdds, logOrders) = Btyd.Purchase(_columns.Read(row), days);
        return (logOdds - row[Features.Count], logOrders - row[Features.Count + 1]);
    }

    /// <param name="logOdds">Of no purchase.</param>
    private Reasons RankReasons(Span<float> contributions, ReadOnlySpan<float> row, double ahead, double logOdds)
    {
        var btyd = (float)ahead;
        for (var j = Features.Count; j < Width; j++) btyd += contributions[j];
        var features = row[..Features.Count];
        contributions[SayerOfBtyd(features, btyd)] += btyd;
        var mean = _schema.StandingOf(features).MeanGap;
        var reasons = Reasons.Rank(contributions[..Features.Count], features, -1, _schema, logOdds);
        return mean > 0 ? reasons with { MeanGap = mean } : reasons;
    }

    /// <summary>
    /// The feature that what BTYD adds is put to. It speaks of a silence and of how often somebody came back before it: of the silence
    /// where that points its way, else of the other.
    /// </summary>
    /// <param name="adds">To the log-odds of an order.</param>
    private int SayerOfBtyd(ReadOnlySpan<float> row, double adds)
    {
        var toward = adds > 0 ? Leaning.Lowers : Leaning.Raises;
        var leaning = _schema.LeaningOf(_columns.Silence, row[_columns.Silence], _schema.StandingOf(row));
        return (leaning & toward) != 0 ? _columns.Silence : _columns.Repeats;
    }
}
