using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Service.Model;
using PredictiveRetention.Service.Problems;
using PredictiveRetention.Service.Settings;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <param name="OrderedAt">Needed. RFC 3339; a time without an offset is the shop's.</param>
/// <param name="Amount">Needed. Paid, after discount, in the shop's currency.</param>
public sealed record WhatIfOrder(
    string? OrderedAt, decimal? Amount, string? OrderId = null, decimal? Discount = null, int? Quantity = null, string? Category = null,
    string? Channel = null,
    string? PromisedAt = null, string? DeliveredAt = null, double? ReviewScore = null, decimal? Margin = null);

/// <param name="RefundedAt">RFC 3339; without it the refund counts in what is kept of its order's money, and is no event in time.</param>
/// <param name="Amount">Needed. Paid back, in the shop's currency.</param>
/// <param name="OrderId">Of one of the orders; needed where the day is missing.</param>
public sealed record WhatIfRefund(string? RefundedAt, decimal? Amount, string? OrderId = null);

/// <param name="OccurredAt">Needed. RFC 3339.</param>
/// <param name="Type">Needed: email_sent, email_delivered, email_opened, email_clicked, visit, app_session, ticket.</param>
public sealed record WhatIfEvent(string? OccurredAt, string? Type);

/// <param name="StartedAt">Needed. RFC 3339.</param>
/// <param name="EndedAt">Null while it runs; one that was cancelled ends with its paid term.</param>
/// <param name="Period">Length of a term, such as '1 month'; without it a cancelled subscription ends when it was cancelled.</param>
public sealed record WhatIfSubscription(string? StartedAt, string? EndedAt = null, string? CancelledAt = null, decimal? Amount = null,
    bool IsTrial = false, string? Period = null);

/// <param name="CustomerId">Decides who is left alone for the measure; without it nobody is.</param>
/// <param name="AsOf">ISO date; default: the as-of of the published night.</param>
public sealed record WhatIfHistory(
    string? CustomerId, string? AsOf, IReadOnlyList<WhatIfOrder>? Orders, IReadOnlyList<WhatIfRefund>? Refunds = null,
    IReadOnlyList<WhatIfEvent>? Events = null,
    IReadOnlyList<WhatIfSubscription>? Subscriptions = null, bool? EmailConsent = null);

/// <param name="IgnoredAfterAsOf">Posted rows at or after the as-of, which a prediction must not see.</param>
/// <param name="NotPosted">
/// What the shop's nights know of its customers and the posted history says nothing of: it counts as none there was.
/// </param>
public sealed record WhatIfAnswer(PredictionAnswer Prediction, int OrdersUsed, int IgnoredAfterAsOf, IReadOnlyList<string> NotPosted);

/// <summary>
/// Scores a history that is not in the store, by the same code, model and cut-offs as the published night: given a stored customer's
/// history it gives that customer's stored score.
/// </summary>
internal static partial class PostedHistoryScoring
{
    public const int MaxRows = 10_000;
    private const int MaxErrors = 50;
    private const decimal MaxAmount = 10_000_000_000m;

    public static async Task<IResult> ScoreAsync(WhatIfHistory? posted, CurrentNight current, RetentionStore store, ModelHandle models,
        ServiceSettings settings, CancellationToken cancellation)
    {
        if (await current.FindAsync(cancellation) is not { } night) return Problem.NothingPublished();
        if (posted is null) return Problem.Invalid(new() { ["$"] = ["A history is needed."] });
        var reading = new PostedHistory(posted, night.Shop, night.Run.AsOf);
        if (reading.Errors.Count > 0) return Problem.Invalid(reading.Errors);
        if (models.ModelFor(night.Recipe) is not { } model)
            return Problem.Unavailable($"The model {night.Recipe.ModelVersion} of the published night cannot be loaded.");
        var scorer = new Scorer(model, night.Shop.Currency, night.Recipe.Coverage);
        var (facts, score) = scorer.Score(reading.History, reading.AsOf);
        var segments = Segmenter.Assign(facts, score, night.Recipe.Cutoffs, night.Recipe.Segments);
        var (action, rise) = OneDecision.Of(
            store, night.Recipe, settings.Runs.Playbook, night.Shop.Currency, reading.AsOf, posted.CustomerId, facts, score, segments);
        var answer = night.Answers.Write(posted.CustomerId ?? "", facts, score, segments, action, rise, reading.AsOf);
        return Results.Ok(new WhatIfAnswer(
            answer, reading.History.Before(reading.AsOf).Orders.Length, reading.Ignored, [.. NotPosted(posted, night.Recipe.Coverage)]));
    }

    internal static IEnumerable<string> NotPosted(WhatIfHistory posted, SourceCoverage coverage)
    {
        var orders = posted.Orders!;
        (string Field, DataSource Of, bool IsPosted)[] fields =
        [
            ("orders[].discount", DataSource.Discounts, orders.Any(order => order.Discount is not null)),
            ("orders[].quantity", DataSource.Quantities, orders.Any(order => order.Quantity is not null)),
            ("orders[].category", DataSource.Categories, orders.Any(order => order.Category is not null)),
            ("orders[].channel", DataSource.Channels, orders.Any(order => order.Channel is not null)),
            ("orders[].promisedAt", DataSource.Promises, orders.Any(order => order.PromisedAt is not null)),
            ("orders[].deliveredAt", DataSource.Delivery, orders.Any(order => order.DeliveredAt is not null)),
            ("orders[].reviewScore", DataSource.Reviews, orders.Any(order => order.ReviewScore is not null)),
            ("orders[].margin", DataSource.Margins, orders.Any(order => order.Margin is not null)),
            ("refunds", DataSource.Refunds, posted.Refunds is not null),
            ("events", DataSource.Email, posted.Events is not null),
            ("events", DataSource.Visits, posted.Events is not null),
            ("events", DataSource.Tickets, posted.Events is not null),
            ("subscriptions", DataSource.Subscriptions, posted.Subscriptions is not null),
        ];
        return fields.Where(field => coverage.Has(field.Of) && !field.IsPosted).Select(field => field.Field).Distinct();
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"^\d{4}-\d{2}-\d{2}")]
    private static partial System.Text.RegularExpressions.Regex IsoDate();

    /// <summary>A posted history as history rows, or what is wrong with it by JSON path.</summary>
    private sealed class PostedHistory
    {
        private readonly Storage.Shop _shop;
        private readonly Dictionary<string, List<string>> _errors = [];
        private readonly List<Order> _orders = [];
        private readonly List<Refund> _refunds = [];
        private readonly List<Engagement> _events = [];
        private readonly List<Subscription> _subscriptions = [];
        private readonly Dictionary<string, int> _codes = [];
        private readonly CustomerProfile _profile;

        public PostedHistory(WhatIfHistory posted, Storage.Shop shop, Cutoff defaultAsOf)
        {
            _shop = shop;
            _profile = new CustomerProfile(0, posted.CustomerId ?? "", EmailConsent: posted.EmailConsent);
            AsOf = posted.AsOf is { } asOf ? Date(asOf, "asOf") : defaultAsOf;
            if (posted.Orders is not { Count: > 0 }) Error("orders", "At least one order is needed.");
            if ((posted.Orders?.Count ?? 0) + (posted.Refunds?.Count ?? 0) + (posted.Events?.Count ?? 0)
                + (posted.Subscriptions?.Count ?? 0) > MaxRows) Error("orders", $"At most {MaxRows} rows are scored at once.");
            RefuseNull(posted.Orders, "orders");
            RefuseNull(posted.Refunds, "refunds");
            RefuseNull(posted.Events, "events");
            RefuseNull(posted.Subscriptions, "subscriptions");
            if (_errors.Count > 0) return;
            Orders(posted.Orders!);
            Refunds(posted.Refunds ?? [], posted.Orders!);
            Events(posted.Events ?? []);
            Subscriptions(posted.Subscriptions ?? []);
            if (_errors.Count == 0 && !_orders.Exists(order => order.Day < AsOf.Day)) Error("orders", $"No order is before {AsOf}.");
        }

        public Cutoff AsOf { get; }
        public int Ignored { get; private set; }
        public Dictionary<string, string[]> Errors => _errors.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());

        public CustomerHistory History => new(
            _profile, _orders.OrderBy(order => order.Day).ToArray(), _refunds.OrderBy(refund => refund.Day).ToArray(),
            _events.OrderBy(row => row.Day).ToArray(), _subscriptions.OrderBy(row => row.StartedDay).ToArray());

        private void Orders(IReadOnlyList<WhatIfOrder> orders)
        {
            var linked = orders.Any(order => order.OrderId is not null);
            for (var i = 0; i < orders.Count; i++)
            {
                var (order, path) = (orders[i], $"orders[{i}]");
                var day = Day(order.OrderedAt, path + ".orderedAt", required: true) ?? 0;
                if (day >= AsOf.Day) Ignored++;
                if (order.Quantity is < 0 or > 1_000_000)
                    Error(path + ".quantity", FormattableString.Invariant($"{order.Quantity} is not a number from 0 to 1,000,000."));
                // Also refuses NaN, which must not reach a model.
                if (order.ReviewScore is { } review && review is not (>= 1 and <= 5))
                    Error(path + ".reviewScore", "It is not a score from 1 to 5.");
                _orders.Add(new Order(
                    day, Money(order.Amount, path + ".amount", required: true) ?? 0, Money(order.Discount, path + ".discount"),
                    order.Quantity, Money(order.Margin, path + ".margin", min: -MaxAmount),
                    Code(order.Category), Code(order.Channel), Day(order.PromisedAt, path + ".promisedAt"),
                    Day(order.DeliveredAt, path + ".deliveredAt"), (float?)order.ReviewScore,
                    linked && order.OrderId is { } id ? CustomerKey.Hash(id) : 0));
            }
        }

        private void Refunds(IReadOnlyList<WhatIfRefund> refunds, IReadOnlyList<WhatIfOrder> orders)
        {
            for (var i = 0; i < refunds.Count; i++)
            {
                var (refund, path) = (refunds[i], $"refunds[{i}]");
                var of = refund.OrderId is { } named
                    ? orders.Index().FirstOrDefault(order => order.Item.OrderId == named, (-1, null!)).Index
                    : -1;
                if (refund.RefundedAt is null && of < 0)
                    Error(path + ".refundedAt", "It is missing, and orderId names none of the orders: the refund belongs to no day.");
                var day = refund.RefundedAt is null && of >= 0 ? _orders[of].Day : Day(refund.RefundedAt, path + ".refundedAt") ?? 0;
                if (day >= AsOf.Day) Ignored++;
                _refunds.Add(new Refund(day, Money(refund.Amount, path + ".amount", required: true) ?? 0,
                    refund.OrderId is { } id ? CustomerKey.Hash(id) : 0, IsUndated: refund.RefundedAt is null));
            }
        }

        private void Events(IReadOnlyList<WhatIfEvent> events)
        {
            for (var i = 0; i < events.Count; i++)
            {
                var day = Day(events[i].OccurredAt, $"events[{i}].occurredAt", required: true) ?? 0;
                if (day >= AsOf.Day) Ignored++;
                if (Enum.TryParse<EngagementType>(events[i].Type?.Replace("_", "", StringComparison.Ordinal), ignoreCase: true,
                    out var type) && Enum.IsDefined(type)) _events.Add(new Engagement(day, type));
                else Error($"events[{i}].type",
                    $"'{events[i].Type}' is not one of email_sent, email_delivered, email_opened, email_clicked, visit, app_session, "
                        + $"ticket.");
            }
        }

        private void Subscriptions(IReadOnlyList<WhatIfSubscription> subscriptions)
        {
            for (var i = 0; i < subscriptions.Count; i++)
            {
                var (row, path) = (subscriptions[i], $"subscriptions[{i}]");
                var day = Day(row.StartedAt, path + ".startedAt", required: true) ?? 0;
                if (day >= AsOf.Day) Ignored++;
                var (ended, cancelled) = (Day(row.EndedAt, path + ".endedAt"), Day(row.CancelledAt, path + ".cancelledAt"));
                _subscriptions.Add(new Subscription(day, ended ?? PaidTerm.EndOf(day, cancelled, row.Period), cancelled,
                    Money(row.Amount, path + ".amount"), row.IsTrial));
            }
        }

        private int? Day(string? text, string path, bool required = false)
        {
            if (text is null)
            {
                if (required) Error(path, "It is missing.");
                return null;
            }
            var invariant = System.Globalization.CultureInfo.InvariantCulture;
            // Year first: 10/9/2011 is a different day to different people.
            if (!IsoDate().IsMatch(text)
                || !DateTime.TryParse(text, invariant, System.Globalization.DateTimeStyles.RoundtripKind, out var time)
                || time.Year is < 1970 or > 2100)
            {
                Error(path, $"'{text}' is not a time from 1970 to 2100 such as 2024-05-31T14:00:00Z.");
                return null;
            }
            var utcMs = time.Kind == DateTimeKind.Unspecified
                ? _shop.Calendar.FromLocal(time)
                : new DateTimeOffset(time.ToUniversalTime()).ToUnixTimeMilliseconds();
            return _shop.Calendar.DayOf(utcMs);
        }

        private Cutoff Date(string text, string path)
        {
            try
            {
                return Cutoff.Parse(text);
            }
            catch (RetentionException fault)
            {
                Error(path, fault.Message);
                return default;
            }
        }

        private long? Money(decimal? amount, string path, bool required = false, decimal min = 0)
        {
            if (amount is null && required) Error(path, "It is missing.");
            if (amount is not { } value) return null;
            if (value >= min && value <= MaxAmount) return _shop.Currency.ToMinor(value);
            Error(path,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value} is not an amount from {min} to {MaxAmount}."));
            return null;
        }

        private int Code(string? text)
        {
            if (text is null) return 0;
            if (!_codes.TryGetValue(text, out var code)) _codes.Add(text, code = _codes.Count + 1);
            return code;
        }

        private void RefuseNull<T>(IReadOnlyList<T>? rows, string name)
        {
            for (var i = 0; i < (rows?.Count ?? 0); i++)
                if (rows![i] is null) Error($"{name}[{i}]", "It is null.");
        }

        private void Error(string path, string message)
        {
            // A person mends the first few; ten thousand would only be long.
            if (_errors.Count >= MaxErrors) return;
            if (!_errors.TryGetValue(path, out var messages)) _errors.Add(path, messages = []);
            messages.Add(message);
        }
    }
}
