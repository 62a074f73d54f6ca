namespace PredictiveRetention.Tests.Segments;

/// <summary>Bytes a piece of code allocates on this thread.</summary>
internal static class Allocated
{
    /// <summary>
    /// The least of some rounds: a code that allocates does so in each, while the runtime's own tables (its cast cache, for
    /// one) grow now and then on whichever thread happens to run.
    /// </summary>
    public static long By(Action round)
    {
        round();
        return Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
