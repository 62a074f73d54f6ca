using System.Runtime.InteropServices;

namespace PredictiveRetention.Histories;

/// <summary>
/// The histories of one range of customers in flat buffers. Rows are added kind by kind in (customer key, time) order, as the store reads
/// them; <see cref="this[int]"/> is a view without copying. Clear and fill again: the buffers are kept.
/// </summary>
public sealed class ShardHistories
{
    private readonly List<CustomerProfile> _profiles = [];
    private readonly Column<Order> _orders = new();
    private readonly Column<Refund> _refunds = new();
    private readonly Column<Engagement> _engagements = new();
    private readonly Column<Subscription> _subscriptions = new();

    private readonly Dictionary<string, int> _codes = [];
    private readonly List<string> _texts = [""];

    public int Count => _profiles.Count;

    public CustomerHistory this[int index] => new(
        _profiles[index], _orders.For(index), _refunds.For(index), _engagements.For(index), _subscriptions.For(index));

    public void Clear()
    {
        _profiles.Clear();
        _orders.Clear();
        _refunds.Clear();
        _engagements.Clear();
        _subscriptions.Clear();
    }

    /// <summary>
    /// The code of a category or channel: the same text has the same code for as long as this instance lives; 0 is 'the source does not
    /// say'.
    /// </summary>
    public int Code(string? text)
    {
        if (text is null) return 0;
        if (!_codes.TryGetValue(text, out var code))
        {
            _codes.Add(text, code = _texts.Count);
            _texts.Add(text);
        }
        return code;
    }

    /// <summary>What a code stands for; null for 0.</summary>
    public string? Text(int code) => code == 0 ? null : _texts[code];

    /// <summary>Customers come first, in ascending key order; the other kinds then find their customer.</summary>
    public void AddCustomer(in CustomerProfile profile)
    {
        if (_profiles.Count > 0 && _profiles[^1].CustomerKey >= profile.CustomerKey)
            throw new InvalidOperationException($"Customer {profile.CustomerKey} after {_profiles[^1].CustomerKey}: keys must ascend.");
        _profiles.Add(profile);
    }

    public void Add(long customerKey, in Order order) => _orders.Add(customerKey, order, _profiles);
    public void Add(long customerKey, in Refund refund) => _refunds.Add(customerKey, refund, _profiles);
    public void Add(long customerKey, in Engagement engagement) => _engagements.Add(customerKey, engagement, _profiles);
    public void Add(long customerKey, in Subscription subscription) => _subscriptions.Add(customerKey, subscription, _profiles);

    /// <summary>Rows of all customers one after the other, and where each customer's begin.</summary>
    private sealed class Column<T>
    {
        private readonly List<int> _start = [];

        public List<T> Rows { get; } = [];

        public void Add(long customerKey, in T row, List<CustomerProfile> profiles)
        {
            // Advance to the row's customer; those passed over have no rows of this kind.
            var current = _start.Count - 1;
            while (current < 0 || profiles[current].CustomerKey < customerKey)
            {
                if (++current >= profiles.Count) return;
                _start.Add(Rows.Count);
            }
            // A row whose customer is not in the shard (an order of somebody outside the frozen population) is not ours.
            if (profiles[current].CustomerKey == customerKey) Rows.Add(row);
        }

        public ReadOnlySpan<T> For(int customer)
        {
            if (customer >= _start.Count) return [];
            var end = customer + 1 < _start.Count ? _start[customer + 1] : Rows.Count;
            return CollectionsMarshal.AsSpan(Rows)[_start[customer]..end];
        }

        public void Clear()
        {
            _start.Clear();
            Rows.Clear();
        }
    }
}
