using PredictiveRetention.Models;
using Xunit;

namespace PredictiveRetention.Tests.Models;

public class BtydPropertyTests
{
    private static readonly double[] s_ahead = [0, 0.1, 1, 4, 13, 39, 104, 520];

    [Fact]
    public void Whatever_the_parameters_and_the_history_every_answer_is_a_probability_or_a_finite_expectation()
    {
        var random = new Random(1);
        for (var i = 0; i < 4000; i++)
        {
            double Between(double low, double high) => Math.Exp(Math.Log(low) + random.NextDouble() * Math.Log(high / low));
            double r = Between(0.02,
                50), alpha = Between(0.02, 500), s = Between(0.002, 50), beta = Between(0.02, 20_000), T = Between(0.1, 522);
            var x = i % 5 == 0 ? 0 : i % 7 == 0 ? 500 : random.Next(1, 500);
            var tx = x == 0 ? 0 : i % 3 == 0 ? T : T * random.NextDouble();
            foreach (var model in new IPurchaseModel[] { new ParetoNbd(r, alpha, s, beta),
                new BgNbd(r, alpha, Between(0.002, 60_000), Between(0.0001, 5000)),
                new MbgNbd(r, alpha, Between(0.002, 60_000), Between(0.0001, 5000)) })
            {
                var where = $"{model} x {x} tx {tx} T {T}";
                Assert.True(double.IsFinite(model.LogLikelihood(x, tx, T)), where);
                Assert.True(model.PAlive(x, tx, T) is >= 0 and <= 1, where);
                double none = 1, expected = 0;
                foreach (var ahead in s_ahead)
                {
                    var (p, orders) = (model.PNoOrder(x, tx, T, ahead), model.ExpectedOrders(x, tx, T, ahead));
                    Assert.True(p is >= 0 and <= 1 && p <= none + 1e-6, $"{where} P(no order in {ahead}) = {p} after {none}");
                    Assert.True(double.IsFinite(orders) && orders >= expected * (1 - 1e-7) - 1e-9,
                        $"{where} E[orders in {ahead}] = {orders} after {expected}");
                    Assert.True(1 - p <= orders + 1e-6 * (1 + orders),
                        $"{where}: P(an order in {ahead}) {1 - p} is above the orders expected, {orders}");
                    (none, expected) = (p, orders);
                }
            }
        }
    }

    [Fact]
    public void An_unchanged_history_is_as_likely_as_P_no_order_says()
    {
        foreach (var model in new IPurchaseModel[] { new ParetoNbd(0.55, 10.6, 0.61, 11.7), new BgNbd(0.24, 4.4, 0.8, 2.4),
            new MbgNbd(0.52, 6.2, 0.9, 1.6) })
            foreach (var (x, tx, T) in new[] { (0, 0.0, 30.0), (1, 3.0, 30.0), (12, 29.0, 30.0), (300, 400.0, 500.0) })
                Assert.Equal(Math.Exp(model.LogLikelihood(x, tx, T + 13) - model.LogLikelihood(x, tx, T)), model.PNoOrder(x, tx, T, 13), 7);
    }

    [Fact]
    public void ParetoNbd_alive_is_the_limit_of_never_ordering_again_and_expected_orders_start_at_the_posterior_rate()
    {
        var model = new ParetoNbd(0.55, 10.6, 0.61, 11.7);
        const double Soon = 1e-4;
        var rate = model.PAlive(4, 20, 26) * (0.55 + 4) / (10.6 + 26);
        Assert.Equal(rate, model.ExpectedOrders(4, 20, 26, Soon) / Soon, 4);
        Assert.Equal(rate, (1 - model.PNoOrder(4, 20, 26, Soon)) / Soon, 4);
    }

    [Fact]
    public void ParetoNbd_whose_customers_hardly_stop_is_the_negative_binomial()
    {
        var (r, alpha, T, x) = (0.7, 9.0, 26.0, 5);
        var nearly = new ParetoNbd(r, alpha, 1e-7, 1000);
        var nbd = MathNet.Numerics.SpecialFunctions.GammaLn(r + x) - MathNet.Numerics.SpecialFunctions.GammaLn(r) + r * Math.Log(alpha)
            - (r + x) * Math.Log(alpha + T);
        Assert.Equal(nbd, nearly.LogLikelihood(x, 20, T), 5);
        Assert.Equal(Math.Pow((alpha + T) / (alpha + T + 13), r + x), nearly.PNoOrder(x, 20, T, 13), 5);
        Assert.Equal((r + x) / (alpha + T) * 13, nearly.ExpectedOrders(x, 20, T, 13), 4);
    }

    [Fact]
    public void BgNbd_and_MbgNbd_whose_customers_hardly_stop_are_the_negative_binomial()
    {
        foreach (var model in new IPurchaseModel[] { new BgNbd(0.7, 9, 1e-8, 5), new MbgNbd(0.7, 9, 1e-8, 5) })
            Assert.Equal(5.7 / 35 * 13, model.ExpectedOrders(5, 20, 26, 13), 4);
    }

    [Theory]
    [InlineData(0.24, 4.4, 0.8, 2.4, 39)]
    [InlineData(0.0097, 4.6, 59_874, 4_240, 26)]
    [InlineData(0.8, 8, 300, 0.02, 52)]
    [InlineData(500, 120, 1_000, 40_000, 500)]
    [InlineData(20, 3, 0.05, 60, 520)]
    public void Expected_orders_by_the_series_are_the_integral_over_the_stopping_probability(double r, double alpha, double a, double b,
        double t)
    {
        // u = log(p / (1 - p)) takes both ends of (0, 1) to infinity; the trapezium rule is then exact for practical purposes.
        double sum = 0, mass = 0;
        for (var u = -2000.0; u <= 2000; u += 0.005)
        {
            double logP = -Softplus(-u), logQ = -Softplus(u), p = Math.Exp(logP);
            var density = Math.Exp(a * logP + b * logQ - a * Math.Log(a / (a + b)) - b * Math.Log(b / (a + b)));
            mass += density;
            sum += density * (p * r * t / alpha < 1e-9 ? r * t / alpha : (1 - Math.Exp(-r * Math.Log(1 + p * t / alpha))) / p);
        }
        var series = BetaGeometric.ExpectedOrders(r, alpha, a, b, t);
        Assert.InRange(series / (sum / mass), 1 - 1e-6, 1 + 1e-6);
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    [Fact]
    public void Expected_orders_of_somebody_new_are_what_simulated_customers_buy()
    {
        var random = new Random(2);
        var pareto = new ParetoNbd(0.8, 8, 0.9, 15);
        const int Customers = 200_000;
        double bought = 0;
        for (var i = 0; i < Customers; i++)
        {
            var lambda = MathNet.Numerics.Distributions.Gamma.Sample(random, 0.8, 8);
            var stops = -Math.Log(1 - random.NextDouble()) / MathNet.Numerics.Distributions.Gamma.Sample(random, 0.9, 15);
            bought += lambda * Math.Min(26, stops);
        }
        Assert.Equal(pareto.ExpectedOrdersOfNew(26), bought / Customers, 1);
        Assert.InRange(bought / Customers / pareto.ExpectedOrdersOfNew(26), 0.985, 1.015);
    }

    [Fact]
    public void Gradients_are_the_slopes_of_the_likelihoods()
    {
        var sample = Simulated(new ParetoNbd(0.8, 8, 0.9, 15), 300, 3);
        Check(4, [0.7, 9, 0.5, 20], (p, g) => new ParetoNbd(p[0], p[1], p[2], p[3]).Mean(sample, g));
        Check(4, [0.7, 9, 0.5, 2], (p, g) => BetaGeometric.Mean(sample, 0, p[0], p[1], p[2], p[3], g));
        Check(4, [0.7, 9, 0.5, 2], (p, g) => BetaGeometric.Mean(sample, 1, p[0], p[1], p[2], p[3], g));
        var random = new Random(4);
        double[] x = [.. Enumerable.Range(0, 200)
            .Select(_ => (double)random.Next(1, 9))], m = [.. x.Select(_ => 5 + 50 * random.NextDouble())];
        var spends = new BtydSample(x, m, m, [.. x.Select(_ => 1.0)]);
        Check(3, [5, 3, 20], (p, g) => GammaGamma.Mean(spends, p[0], p[1], p[2], g));
        Check(3, [0.5, 1.1, 2], (p, g) => GammaGamma.Mean(spends, p[0], p[1], p[2], g));
    }

    private delegate double Likelihood(double[] parameters, double[] gradient);

    private static void Check(int n, double[] at, Likelihood likelihood)
    {
        var gradient = new double[n];
        likelihood(at, gradient);
        for (var j = 0; j < n; j++)
        {
            var step = 1e-5 * at[j];
            var (above, below) = ((double[])at.Clone(), (double[])at.Clone());
            above[j] += step;
            below[j] -= step;
            var numeric = (likelihood(above, new double[n]) - likelihood(below, new double[n])) / (2 * step);
            Assert.True(Math.Abs(numeric - gradient[j]) <= 1e-5 * (1 + Math.Abs(numeric)), $"parameter {j}: {gradient[j]} for {numeric}");
        }
    }

    [Fact]
    public void ParetoNbd_fit_recovers_what_customers_were_simulated_with()
    {
        var truth = new ParetoNbd(0.8, 8, 0.9, 15);
        var fit = ParetoNbd.Fit(Simulated(truth, 20_000, 5));
        Assert.True(fit.Converged, fit.Note);
        double[] found = [fit.Model.R, fit.Model.Alpha, fit.Model.S, fit.Model.Beta], wanted = [truth.R, truth.Alpha, truth.S, truth.Beta];
        Assert.All(found.Zip(wanted).Index(),
            pair => Assert.True(Math.Abs(pair.Item.First - pair.Item.Second) < 4 * fit.StandardErrors![pair.Index],
                $"{pair.Item.First} for {pair.Item.Second}, standard error {fit.StandardErrors[pair.Index]}"));
        Assert.All(fit.StandardErrors!.Zip(wanted), pair => Assert.InRange(pair.First / pair.Second, 0.001, 0.2));
    }

    [Fact]
    public void GammaGamma_fit_recovers_what_spends_were_simulated_with()
    {
        var random = new Random(6);
        List<int> counts = [];
        List<double> means = [];
        for (var i = 0; i < 20_000; i++)
        {
            var nu = MathNet.Numerics.Distributions.Gamma.Sample(random, 4, 15);
            var count = random.Next(1, 8);
            counts.Add(count);
            means.Add(Enumerable.Range(0, count).Average(_ => MathNet.Numerics.Distributions.Gamma.Sample(random, 6, nu)));
        }
        var fit = GammaGamma.Fit(counts.ToArray(), means.ToArray());
        Assert.True(fit.Converged, fit.Note);
        Assert.InRange(fit.Model.P, 5.7, 6.3);
        Assert.InRange(fit.Model.Q, 3.8, 4.2);
        Assert.InRange(fit.Model.V, 14, 16);
    }

    [Fact]
    public void GammaGamma_whose_mean_would_not_exist_is_held_and_says_so()
    {
        var random = new Random(7);
        double[] means = [.. Enumerable.Range(0, 3000).Select(_ => Math.Pow(1 - random.NextDouble(), -1.6))];
        var fit = GammaGamma.Fit(means.Select(_ => 1).ToArray(), means);
        Assert.Equal(GammaGamma.MinQ, fit.Model.Q);
        Assert.Contains("mean spend does not exist", fit.Note, StringComparison.Ordinal);
        Assert.InRange(fit.Model.ExpectedSpend(1, 100), 0, 1e5);
    }

    [Theory]
    [InlineData("one customer")]
    [InlineData("all one-time buyers")]
    [InlineData("nobody stops")]
    [InlineData("everybody the same")]
    [InlineData("observed for no time")]
    public void A_sample_without_a_maximum_ends_at_the_edge_and_says_so(string kind)
    {
        var random = new Random(8);
        var n = kind == "one customer" ? 1 : 400;
        var x = new int[n];
        var (tx, T) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            (x[i], tx[i], T[i]) = kind switch
            {
                "all one-time buyers" => (0, 0, 10 + 40 * random.NextDouble()),
                "nobody stops" => (50, 50, 50.0),
                "everybody the same" => (3, 20, 30.0),
                "observed for no time" => (0, 0, 0),
                _ => (2, 10, 12.0),
            };
        }
        var sample = BtydSample.Group(x, tx, T);
        Sound(ParetoNbd.Fit(sample), fit => fit.Model);
        Sound(BgNbd.Fit(sample), fit => fit.Model);
        Sound(MbgNbd.Fit(sample), fit => fit.Model);

        void Sound<TModel>(BtydFit<TModel> fit, Func<BtydFit<TModel>, IPurchaseModel> of)
        {
            Assert.True(double.IsFinite(fit.LogLikelihood), $"{fit.Model}: {fit.LogLikelihood}");
            Assert.NotNull(fit.Note);
            var model = of(fit);
            Assert.True(double.IsFinite(model.ExpectedOrders(x[0], tx[0], T[0], 13)), $"{model}");
            Assert.InRange(model.PNoOrder(x[0], tx[0], T[0], 13), 0, 1);
        }
    }

    [Fact]
    public void A_sample_of_many_different_histories_is_rounded_until_it_fits_and_hardly_changes_the_fit()
    {
        var truth = new ParetoNbd(1.5, 6, 0.6, 20);
        var (x, tx, T) = Histories(truth, 120_000, 9);
        var sample = BtydSample.Group(x, tx, T);
        Assert.InRange(sample.X.Length, 1000, BtydSample.MaxGroups);
        Assert.Equal(120_000, sample.Customers);
        var fit = ParetoNbd.Fit(sample).Model;
        Assert.InRange(fit.ExpectedOrders(5, 20, 26, 13) / truth.ExpectedOrders(5, 20, 26, 13), 0.98, 1.02);
        Assert.InRange(fit.PAlive(1, 2, 40) / truth.PAlive(1, 2, 40), 0.95, 1.05);
    }

    [Fact]
    public void An_impossible_history_is_refused() => Assert.Throws<ArgumentException>(() => BtydSample.Group([1], [5.0], [4.0]));

    private static BtydSample Simulated(ParetoNbd truth, int customers, int seed)
    {
        var (x, tx, T) = Histories(truth, customers, seed);
        return BtydSample.Group(x, tx, T, 1e-4);
    }

    private static (int[] X, double[] Tx, double[] T) Histories(ParetoNbd truth, int customers, int seed)
    {
        var random = new Random(seed);
        var x = new int[customers];
        var (tx, T) = (new double[customers], new double[customers]);
        for (var i = 0; i < customers; i++)
        {
            T[i] = 20 + 40 * random.NextDouble();
            var rate = MathNet.Numerics.Distributions.Gamma.Sample(random, truth.R, truth.Alpha);
            var stops = -Math.Log(1 - random.NextDouble()) / MathNet.Numerics.Distributions.Gamma.Sample(random, truth.S, truth.Beta);
            for (var at = -Math.Log(1 - random.NextDouble()) / rate; at < Math.Min(T[i], stops); at -= Math.Log(1 - random.NextDouble())
                / rate)
            {
                x[i]++;
                tx[i] = at;
            }
        }
        return (x, tx, T);
    }
}
