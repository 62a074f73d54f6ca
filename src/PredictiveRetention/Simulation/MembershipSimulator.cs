namespace PredictiveRetention.Simulation;

/// <summary>
/// Subscribers pay for a membership, a month or a year at a time, many after a trial; every term is a row with the end it was paid until.
/// Fees are no orders. Who has left lets the running term end; others cancel by chance, and a few cards fail.
/// </summary>
internal sealed class MembershipSimulator(ShopPlan plan, Chance chance)
{
    public const double TrialShare = 0.6;
    public const double YearlyShare = 0.3;
    public const double TrialsCancelled = 0.25;
    public const double MonthsCancelled = 0.04;
    public const double YearsCancelled = 0.20;
    public const double CardsFailing = 0.01;
    public const long MonthlyFeeMinor = 499;
    public const long YearlyFeeMinor = 3990;

    private const int TrialDays = 30;
    private const int MonthDays = 30;
    private const int YearDays = 365;

    private readonly int _end = plan.Until.Day;

    public void Draw(SimulatedCustomer customer)
    {
        customer.Terms.Clear();
        if (customer.Traits.Type != CustomerType.Subscriber) return;
        var yearly = chance.Happens(YearlyShare);
        var trial = chance.Happens(TrialShare);
        var goesOn = true;
        for (var started = customer.FirstOrder + 45 * chance.Uniform(); goesOn && started < _end
            && started < customer.ChurnedAt; trial = false)
        {
            var days = trial ? TrialDays : yearly ? YearDays : MonthDays;
            var ended = started + days;
            var (cancels, when, fails) = (chance.Happens(trial ? TrialsCancelled : yearly ? YearsCancelled : MonthsCancelled),
                started + days * chance.Uniform(), chance.Happens(CardsFailing));
            // Who leaves during the term cancels it then, or a little later.
            if (customer.ChurnedAt < ended) (cancels, when) = (true, customer.ChurnedAt + (ended - customer.ChurnedAt) * chance.Uniform());
            customer.Terms.Add(new SimulatedTerm(
                customer.Terms.Count + 1, yearly, trial, CustomerSimulator.Second(started), CustomerSimulator.Second(ended),
                cancels && when < _end ? CustomerSimulator.Second(when) : null, trial ? 0 : yearly ? YearlyFeeMinor : MonthlyFeeMinor));
            goesOn = !cancels && !fails;
            started = ended;
        }
    }
}
