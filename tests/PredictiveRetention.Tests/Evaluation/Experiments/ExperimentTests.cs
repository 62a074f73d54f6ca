using PredictiveRetention.Evaluation.Experiments;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation.Experiments;

public sealed class ExperimentTests : IDisposable
{
    private readonly SqliteUnderTest _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_difference_of_two_arms_is_as_published()
    {
        // gbstats (GrowthBook), test values.
        var found = ArmDifference.Of(ArmMoments.Summary(3407, 0.41, 3.9), ArmMoments.Summary(3461, 0.70, 6.2));
        Assert.Equal(0.29, found.Absolute.Value, 12);
        Assert.Equal(0.04538, found.Absolute.Low, 5);
        Assert.Equal(0.53462, found.Absolute.High, 5);
        Assert.Equal(0.02016, found.Absolute.PValue, 5);
        var relative = found.Relative!.Value;
        Assert.Equal((0.70732, 0.37879), (Math.Round(relative.Value, 5), Math.Round(relative.StandardError, 5)));
        Assert.Equal((-0.03526, 1.44989), (Math.Round(relative.Low, 5), Math.Round(relative.High, 5)));
        Assert.Equal(0.06191, relative.PValue, 5);
    }

    [Fact]
    public void A_confidence_sequence_is_as_wide_as_published() =>
        Assert.Equal(0.09606, ConfidenceSequence.OfR(0.1).Margin(1, 1000), 5);

    [Fact]
    public void A_confidence_sequence_is_tightest_where_it_is_to_be()
    {
        var at = new ConfidenceSequence(1000).Margin(1, 1000);
        foreach (var other in new[] { 50.0, 200, 5_000, 20_000 }) Assert.True(at <= new ConfidenceSequence(other).Margin(1, 1000));
    }

    [Fact]
    public void Whoever_looks_every_day_is_seldom_wrong()
    {
        var (random, wrong, once) = (new Random(1), 0, 0);
        for (var experiment = 0; experiment < 400; experiment++)
        {
            var (moments, left, leftAtOneLook) = (default(ArmMoments), false, false);
            for (var day = 1; day <= 30; day++)
            {
                for (var i = 0; i < 50; i++) moments = moments.With(random.NextDouble() - 0.5);
                var deviation = Math.Sqrt(moments.Variance);
                left |= Math.Abs(moments.Mean) > new ConfidenceSequence(750).Margin(deviation, moments.Count);
                leftAtOneLook |= Math.Abs(moments.Mean) > 1.96 * deviation / Math.Sqrt(moments.Count);
            }
            wrong += left ? 1 : 0;
            once += leftAtOneLook ? 1 : 0;
        }
        Assert.InRange(wrong, 0, 20);
        Assert.InRange(once, 80, 160);
    }

    [Fact]
    public void Arms_that_lost_somebody_are_found()
    {
        Assert.InRange(SampleRatio.PValue([5_010, 4_990], [0.5, 0.5]), 0.8, 0.9);
        Assert.True(SampleRatio.PValue([5_200, 4_800], [0.5, 0.5]) < SampleRatio.Blocks);
        Assert.Equal(0, SampleRatio.PValue([5, 0], [0.0, 1.0]));
    }

    [Fact]
    public void What_was_known_takes_its_part_out_of_the_error_and_leaves_the_effect()
    {
        var random = new Random(2);
        bool[] treated = [.. Enumerable.Range(0, 4000).Select(_ => random.NextDouble() < 0.3)];
        double[] known = [.. treated.Select(_ => 10 * random.NextDouble())];
        double[] outcome = [.. known.Zip(treated, (before, with) => before + (with ? 0.5 : 0) + random.NextDouble())];
        var adjusted = Cuped.Adjust(outcome, [known, [.. known.Select(_ => 1.0)], known], treated);
        var (plain, less) = (Of(outcome), Of(adjusted));
        Assert.True(less.StandardError < 0.15 * plain.StandardError);
        Assert.InRange(less.Value, 0.45, 0.55);
        Assert.Equal(outcome.Average(), adjusted.Average(), 9);

        Measured Of(double[] values) => ArmDifference.Of(
            ArmMoments.Of(values.Where((_, i) => !treated[i])), ArmMoments.Of(values.Where((_, i) => treated[i]))).Absolute;
    }

    [Fact]
    public void The_perfect_order_has_a_Qini_of_1_and_the_opposite_one_of_less_than_0()
    {
        double[] outcomes = [1, 0, 0, 1, 1, 0, 0, 1];
        bool[] treated = [true, true, false, false, true, true, false, false];
        double[] best = [.. outcomes.Zip(treated, (came, with) => with ? came : -came)];
        Assert.Equal(1, new UpliftCurve(best, outcomes, treated).Quality().Qini, 12);
        Assert.True(new UpliftCurve([.. best.Select(score => -score)], outcomes, treated).Quality().Qini < 0);
        Assert.Equal(0, new UpliftCurve([.. best.Select(_ => 1.0)], outcomes, treated).Quality().Qini, 12);
    }

    [Fact]
    public void Effects_of_Hillstroms_experiment_are_as_published()
    {
        var table = Hillstrom("visit", "conversion", "spend");
        Assert.Equal("No E-Mail", table.Arms[0]);
        (string Arm, string Outcome, double Effect, double Error)[] published =
        [
            ("Mens E-Mail", "visit", .076590, .003386), ("Mens E-Mail", "conversion", .006805, .000921),
            ("Mens E-Mail", "spend", .769827, .145247), ("Womens E-Mail", "visit", .045233, .003234),
            ("Womens E-Mail", "conversion", .003111, .000823), ("Womens E-Mail", "spend", .424412, .130333),
        ];
        foreach (var (arm, outcome, effect, error) in published)
        {
            var values = table.Outcomes.Single(one => one.Name == outcome).Values;
            var place = table.Arms.ToList().IndexOf(arm);
            var found = ArmDifference.Of(
                ArmMoments.Of(values.Where((_, i) => table.Arm[i] == 0)), ArmMoments.Of(values.Where((_, i) => table.Arm[i] == place)));
            Assert.Equal((effect, error), (Math.Round(found.Absolute.Value, 6), Math.Round(found.Absolute.StandardError, 6)));
        }
    }

    [Fact]
    public void What_came_after_the_treatment_is_not_learnt_from()
    {
        var table = Hillstrom("visit");
        Assert.Equal(["conversion", "spend"], table.Dropped.Select(column => column.Column).Order());
        Assert.Contains("recency", table.Known.Select(column => column.Name));
    }

    [Theory]
    [InlineData("arm,bought\nmail,1\nmail,0\n", "'mail' in every row")]
    [InlineData("arm,bought\na,1\nb,0\n", "say --control")]
    [InlineData("arm,bought\nmail,1\ncontrol,perhaps\n", "column 'bought', row 2: 'perhaps' is neither a number nor yes or no")]
    [InlineData("arm,bought\nmail,1\ncontrol,0\n", "the arm 'control' has fewer than two rows")]
    [InlineData("arm,sold\nmail,1\ncontrol,0\n", "has no column 'bought'")]
    public void What_is_no_experiment_is_refused_by_name(string csv, string why)
    {
        var file = FeatureTable.Read(_files.Write("experiment.csv", csv));
        var fault = Assert.Throws<RetentionException>(() => ExperimentTable.From(file, new("arm", ["bought"], null, null, [])));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_an_arm_or_an_outcome_and_customers_twice_are_counted()
    {
        const string Csv = "id,arm,bought\n1,mail,TRUE\n2,mail,no\n3,control,false\n4,control,yes\n4,control,yes\n5,,1\n6,mail,\n";
        var table = ExperimentTable.From(FeatureTable.Read(_files.Write("twice.csv", Csv)), new("arm", ["bought"], null, "id", []));
        Assert.Equal(("control", 4), (table.Arms[0], table.Rows));
        Assert.Equal([1.0, 0, 0, 1], table.Outcomes[0].Values);
        Assert.Equal(
            [("'arm' is empty", 1), ("'bought' is empty", 1), ("'id' was there before", 1)], table.Rejected.Order());
    }

    private static ExperimentTable Hillstrom(params string[] outcomes) => ExperimentTable.From(
        FeatureTable.Read(Repository.SharedData("hillstrom/hillstrom.csv.gz")), new("segment", outcomes, null, null, []));
}
