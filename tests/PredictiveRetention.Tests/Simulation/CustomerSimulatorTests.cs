using PredictiveRetention.Ingestion;
using PredictiveRetention.Simulation;
using Xunit;

namespace PredictiveRetention.Tests.Simulation;

/// <summary>
/// The distributions are those that are documented. Tolerances are five standard errors of what is measured: the draws are the same every
/// time, so a test that passes goes on passing, and a wrong parameter is many of them away.
/// </summary>
public sealed class CustomerSimulatorTests : IClassFixture<CustomerSimulatorTests.Drawn>
{
    private const double Errors = 5;

    private readonly Drawn _drawn;

    public CustomerSimulatorTests(Drawn drawn) => _drawn = drawn;

    /// <summary>A shop, and a year and more after its end that the truth has to foresee.</summary>
    public sealed class Drawn
    {
        public const int Customers = 30_000;

        /// <summary>Long enough for the refunds of the last orders that count.</summary>
        private const int LookAhead = CustomerTruth.DaysAhead + 120;

        private readonly List<Person> _people = [];

        public Drawn()
        {
            var plan = new ShopPlan();
            var simulator = new CustomerSimulator(plan, LookAhead);
            for (var number = 1; number <= Customers; number++)
            {
                var customer = simulator.Draw(number);
                _people.Add(new Person(
                    customer.Traits, customer.Channel, customer.Country, customer.Gender, customer.BirthYear, customer.Consent,
                    customer.OrdersAYear, customer.LeavesAYear, customer.OrderValue,
                    customer.PriceSensitivity, customer.FirstOrder, customer.ChurnedAt, [.. customer.Orders], [.. customer.Refunds],
                    customer.Events.Count(happened => happened.Type is EngagementType.Visit or EngagementType.AppSession),
                    customer.Events.Count(happened => happened.Type == EngagementType.Ticket),
                    customer.Events.Count(happened => happened.Type == EngagementType.EmailSent), [.. customer.Terms],
                    CustomerTruth.Compute(customer, simulator.Calendar, plan.Until)));
            }
        }

        internal IReadOnlyList<Person> People => _people;
    }

    internal sealed record Person(
        TypeTraits Traits, AcquisitionChannel Channel, ShopCountry Country, string Gender, int? BirthYear, bool? Consent,
        double OrdersAYear, double LeavesAYear, double OrderValue, double PriceSensitivity,
        double FirstOrder, double ChurnedAt, SimulatedOrder[] Orders, SimulatedRefund[] Refunds, int Visits, int Tickets, int Mails,
        SimulatedTerm[] Terms, CustomerTruth Truth);

    private static long End => ShopPlan.DefaultUntil.Day * 86_400L;

    private IReadOnlyList<Person> People => _drawn.People;

    /// <summary>Orders of the time shown, old enough to have been delivered, reviewed and refunded.</summary>
    private IEnumerable<(Person Person, SimulatedOrder Order)> Orders =>
        People.SelectMany(person => person.Orders.Where(order => order.Second < End).Select(order => (person, order)));

    [Fact]
    public void Channels_countries_genders_years_of_birth_and_consents_have_their_shares()
    {
        foreach (var channel in AcquisitionChannel.All) Share(channel.Share, People, person => person.Channel == channel);
        var countries = ShopCountry.All.Sum(country => country.Share);
        foreach (var country in ShopCountry.All) Share(country.Share / countries, People, person => person.Country == country);
        Assert.Equal(6, ShopCountry.All.Select(country => country.Continent).Distinct().Count());
        Share(CustomerSimulator.UnknownGender, People, person => person.Gender == "");
        Share(CustomerSimulator.UnknownBirthYear, People, person => person.BirthYear is null);
        Share(0.62, People, person => person.Consent == true);
        Share(0.13, People, person => person.Consent is null);
        // Where no channel favours a type, types have the shares that are written down.
        var plain = People.Where(person => person.Channel.Favours.Length == 0).ToList();
        foreach (var traits in TypeTraits.All) Share(traits.Share, plain, person => person.Traits == traits);
    }

    [Fact]
    public void Rates_dropout_and_order_values_have_the_means_of_their_type()
    {
        foreach (var traits in TypeTraits.All)
        {
            var of = People.Where(person => person.Traits == traits).ToList();
            Mean(traits.OrdersAYear, traits.OrdersAYear / Math.Sqrt(traits.RateShape), of, person => person.OrdersAYear);
            Mean(traits.LeavesAYear, traits.LeavesAYear / Math.Sqrt(traits.LeaveShape), of, person => person.LeavesAYear);
            // Inverse gamma of shape q: variance = mean² / (q - 2).
            Mean(traits.OrderValue, traits.OrderValue / Math.Sqrt(TypeTraits.ValueSpread - 2), of, person => person.OrderValue);
            Share(Math.Exp(-1), of, person => (person.ChurnedAt - person.FirstOrder) * person.LeavesAYear / ShopCalendar.DaysAYear > 1);
        }
    }

    [Fact]
    public void Orders_are_worth_what_their_customers_spend_and_as_often_discounted_cancelled_reviewed_and_refunded_as_said()
    {
        var orders = Orders.ToList();
        // Price over the customer's mean: gamma of shape p and mean 1.
        Mean(1, 1 / Math.Sqrt(TypeTraits.OrderSpread), orders,
            pair => (pair.Order.AmountMinor + pair.Order.DiscountMinor) / 100.0 / pair.Person.OrderValue);
        var chance = orders.Select(pair => CustomerSimulator.DiscountedShare(
            ShopCalendar.IsSale(ShopCalendar.WeekOf((int)(pair.Order.Second / 86_400))), pair.Person.PriceSensitivity))
            .ToList();
        Assert.Equal(chance.Sum(), orders.Count(pair => pair.Order.DiscountMinor > 0), Errors * Math.Sqrt(chance.Sum(p => p * (1 - p))));
        // The truth averages over a usual year; how much of this shop's trade fell into a sale is left two per cent.
        Assert.Equal(1, orders.Average(pair => pair.Order.AmountMinor / 100.0 / pair.Person.Truth.MeanOrderValue),
            Errors * 0.45 / Math.Sqrt(orders.Count) + 0.02);
        Share(CustomerSimulator.CancelledShare, orders, pair => pair.Order.Status == OrderStatus.Cancelled);
        var sales = orders.Where(pair => pair.Order.Status != OrderStatus.Cancelled).ToList();
        Assert.All(sales, pair => Assert.Equal(OrderStatus.Delivered, pair.Order.Status));
        Share(CustomerSimulator.ReviewedShare, sales, pair => pair.Order.ReviewScore is not null);
        Share(CustomerSimulator.RefundedShare, sales, pair => pair.Person.Refunds.Any(refund => refund.OrderNumber == pair.Order.Number));
    }

    [Fact]
    public void Deliveries_are_late_as_often_as_the_country_says_and_late_ones_lower_reviews_and_make_tickets()
    {
        var delivered = Orders.Where(pair => pair.Order.Delivered is not null).ToList();
        // December counts by the orders it had, not by those of an average year: half a percentage point is left to that.
        foreach (var country in ShopCountry.All.Where(country => country.Share >= 4))
        {
            var of = delivered.Where(pair => pair.Person.Country == country).ToList();
            Assert.Equal(country.LateShare, of.Average(pair => pair.Order.DaysLate > 0 ? 1.0 : 0),
                Errors * Math.Sqrt(country.LateShare / of.Count) + 0.005);
        }
        bool December((Person, SimulatedOrder Order) pair) => BusinessCalendar.DateOf((int)(pair.Order.Second / 86_400)).Month == 12;
        Assert.True(delivered.Where(December).Average(pair => pair.Order.DaysLate > 0 ? 1.0 : 0) > 1.5
            * delivered.Where(pair => !December(pair)).Average(pair => pair.Order.DaysLate > 0 ? 1.0 : 0));
        var (late, punctual) = (Reviews(true), Reviews(false));
        Assert.InRange(punctual - late, 0.8, 1.5);
        Assert.All(delivered, pair => Assert.Equal(pair.Order.DaysLate > 0, pair.Order.Delivered > pair.Order.Promised));
        Assert.True(People.Where(person => person.Orders.Any(order => order.DaysLate > 0))
            .Average(person => person.Tickets / (double)person.Orders.Length) > 2
                * People.Where(person => person.Orders.All(order => order.DaysLate == 0))
                    .Average(person => person.Tickets / (double)person.Orders.Length));

        double Reviews(bool areLate) =>
            delivered.Where(pair => pair.Order.ReviewScore is not null && pair.Order.DaysLate > 0 == areLate)
                .Average(pair => (double)pair.Order.ReviewScore!);
    }

    [Fact]
    public void The_shop_grows_and_has_its_season_and_its_sales()
    {
        // Linear from 1 to 2: 1.75 of 3 in the second half.
        var middle = new ShopPlan().From.Plus(365).Day;
        Share(1.75 / 3, People, person => person.FirstOrder >= middle, besides: 0.005);
        var repeats = People.SelectMany(person => person.Orders.Where(order => order.Second < End && order.Number > 1)
            .Select(order => (person.Traits.Gifts, Day: (int)(order.Second / 86_400))))
            .ToList();
        double InSeason(bool gifts) =>
            repeats.Count(order => order.Gifts == gifts && BusinessCalendar.DateOf(order.Day).Month >= 11)
                / (double)repeats.Count(order => order.Gifts == gifts);
        Assert.InRange(InSeason(false), 0.23, 0.40); // 61 days of 365 are 0.17
        Assert.True(InSeason(true) > 1.5 * InSeason(false));
        // A sale draws those who mind prices more.
        double InSale(bool mind) =>
            Orders.Where(pair => pair.Order.Number > 1 && pair.Person.PriceSensitivity > 0.5 == mind)
                .Average(pair => ShopCalendar.IsSale(ShopCalendar.WeekOf((int)(pair.Order.Second / 86_400))) ? 1.0 : 0);
        Assert.True(InSale(true) > InSale(false) + 0.03);
    }

    [Fact]
    public void Visits_go_with_value_mails_with_consent_and_memberships_with_subscribers()
    {
        Assert.All(People, person => Assert.True(person.Consent == true || person.Mails == 0));
        var bought = People.Select(person => Math.Log(person.Orders.Where(order => order.Second < End)
            .Sum(order => (double)order.AmountMinor)))
            .ToArray();
        Assert.True(MathNet.Numerics.Statistics.Correlation.Pearson(bought, People.Select(person => Math.Log(1 + person.Visits))) > 0.5);
        Assert.All(People, person => Assert.True(person.Traits.Type == CustomerType.Subscriber || person.Terms.Length == 0));
        Assert.True(People.Count(person => person.Terms.Length > 0) > 0.8
            * People.Count(person => person.Traits.Type == CustomerType.Subscriber));
        foreach (var person in People)
            for (var i = 1; i < person.Terms.Length; i++) Assert.Equal(person.Terms[i - 1].Ended, person.Terms[i].Started);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(365)]
    public void The_spend_that_came_is_the_spend_the_truth_expects(int days)
    {
        foreach (var traits in TypeTraits.All)
        {
            var off = People.Where(person => person.Traits == traits)
                .Select(person => Spent(person, days) - (days == 90 ? person.Truth.Spend90 : person.Truth.Spend365))
                .ToArray();
            var expected = People.Where(person => person.Traits == traits)
                .Average(person => days == 90 ? person.Truth.Spend90 : person.Truth.Spend365);
            Assert.Equal(0, off.Average(),
                Errors * MathNet.Numerics.Statistics.Statistics.StandardDeviation(off) / Math.Sqrt(off.Length) + 0.005 * expected);
        }
    }

    [Fact]
    public void As_many_order_within_90_days_as_the_truth_expects_whatever_it_says_of_them()
    {
        var until = End + 90 * 86_400L;
        bool Ordered(Person person) =>
            person.Orders.Any(order => order.Status != OrderStatus.Cancelled && order.Second >= End && order.Second < until);
        Assert.DoesNotContain(People, person => !person.Truth.Alive && Ordered(person));
        foreach (var group in People.Where(person => person.Truth.Alive).GroupBy(person => (int)(10 * person.Truth.POrder90)))
        {
            var expected = group.Sum(person => person.Truth.POrder90);
            Assert.Equal(expected, group.Count(Ordered),
                Errors * Math.Sqrt(group.Sum(person => person.Truth.POrder90 * (1 - person.Truth.POrder90))) + 1);
        }
    }

    /// <summary>Of orders placed within so many days after the end, what was given back deducted.</summary>
    private static double Spent(Person person, int days)
    {
        double spent = 0;
        foreach (var order in person.Orders)
        {
            if (order.Status == OrderStatus.Cancelled || order.Second < End || order.Second >= End + days * 86_400L) continue;
            spent += order.AmountMinor;
            foreach (var refund in person.Refunds)
                if (refund.OrderNumber == order.Number) spent -= refund.AmountMinor;
        }
        return spent / 100;
    }

    private static void Share<T>(double expected, IReadOnlyCollection<T> of, Func<T, bool> counts, double besides = 0) =>
        Assert.Equal(expected, of.Count(counts) / (double)of.Count, Errors * Math.Sqrt(expected * (1 - expected) / of.Count) + besides);

    private static void Mean<T>(double expected, double deviation, IReadOnlyCollection<T> of, Func<T, double> value) =>
        Assert.Equal(expected, of.Average(value), Errors * deviation / Math.Sqrt(of.Count));
}
