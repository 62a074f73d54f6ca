using System.Text;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Playbooks;

namespace PredictiveRetention.Simulation;

/// <summary>What a simulated shop came to.</summary>
/// <param name="Rows">Rows of each file, by its name.</param>
public sealed record ShopSummary(string Folder, ShopPlan Plan, IReadOnlyDictionary<string, long> Rows);

/// <summary>
/// Writes a simulated shop as files of the generic preset, with the truth beside them: customer after customer, so that a million take no
/// more memory than one. All files appear at the end, or none.
/// </summary>
public static class ShopFiles
{
    public const string Orders = "orders.csv";
    public const string Refunds = "refunds.csv";
    public const string Customers = "customers.csv";
    public const string Events = "events.csv";
    public const string Subscriptions = "subscriptions.csv";
    public const string Truth = "truth.csv";

    /// <summary>Written last: a folder that holds it holds a whole shop.</summary>
    public const string Description = "shop.json";

    private const int ProgressEvery = 500;

    private static readonly string[] s_all = [Orders, Refunds, Customers, Events, Subscriptions, Truth];

    private static readonly string[] s_eventTypes = ["", "email_sent", "email_delivered", "email_opened", "email_clicked", "visit",
        "app_session", "ticket"];
    private static readonly string[] s_statuses = ["paid", "shipped", "delivered", "cancelled"];

    /// <param name="folder">Made where it is not there. An earlier simulated shop in it is replaced; other files of these names are
    /// not.</param>
    /// <param name="progress">Customers so far.</param>
    /// <exception cref="RetentionException">The plan or the folder cannot be used.</exception>
    public static ShopSummary Write(string folder, ShopPlan plan, IProgress<int>? progress, CancellationToken cancellation)
    {
        plan.Check();
        if (!File.Exists(Path.Combine(folder, Description))
            && s_all.FirstOrDefault(name => File.Exists(Path.Combine(folder, name))) is { } own)
            throw new RetentionException(Failure.Usage,
                $"{Path.Combine(folder, own)} is there and belongs to no simulated shop; name another folder with --out.");
        var made = !Directory.Exists(folder);
        try
        {
            Directory.CreateDirectory(folder);
            return Write(Path.GetFullPath(folder), plan, new CustomerSimulator(plan), progress, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RetentionException(Failure.DependencyUnavailable, $"The shop cannot be written to {folder}: {fault.Message}", fault);
        }
        finally
        {
            if (made && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        }
    }

    /// <summary>The import of the files in a folder.</summary>
    public static ImportRequest Import(string folder, long nowMs) => new()
    {
        Preset = "generic",
        OrdersFile = Path.Combine(folder, Orders),
        RefundsFile = Path.Combine(folder, Refunds),
        CustomersFile = Path.Combine(folder, Customers),
        EventsFile = Path.Combine(folder, Events),
        SubscriptionsFile = Path.Combine(folder, Subscriptions),
        Calendar = ShopPlan.Calendar,
        ShopCurrency = ShopPlan.Currency.Code,
        NowMs = nowMs,
    };

    private static ShopSummary Write(string folder, ShopPlan plan, CustomerSimulator simulator, IProgress<int>? progress,
        CancellationToken cancellation)
    {
        var plays = Playbook.Shipped().Plays.OrderBy(play => play.Id, StringComparer.Ordinal)
            .Select(play => (Play: play, Response: PlayResponse.To(play)))
            .ToArray();
        using var orders = new CsvFile(
            Path.Combine(folder, Orders), "customer_id", "order_id", "ordered_at", "amount", "discount", "currency", "status", "channel",
            "category", "quantity", "promised_at", "delivered_at",
            "review_score", "margin");
        using var refunds = new CsvFile(Path.Combine(folder, Refunds), "customer_id", "refund_id", "refunded_at", "amount", "order_id");
        using var customers = new CsvFile(
            Path.Combine(folder, Customers), "customer_id", "first_seen_at", "birth_year", "gender", "country", "city",
            "acquisition_channel", "consent_email", "email");
        using var events = new CsvFile(Path.Combine(folder, Events), "customer_id", "event_type", "occurred_at", "campaign_id",
            "message_id");
        using var subscriptions = new CsvFile(
            Path.Combine(folder, Subscriptions), "customer_id", "subscription_id", "plan", "started_at", "ended_at", "cancelled_at",
            "amount", "period", "is_trial");
        using var truths = new CsvFile(
            Path.Combine(folder, Truth),
            [
                "customer_id", "type", "price_sensitivity", "email_engagement", "annoyed_by_contact", "orders_per_year",
                "orders_per_year_at_end", "dropout_per_year", "churned_at", "alive_at_end",
                "mean_order_value", "p_order_90d", "expected_spend_90d", "expected_spend_365d",
                .. plays.Select(play => "uplift_" + play.Play.Id),
            ]);
        var counts = new ShopCounts();
        for (var number = 1; number <= plan.Customers; number++)
        {
            if (number % ProgressEvery == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(number);
            }
            var customer = simulator.Draw(number);
            WriteCustomer(customers, customer);
            foreach (var order in customer.Orders) WriteOrder(orders, customer, order);
            foreach (var refund in customer.Refunds)
                refunds.Id('C', number)
                    .Id('R', number, refund.OrderNumber)
                    .Time(refund.Second)
                    .Money(refund.AmountMinor)
                    .Id('O', number, refund.OrderNumber)
                    .EndRow();
            foreach (var happened in customer.Events) WriteEvent(events, customer, happened);
            foreach (var term in customer.Terms) WriteTerm(subscriptions, customer, term);
            var truth = CustomerTruth.Compute(customer, simulator.Calendar, plan.Until);
            WriteTruth(truths, customer, truth);
            foreach (var (play, response) in plays) truths.Number(response.Uplift(play, customer, truth), "F5");
            truths.EndRow();
            counts.Add(customer, truth);
        }
        cancellation.ThrowIfCancellationRequested();
        CsvFile[] files = [orders, refunds, customers, events, subscriptions, truths];
        var rows = files.ToDictionary(file => Path.GetFileName(file.Path), file => file.Rows);
        foreach (var file in files) file.Finish();
        var description = Path.Combine(folder, Description);
        File.Delete(description);
        foreach (var file in files) file.Commit();
        WholeFile.Write(description, Encoding.UTF8.GetBytes(ShopDescription.Json(plan, rows, counts)));
        return new ShopSummary(folder, plan, rows);
    }

    private static void WriteCustomer(CsvFile file, SimulatedCustomer customer)
    {
        file.Id('C', customer.Number).Time(CustomerSimulator.Second(customer.FirstSeen));
        if (customer.BirthYear is { } year) file.Number(year);
        else file.Empty();
        file.Text(customer.Gender).Text(customer.Country.Name).Text(customer.City).Text(customer.Channel.Name)
            .Text(customer.Consent switch { true => "true", false => "false", null => "" }).Email(customer.Number).EndRow();
    }

    private static void WriteOrder(CsvFile file, SimulatedCustomer customer, in SimulatedOrder order)
    {
        file.Id('C', customer.Number)
            .Id('O', customer.Number, order.Number)
            .Time(order.Second)
            .Money(order.AmountMinor)
            .Money(order.DiscountMinor)
            .Text(ShopPlan.Currency.Code)
            .Text(s_statuses[(int)order.Status])
            .Text(CustomerSimulator.OrderChannels[order.Channel])
            .Text(CustomerSimulator.Categories[order.Category])
            .Number(order.Quantity)
            .Time(order.Promised).Time(order.Delivered);
        if (order.ReviewScore is { } score) file.Number(score);
        else file.Empty();
        file.Money(order.MarginMinor).EndRow();
    }

    private static void WriteEvent(CsvFile file, SimulatedCustomer customer, in SimulatedEvent happened)
    {
        file.Id('C', customer.Number).Text(s_eventTypes[(int)happened.Type]).Time(happened.Second);
        if (happened.Week > 0)
            file.Dated(ShopCalendar.IsSale(happened.Week) ? "sale" : "news", ShopCalendar.MondayOf(happened.Week) + 1)
                .Id('M', customer.Number, happened.Week);
        else file.Empty().Empty();
        file.EndRow();
    }

    private static void WriteTerm(CsvFile file, SimulatedCustomer customer, in SimulatedTerm term) =>
        file.Id('C', customer.Number)
            .Id('S', customer.Number, term.Number)
            .Text(term.Yearly ? "plus-yearly" : "plus-monthly")
            .Time(term.Started)
            .Time(term.Ended)
            .Time(term.Cancelled)
            .Money(term.AmountMinor).Text(term.Yearly ? "year" : "month").Text(term.Trial ? "true" : "false").EndRow();

    private static void WriteTruth(CsvFile file, SimulatedCustomer customer, in CustomerTruth truth) =>
        file.Id('C', customer.Number)
            .Text(customer.Traits.Name)
            .Number(customer.PriceSensitivity, "F4")
            .Number(customer.Engagement, "F4")
            .Number(customer.AnnoyedByContact ? 1 : 0)
            .Number(customer.OrdersAYear, "F5").Number(truth.OrdersAYear, "F5").Number(customer.LeavesAYear, "F5")
            .Time(CustomerSimulator.Second(Math.Min(customer.ChurnedAt, BusinessCalendar.LastDay))).Number(truth.Alive ? 1 : 0)
            .Number(truth.MeanOrderValue, "F2").Number(truth.POrder90, "F5").Number(truth.Spend90, "F2").Number(truth.Spend365, "F2");
}
