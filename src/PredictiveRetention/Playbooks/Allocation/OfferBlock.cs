namespace PredictiveRetention.Playbooks.Allocation;

/// <summary>
/// The offers of some customers: those of customer i lie in [Starts[i], Starts[i + 1]). In a book the unit of work of a thread, so that
/// sums are made in the same order whatever the number of threads.
/// </summary>
/// <param name="Costs">In steps of the book.</param>
internal sealed record OfferBlock(int[] Starts, byte[] Plays, float[] Worths, int[] Costs)
{
    /// <summary>In every block of a book but the last.</summary>
    public const int Customers = 4096;

    /// <summary>The option of getting nothing; others are the number of the offer among those of the customer.</summary>
    public const byte Nothing = byte.MaxValue;

    public int Count => Starts.Length - 1;

    public (int From, int To) Span(int customer) => (Starts[customer], Starts[customer + 1]);
}
