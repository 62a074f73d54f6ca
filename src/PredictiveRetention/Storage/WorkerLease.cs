namespace PredictiveRetention.Storage;

/// <summary>How long a worker may be silent before others take its work over. Judged by the database's clock alone.</summary>
public static class WorkerLease
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    internal static long Ms => (long)Length.TotalMilliseconds;
}
