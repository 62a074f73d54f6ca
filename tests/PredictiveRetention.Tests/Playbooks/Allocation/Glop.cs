using Google.OrTools.LinearSolver;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Allocation;

/// <summary>The continuous relaxation by a solver that shares nothing with ours.</summary>
internal static class Glop
{
    public static double Optimum(SomeOffers problem)
    {
        using var solver = Solver.CreateSolver("GLOP");
        Assert.True(solver.SetSolverSpecificParametersAsString(
            "primal_feasibility_tolerance: 1e-10 dual_feasibility_tolerance: 1e-10"));
        Constraint? AtMost(double? limit) => limit is { } most ? solver.MakeConstraint(double.NegativeInfinity, most) : null;
        // The budget as the book counts it.
        Constraint? Paid(double? limit) =>
            AtMost(limit is { } most ? Math.Floor(Math.Round(most * problem.Book.StepsPerUnit, 3)) / problem.Book.StepsPerUnit : null);

        var (book, limits) = problem;
        var budget = Paid(limits.Budget);
        var budgets = limits.Plays.Select(play => Paid(play.Budget)).ToList();
        var capacities = limits.Plays.Select(play => AtMost(play.Capacity)).ToList();
        var channels = limits.ChannelCapacities.ToDictionary(channel => channel.Key, channel => AtMost(channel.Value));
        for (var customer = 0; customer < book.Customers; customer++)
        {
            var one = AtMost(1)!;
            foreach (var offer in book.Of(customer))
            {
                var part = solver.MakeNumVar(0, 1, "");
                solver.Objective().SetCoefficient(part, offer.Worth);
                one.SetCoefficient(part, 1);
                budget?.SetCoefficient(part, offer.Cost);
                budgets[offer.Play]?.SetCoefficient(part, offer.Cost);
                capacities[offer.Play]?.SetCoefficient(part, 1);
                channels.GetValueOrDefault(limits.Plays[offer.Play].Channel)?.SetCoefficient(part, 1);
            }
        }
        solver.Objective().SetMaximization();
        Assert.Equal(Solver.ResultStatus.OPTIMAL, solver.Solve());
        return solver.Objective().Value();
    }
}
