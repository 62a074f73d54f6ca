using Microsoft.Extensions.DependencyInjection;
using PredictiveRetention.Service.Pages;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>What pages keep of runs that do not change: asked for once, and never an answer of another question.</summary>
public sealed class KeptTests : IDisposable
{
    private readonly SqliteUnderTest _engine = new();
    private readonly ServiceUnderTest _service;

    public KeptTests() => _service = new ServiceUnderTest(_engine).WithPublishedNight(trained: false);

    public void Dispose() => _service.Dispose();

    private FigureShelf Shelf => _service.Services.GetRequiredService<FigureShelf>();

    private KeptAnswers Kept => ActivatorUtilities.CreateInstance<KeptAnswers>(_service.Services);

    [Fact]
    public async Task Figures_are_read_once_a_run_and_those_of_the_last_three_are_kept()
    {
        for (var night = 0; night < 3; night++) _service.Night(_service.Store, again: true);
        var runs = Enumerable.Range(1, 4).Select(run => _service.Store.Runs.Find(run)!).ToList();
        var first = await Shelf.OfAsync(runs[0], default);
        Assert.Same(first, await Shelf.OfAsync(runs[0], default));
        Assert.Same(first.Rows("kpis"), first.Rows("kpis"));
        List<Shelved> later = [];
        foreach (var run in runs.Skip(1)) later.Add(await Shelf.OfAsync(run, default));
        for (var i = 0; i < later.Count; i++) Assert.Same(later[i], await Shelf.OfAsync(runs[i + 1], default));
        Assert.NotSame(first, await Shelf.OfAsync(runs[0], default));
    }

    [Fact]
    public async Task A_run_that_was_dropped_is_another_than_the_published_one_of_its_number()
    {
        var run = _service.Store.Runs.Find(1)!;
        var published = await Shelf.OfAsync(run, default);
        Assert.NotSame(published, await Shelf.OfAsync(run with { State = RunState.Dropped }, default));
        Assert.Same(published, await Shelf.OfAsync(run, default));
    }

    [Fact]
    public async Task A_store_that_was_away_is_asked_again()
    {
        var (shelf, kept, run) = (Shelf, Kept, _service.Store.Runs.Find(1)!);
        _engine.TakeAway();
        await Assert.ThrowsAsync<RetentionException>(() => shelf.OfAsync(run, default));
        await Assert.ThrowsAsync<RetentionException>(() => kept.TopAsync(1, new PredictionFilter(), PredictionOrder.Clv, 10, default));
        await Assert.ThrowsAsync<RetentionException>(() => kept.OkrAsync(run, default));
        _engine.BringBack();
        Assert.NotEmpty((await shelf.OfAsync(run, default)).Rows("kpis"));
        Assert.NotEmpty(await kept.TopAsync(1, new PredictionFilter(), PredictionOrder.Clv, 10, default));
        Assert.NotNull(await kept.OkrAsync(run, default));
    }

    [Fact]
    public async Task The_beginning_of_a_list_is_kept_by_run_filter_order_and_length()
    {
        var kept = Kept;
        var lost = new PredictionFilter { Lost = true };
        var top = await kept.TopAsync(1, new PredictionFilter(), PredictionOrder.Clv, 10, default);
        Assert.Same(top, await kept.TopAsync(1, new PredictionFilter(), PredictionOrder.Clv, 10, default));
        Assert.NotSame(top, await kept.TopAsync(1, lost, PredictionOrder.Clv, 10, default));
        Assert.NotSame(top, await kept.TopAsync(1, new PredictionFilter(), PredictionOrder.PChurn, 10, default));
        Assert.Equal(11, (await kept.TopAsync(1, new PredictionFilter(), PredictionOrder.Clv, 11, default)).Count);
        Assert.All(await kept.TopAsync(1, lost, PredictionOrder.Clv, 10, default), row => Assert.True(row.Lost));
    }

    [Fact]
    public async Task What_goes_on_between_two_questions_and_what_is_long_is_not_kept()
    {
        var kept = Kept;
        foreach (var (filter, limit) in new[] { (new PredictionFilter { WorkOwner = ActionWork.Nobody }, 5),
            (new PredictionFilter(), 500) })
            Assert.NotSame(await kept.TopAsync(1, filter, PredictionOrder.Clv, limit, default),
                await kept.TopAsync(1, filter, PredictionOrder.Clv, limit, default));
        var before = await kept.TotalsAsync(1, new PredictionFilter { WorkOwner = ActionWork.Nobody }, default);
        var customer = (await kept.TopAsync(1, new PredictionFilter { HasAction = true }, PredictionOrder.Clv, 1, default)).Single();
        _engine.Execute(
            $"INSERT INTO action_work (customer_key, play_id, owner, status, version, changed_at_ms) VALUES ({customer.CustomerKey}, "
                + $"'{customer.PlayId}', 'anna', 'open', 1, 1)");
        Assert.Equal(before.Customers - 1,
            (await kept.TotalsAsync(1, new PredictionFilter { WorkOwner = ActionWork.Nobody }, default)).Customers);
    }

    [Fact]
    public async Task Totals_and_moves_are_those_of_the_run_also_when_many_have_been_asked_for()
    {
        var kept = Kept;
        var all = await kept.TotalsAsync(1, new PredictionFilter(), default);
        var rows = _service.Store.Predictions.ReadAll(1).ToList();
        Assert.Equal(rows.Count, all.Customers);
        for (var i = 0; i < 310; i++) // more than are kept
        {
            var least = i / 310.0;
            var found = await kept.TotalsAsync(1, new PredictionFilter { MinPChurn = least }, default);
            Assert.Equal(rows.Count(row => row.PChurn >= least), found.Customers);
        }
        Assert.Equal(all, await kept.TotalsAsync(1, new PredictionFilter(), default));
        _service.Night(_service.Store, again: true);
        Assert.Equal(await kept.IntoHighRiskAsync(2, 1, default), await _service.Store.Predictions.MovedIntoHighRiskAsync(2, 1, default));
    }

    [Fact]
    public async Task Targets_and_calculations_are_kept_by_run_and_question()
    {
        var (kept, run) = (Kept, _service.Store.Runs.Find(1)!);
        Assert.Same(await kept.OkrAsync(run, default), await kept.OkrAsync(run, default));
        var asked = new PredictiveRetention.Insights.WhatIf.WhatIfRequest { ConversionPoints = 1 };
        Assert.Same(await kept.WhatIfAsync(run, asked, default), await kept.WhatIfAsync(run, asked with { }, default));
        Assert.NotSame(await kept.WhatIfAsync(run, asked, default),
            await kept.WhatIfAsync(run, asked with { ConversionPoints = 2 }, default));
    }
}
