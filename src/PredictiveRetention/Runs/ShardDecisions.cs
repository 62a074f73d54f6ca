using System.IO.Compression;
using System.Runtime.InteropServices;
using PredictiveRetention.Playbooks.Assignments;
using PredictiveRetention.Scoring;

namespace PredictiveRetention.Runs;

/// <summary>A customer of a shard of whom something was decided or may be chosen. Filled again for the next: nobody keeps it.</summary>
internal sealed class DecidedCustomer
{
    public long CustomerKey { get; set; }
    public float PChurn { get; set; }

    /// <summary>Given an order, currency units.</summary>
    public float Spend { get; set; }

    public CustomerDecision Decision { get; } = new();

    /// <summary>Whether limits have a say in what the customer gets, or in whether he would have got what he is left alone for.</summary>
    public bool IsOpen => Decision.Kind is DecisionKind.Choice or DecisionKind.LeftAlone || Decision.ProposedBy != 0;

    /// <summary>Where the customer is counted among the figures; empty where none are.</summary>
    public List<int> Places { get; } = [];
}

/// <summary>
/// What a shard decided about its customers, for the close of the night, where what they take together is looked at: those of whom nothing
/// was decided are left out.
/// </summary>
internal sealed class ShardDecisions
{
    private readonly List<byte> _customers = [];
    private readonly List<int> _places = [];
    private readonly List<int> _rows = [];
    private int _count, _next;
    private long _control;

    public void Clear()
    {
        _customers.Clear();
        _places.Clear();
        _rows.Clear();
        (_count, _next, _control) = (0, 0, 0);
    }

    /// <param name="row">Place of the customer among the predictions of the shard, ascending.</param>
    public void Add(int row, long customerKey, in CustomerScore score, CustomerDecision decision)
    {
        if (decision.GetsNone) _control++;
        if (decision.Kind == DecisionKind.None && decision.Ended.Count == 0 && decision.Taken.Count == 0) return;
        _count++;
        if (decision.Kind != DecisionKind.None) _rows.Add(row);
        One(customerKey);
        One(decision.Kind);
        One(decision.ProposedBy);
        One((float)score.PChurn);
        One((float)score.SpendIfOrder);
        List(decision.Offers);
        List(decision.Ended);
        List(decision.Taken);

        void One<T>(T value)
            where T : unmanaged => _customers.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

        void List<T>(List<T> list)
            where T : unmanaged
        {
            One(list.Count);
            _customers.AddRange(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(list)));
        }
    }

    /// <summary>
    /// Where the customer of a row is counted among the figures: said of every row in their order, kept of those who may get an action.
    /// </summary>
    public void AddPlaces(int row, ReadOnlySpan<int> places)
    {
        if (_next >= _rows.Count || _rows[_next] != row) return;
        _next++;
        _places.AddRange(places);
    }

    /// <param name="plays">Ids, as offers number them.</param>
    /// <param name="places">Of each customer; 0 where none were added.</param>
    public byte[] ToBytes(IReadOnlyList<string> plays, int places)
    {
        using var bytes = new MemoryStream();
        using (var to = new BinaryWriter(new BrotliStream(bytes, CompressionLevel.Fastest)))
        {
            to.Write7BitEncodedInt(plays.Count);
            foreach (var play in plays) to.Write(play);
            to.Write(_control);
            to.Write7BitEncodedInt(places);
            to.Write7BitEncodedInt(_count);
            to.Write(_customers.Count);
            to.Write(CollectionsMarshal.AsSpan(_customers));
            foreach (var place in _places) to.Write7BitEncodedInt(place);
        }
        return bytes.ToArray();
    }
}
