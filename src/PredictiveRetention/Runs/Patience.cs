using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Asks a database that does not answer again, with growing pauses, until it does or patience ends. Only for calls that may be repeated.</summary>
internal sealed class Patience(RetentionStore store, TimeSpan atMost)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    public void With(Action call, CancellationToken cancellation) => With(() =>
    {
        call();
        return true;
    }, cancellation);

    public T With<T>(Func<T> call, CancellationToken cancellation)
    {
        var until = Environment.TickCount64 + atMost.TotalMilliseconds;
        var pause = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            try
            {
                return call();
            }
            catch (Exception fault) when (store.IsPassing(fault) && Environment.TickCount64 < until)
            {
                cancellation.WaitHandle.WaitOne(pause);
                cancellation.ThrowIfCancellationRequested();
                pause = pause * 2 < s_longest ? pause * 2 : s_longest;
            }
        }
    }
}
