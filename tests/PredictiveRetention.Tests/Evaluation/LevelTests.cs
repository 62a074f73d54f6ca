using PredictiveRetention.Evaluation;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.Evaluation;

public class LevelTests
{
    private static readonly Cutoff s_october = Cutoff.On(new DateOnly(2023, 10, 1));

    [Fact]
    public void OfOrders_RepeatsAQuarterOfThePastErrors_DrawnTowardsNothingByOneSpell()
    {
        List<OriginRecord> origins = [Record(100, 120), Record(100, 150)];
        Assert.Equal(0.25 * (Math.Log(1.2) + Math.Log(1.5)) / 2 * 2 / 3, Level.OfOrders(origins, 2, []), 12);
        Assert.Equal(0, Level.OfOrders([], 0, []));
    }

    [Fact]
    public void OfOrders_ASeasonOfAnEarlierYear_WeighsTwoThirds() =>
        Assert.Equal(0.25 * Math.Log(1.2) / 2 / 3 + Math.Log(1.3) * 2 / 3, Level.OfOrders([Record(100, 120)], 1, [Record(100, 130)]), 12);

    [Theory]
    [InlineData(0.01, 0.3)]
    [InlineData(0.8, 0.4)]
    [InlineData(0.999, 0.5)]
    [InlineData(0.5, -0.5)]
    public void Times_StaysAProbability_AndIsAFactorWhereOrdersAreRare(double probability, double level)
    {
        Assert.InRange(Level.ScaleOdds(probability, level), 0, 1);
        Assert.Equal(probability / (1 - probability) * Math.Exp(level),
            Level.ScaleOdds(probability, level) / (1 - Level.ScaleOdds(probability, level)), 9);
        if (probability < 0.05) Assert.InRange(Level.ScaleOdds(probability, level) / (probability * Math.Exp(level)), 0.99, 1);
    }

    [Fact]
    public void OfSpend_WhatAPurchaseIsWorth_IsTakenToRepeatInFull()
    {
        var origin = Record(100, 100, spendEach: 1.4);
        Assert.Equal(0, Level.OfOrders([origin], 1, []));
        Assert.Equal(Math.Log(1.4) / 2, Level.OfSpend([origin], 1, []), 12);
    }

    [Fact]
    public void AnOriginFurtherOffThanHalf_IsOdd_NotALevel()
    {
        Assert.Equal(0.5, Record(100, 1000).BuyersError);
        Assert.Equal(-0.5, Record(100, 0).BuyersError);
        Assert.Equal(0, new OriginRecord(s_october, 1, default, default, 1).ValueError);
    }

    [Fact]
    public void SeasonalDays_ComparesWhatComesWithWhatTheHistoryLayIn()
    {
        var past = new OriginPast();
        var slice = Slice(past);
        Assert.Equal(90 * 1.2, slice.SeasonalDays(90), 9);
        for (var day = 100; day < 200; day++) past.AddRepeat(s_october.Day - day);
        Assert.Equal(90 * 1.2 / 0.93, slice.SeasonalDays(90), 9);
        for (var day = 300; day < 360; day++) past.AddRepeat(s_october.Day - day);
        Assert.InRange(slice.SeasonalDays(90), 90 * 1.2 / 1.1, 90 * 1.2 / 0.94);
    }

    [Fact]
    public void SliceBuilder_TheSeasonSoFar_HoldsRepeatPurchasesBeforeTheOriginOnly()
    {
        var horizon = Horizon.OfDays(60);
        var known = Order(-200, -100, -50);
        Assert.Equal(1 / 0.93, 1 / Past(known).SeasonIndex, 9);
        Assert.Equal(Past(known).SeasonIndex, Past(Order(-200, -100, -50, 0, 1, 59)).SeasonIndex);
        Assert.Equal(1, Past(Order(-200, 3)).SeasonIndex);

        OriginPast Past(Order[] orders) =>
            new SliceBuilder(Currency.Parse("GBP"), default, FeatureSchema.For(default, 200))
                .Build(SimulatedHistories.Shards([(1, orders)]), [(s_october, horizon)], 1, default)[(s_october, horizon)].Past;

        static Order[] Order(params int[] days) => [.. days.Select(day => new Order(s_october.Day + day, 1000))];
    }

    private static OriginRecord Record(double expected, double came, double spendEach = 1) =>
        new(s_october, 1000, new BtydLevel(expected, expected, expected), new BtydLevel(came, came, came * spendEach), 1);

    private static LabelledSlice Slice(OriginPast past) => new(s_october, Horizon.OfDays(90), 0, [], [], [], [], [], [], [], past);
}
