using System.IO.Compression;
using System.Runtime.InteropServices;
using PredictiveRetention.Playbooks.Assignments;

namespace PredictiveRetention.Runs;

/// <summary>What a worker decided about a shard, read back.</summary>
internal sealed class WrittenDecisions
{
    private readonly byte[] _bytes;

    public WrittenDecisions(byte[] bytes)
    {
        _bytes = bytes;
        using var from = Open();
        Plays = ReadPlays(from);
        ControlGroup = from.ReadInt64();
    }

    /// <summary>Ids, as offers number them.</summary>
    public IReadOnlyList<string> Plays { get; }

    /// <summary>Customers of the shard in it.</summary>
    public long ControlGroup { get; }

    /// <summary>In the order of the shard; each valid until the next.</summary>
    /// <param name="withPlaces">Also where each is counted among the figures.</param>
    public IEnumerable<DecidedCustomer> Customers(bool withPlaces = false)
    {
        // Unpacked as a whole: byte by byte out of a packed stream takes many times as long.
        using var whole = new MemoryStream();
        using (var packed = new BrotliStream(new MemoryStream(_bytes), CompressionMode.Decompress)) packed.CopyTo(whole);
        using var from = new BinaryReader(new MemoryStream(whole.GetBuffer(), 0, (int)whole.Length));
        ReadPlays(from);
        from.ReadInt64();
        var (places, count, size) = (from.Read7BitEncodedInt(), from.Read7BitEncodedInt(), from.ReadInt32());
        var begin = (int)from.BaseStream.Position;
        using var customers = new BinaryReader(new MemoryStream(whole.GetBuffer(), begin, size));
        from.BaseStream.Position = begin + size;
        var customer = new DecidedCustomer();
        for (var i = 0; i < count; i++)
        {
            customer.CustomerKey = customers.ReadInt64();
            var decision = customer.Decision;
            decision.Kind = (DecisionKind)customers.ReadByte();
            decision.ProposedBy = customers.ReadInt64();
            customer.PChurn = customers.ReadSingle();
            customer.Spend = customers.ReadSingle();
            Fill(customers, decision.Offers);
            Fill(customers, decision.Ended);
            Fill(customers, decision.Taken);
            customer.Places.Clear();
            if (withPlaces && decision.Kind != DecisionKind.None)
                for (var place = 0; place < places; place++) customer.Places.Add(from.Read7BitEncodedInt());
            yield return customer;
        }
    }

    private BinaryReader Open() => new(new BrotliStream(new MemoryStream(_bytes), CompressionMode.Decompress));

    private static List<string> ReadPlays(BinaryReader from) =>
        [.. Enumerable.Range(0, from.Read7BitEncodedInt()).Select(_ => from.ReadString())];

    private static void Fill<T>(BinaryReader from, List<T> list)
        where T : unmanaged
    {
        CollectionsMarshal.SetCount(list, from.ReadInt32());
        from.BaseStream.ReadExactly(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(list)));
    }
}
