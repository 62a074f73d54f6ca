using Microsoft.Extensions.Time.Testing;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests;

public sealed class StandingFaultsTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 10, 2, 0, 0, TimeSpan.Zero));
    private readonly HeardFaults _heard;

    public StandingFaultsTests() => _heard = new HeardFaults(_clock);

    [Fact]
    public void A_fault_is_told_once_counted_and_over_when_the_work_succeeds()
    {
        var began = _clock.GetUtcNow();
        for (var pass = 0; pass < 5; pass++)
        {
            Assert.False(_heard.Faults.Try("beating", () => throw new IOException("the disk of " + _clock.GetUtcNow())));
            _clock.Advance(TimeSpan.FromSeconds(15));
        }
        var standing = Assert.Single(_heard.Faults.All);
        Assert.Equal(("beating", 5L, began), (standing.Work, standing.Times, standing.Since));
        Assert.True(_heard.Faults.Try("beating", () => { }));
        Assert.Empty(_heard.Faults.All);
        Assert.Equal(["begins beating", "ends beating"], _heard.All);
    }

    [Fact]
    public void A_fault_of_another_kind_is_told_too_and_two_that_take_turns_are_not_told_each_time()
    {
        for (var turn = 0; turn < 3; turn++)
        {
            _heard.Faults.Begin("beating", new IOException("full") { HResult = 28 });
            _heard.Faults.Begin("beating", new IOException("broken") { HResult = 5 });
            _heard.Faults.Begin("beating", new InvalidOperationException("a bug"));
        }
        Assert.Equal(3, _heard.All.Count);
        Assert.Equal(9, Assert.Single(_heard.Faults.All).Times);
    }

    [Fact]
    public void What_several_do_stands_by_name()
    {
        _heard.Faults.Begin("b", new IOException());
        _heard.Faults.Begin("a", new IOException());
        _heard.Faults.End("c");
        Assert.Equal(["a", "b"], _heard.Faults.All.Select(fault => fault.Work));
    }

    [Fact]
    public void Telling_may_fail_too()
    {
        var faults = new StandingFaults(_clock)
        {
            OnBegin = _ => throw new IOException("the log is on the same disk"),
            OnEnd = _ => throw new IOException()
        };
        Assert.False(faults.Try("beating", () => throw new IOException()));
        Assert.True(faults.Try("beating", () => { }));
    }

    [Fact]
    public async Task Repeated_work_goes_on_after_any_fault_until_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var passes = 0;
        Exception?[] become =
        [
            new IOException(), null, new InvalidOperationException("a bug"), new OperationCanceledException("not the one asked for"), null,
        ];
        var done = become.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        var work = _heard.Faults.RepeatAsync("delivering", TimeSpan.FromSeconds(3), () =>
        {
            var pass = passes++;
            if (pass < done.Count) done[pass].SetResult();
            return become[pass % become.Length] is { } fault ? Task.FromException(fault) : Task.CompletedTask;
        }, stop.Token);
        foreach (var pass in done)
        {
            await pass.Task.WaitAsync(TimeSpan.FromSeconds(60));
            _clock.Advance(TimeSpan.FromSeconds(3));
        }
        await _heard.EndsAsync("delivering");
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        Assert.False(work.IsFaulted);
    }
}
