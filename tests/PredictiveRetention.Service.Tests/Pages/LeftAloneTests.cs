using System.Globalization;
using System.Text.Json;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>Who is left alone so that plays can be measured is in no list people act on, and is counted where one looks for it.</summary>
public sealed class LeftAloneTests(TwoNights nights) : IClassFixture<TwoNights>
{
    private IReadOnlyList<PredictionRow> Rows => [.. nights.Service.Store.Predictions.ReadAll(nights.Second)];

    private IReadOnlyList<PredictionRow> Alone =>
        [.. Rows.Where(row => (NoAction?)row.NoAction is NoAction.HeldOut or NoAction.ControlGroup)];

    [Fact]
    public async Task A_customers_page_says_so_and_what_was_planned()
    {
        using var admin = nights.Service.Admin();
        var alone = Rows.First(row => row.NoAction == (int)NoAction.HeldOut);
        var (status, page) = await PageReader.ReadAsync(admin, "/customers/" + alone.CustomerId);
        Assert.Equal(200, status);
        Assert.Contains("Nothing, on purpose. This customer is left alone", PageReader.MainOf(page), StringComparison.Ordinal);
        Assert.Contains("left alone, to measure the play", PageReader.TextOf(page.QuerySelector("#assigned")!), StringComparison.Ordinal);
        // Nor is there work to do, as there is on the page of somebody who gets a play; that says when it is due for the customer.
        Assert.Null(page.QuerySelector("#work"));
        var other = Rows.First(row => row.PlayId is not null);
        var (_, told) = await PageReader.ReadAsync(admin, "/customers/" + other.CustomerId);
        Assert.NotNull(told.QuerySelector("#work form"));
        var due = Playbook.Shipped().Find(other.PlayId!)!.DueWhen;
        Assert.DoesNotContain("onth", due, StringComparison.Ordinal);
        Assert.Contains(due, PageReader.MainOf(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_playbook_counts_them_beside_those_who_get_the_play()
    {
        using var admin = nights.Service.Admin();
        var headline = nights.Service.Store.Runs.Find(nights.Second)!.Headline!;
        var play = headline.LeftAlone!.First(one => headline.Plays.Any(other => other.Key == one.Key));
        var all = play.Customers + headline.Plays.First(one => one.Key == play.Key).Customers;
        var (_, page) = await PageReader.ReadAsync(admin, "/playbook");
        var card = page.QuerySelector("#" + play.Key)!.ParentElement!;
        var said = string.Create(CultureInfo.InvariantCulture, $"Left alone to measure it {play.Customers} of {all}, the control group");
        Assert.Contains(said, PageReader.TextOf(card), StringComparison.Ordinal);
        var control = string.Create(CultureInfo.InvariantCulture, $"{headline.ControlGroup} customers are the control group");
        Assert.Contains(control, PageReader.MainOf(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_says_how_many_more_match()
    {
        using var admin = nights.Service.Admin();
        var (_, page) = await PageReader.ReadAsync(admin, "/risk?lost=false");
        var more = Alone.Count(row => !row.Lost);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"{more} more match and are in no list"), PageReader.MainOf(page),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_may_ask_for_them()
    {
        using var admin = nights.Service.Admin();
        var answer = JsonDocument.Parse(await admin.GetStringAsync("/api/v1/predictions?left_alone=true&limit=1000")).RootElement;
        var found = answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("customerId").GetString()!);
        Assert.Equal(Alone.Select(row => row.CustomerId).Order(), found.Order());
        var actions = JsonDocument.Parse(await admin.GetStringAsync("/api/v1/actions?limit=1000")).RootElement;
        Assert.Empty(actions.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("customerId").GetString()!)
            .Intersect(Alone.Select(row => row.CustomerId)));
    }
}
