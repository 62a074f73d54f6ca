using PredictiveRetention.Models;

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>How the effect of a treatment on one customer is learnt.</summary>
public enum UpliftMethod
{
    /// <summary>
    /// An outcome model for each arm; the effect is their difference (Kunzel, Sekhon, Bickel and Yu, PNAS 2019, section 2).
    /// </summary>
    TLearner,

    /// <summary>
    /// The effects the arms' models say were missed are learnt themselves and blended by the share treated (the same paper).
    /// </summary>
    XLearner,
}

/// <summary>
/// Learns from an experiment what a treatment changes in one customer, by FastTree, and says it of every row by models that had not seen
/// it: what is measured on those answers is measured on rows held out.
/// </summary>
public sealed class UpliftLearner(ForestSettings settings, int folds = 5)
{
    /// <summary>Trees of few leaves: what differs between customers is small beside what is common to all.</summary>
    public static ForestSettings Default { get; } = new() { Trees = 60, Leaves = 6, MinLeaf = 100, LearningRate = 0.06 };

    /// <param name="rows">outcomes.Length x width values, all finite.</param>
    /// <param name="groups">One a row: rows of one group are never on both sides of a fold.</param>
    /// <returns>Uplift by method, one a row, in the unit of the outcome.</returns>
    public IReadOnlyDictionary<UpliftMethod, double[]> CrossFit(
        float[] rows, int width, double[] outcomes, bool[] treated, long[] groups, CancellationToken cancellation)
    {
        var n = outcomes.Length;
        var found = Enum.GetValues<UpliftMethod>().ToDictionary(method => method, _ => new double[n]);
        Parallel.For(0, folds, new ParallelOptions { CancellationToken = cancellation }, fold =>
        {
            int[] kept = [.. Where(false)], held = [.. Where(true)];
            var control = Arm(kept.Where(i => !treated[i]));
            var treatment = Arm(kept.Where(i => treated[i]));
            var (without, with) = (control.Outcome(), treatment.Outcome());
            // What each would have done in the other arm is what the other arm's model says.
            var missedByControl = control.Effect(i => with.Score(Row(i)) - outcomes[i]);
            var gained = treatment.Effect(i => outcomes[i] - without.Score(Row(i)));
            var share = (double)treatment.Rows.Length / kept.Length;
            foreach (var i in held)
            {
                var row = Row(i);
                found[UpliftMethod.TLearner][i] = with.Score(row) - without.Score(row);
                found[UpliftMethod.XLearner][i] = share * missedByControl.Score(row) + (1 - share) * gained.Score(row);
            }

            IEnumerable<int> Where(bool isHeld) =>
                Enumerable.Range(0, n).Where(i => CustomerKey.FoldOf(groups[i], folds) == fold == isHeld);
        });
        return found;

        Span<float> Row(int i) => rows.AsSpan(i * width, width);

        ArmRows Arm(IEnumerable<int> of) => new([.. of], rows, width, outcomes, settings);
    }

    /// <summary>What the outcome of each row would be by a model that saw neither the row nor any arm.</summary>
    /// <param name="rows">outcomes.Length x width values, all finite.</param>
    public double[] Forecast(float[] rows, int width, double[] outcomes, long[] groups, CancellationToken cancellation)
    {
        var forecast = new double[outcomes.Length];
        Parallel.For(0, folds, new ParallelOptions { CancellationToken = cancellation }, fold =>
        {
            var held = Enumerable.Range(0, outcomes.Length).ToLookup(i => CustomerKey.FoldOf(groups[i], folds) == fold);
            var model = new ArmRows([.. held[false]], rows, width, outcomes, settings).Outcome();
            foreach (var i in held[true]) forecast[i] = model.Score(rows.AsSpan(i * width, width));
        });
        return forecast;
    }

    /// <summary>The rows of one arm that are learnt from.</summary>
    private sealed class ArmRows(int[] rows, float[] values, int width, double[] outcomes, ForestSettings settings)
    {
        public int[] Rows => rows;

        public Forest Outcome() => Fit(i => outcomes[i]);

        public Forest Effect(Func<int, double> effect) => Fit(effect);

        // Squared error for rates, too: a difference of probabilities is what is wanted, and their logs are not additive.
        private Forest Fit(Func<int, double> target)
        {
            var taken = new float[rows.Length * width];
            for (var i = 0; i < rows.Length; i++) values.AsSpan(rows[i] * width, width).CopyTo(taken.AsSpan(i * width));
            return ForestTrainer.FitRegression(taken, [.. rows.Select(i => (float)target(i))], width, settings);
        }
    }
}
