using System.CommandLine;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

/// <summary>`retain import` without a file: what was decided about the shop and its sources, shown or put right.</summary>
internal static class ImportChoices
{
    /// <summary>False where neither was asked for.</summary>
    public static bool Asked(
        Verb verb, Option<bool> show, Option<string?> zone, Option<string?> purchases, Option<string?> statuses, Option<string?> currency,
        Option<string> preset)
    {
        string?[] changes = [verb.Value(zone), verb.Value(purchases), verb.Value(statuses), verb.Value(currency)];
        if (!verb.Value(show) && changes.All(change => change is null)) return false;
        using var store = changes.All(change => change is null) ? verb.RequireStore() : verb.OpenFilledStore();
        if (verb.Value(currency) is { } code) store.Choices.ChangeCurrency(Currency.Parse(code));
        if (verb.Value(zone) is { } id)
        {
            var changed = store.Choices.ChangeZone(BusinessCalendar.InZone(id));
            Line(Invariant.Text($"Days begin at midnight of {id}; {changed.Moved:N0} wall-clock times were read anew."));
        }
        if (verb.Value(purchases) is { } rule) store.Choices.ChangePurchases(PurchaseRule.Parse(rule));
        if (verb.Value(statuses) is { } words)
        {
            var changed = store.Choices.ChangeStatuses(
                verb.Value(preset)!, words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            Line(Invariant.Text($"{changed.Recounted:N0} orders count otherwise now."));
        }
        Show(store);
        if (changes.Any(change => change is not null))
            Line("Next: retain train, then retain score --again: models and published figures are of before.");
        return true;
    }

    private static void Show(RetentionStore store)
    {
        var shop = store.RequireShop();
        Line($"currency    {shop.Currency.Code}  (before the first order: retain import --currency CODE)");
        Line($"time zone   {shop.Calendar.TimeZone.Id}  (retain import --time-zone ZONE)");
        Line($"purchases   {shop.Purchases}  (retain import --purchases default, merge-days, zero-value)");
        foreach (var choice in store.Choices.All())
            Line($"{choice.Preset} {choice.File}: {choice.Name} {choice.Value}  ({Why(choice)})");
    }

    private static string Why(SourceChoice choice) => choice.Basis switch
    {
        "asked" => "as asked",
        "shown" => "as the file shows",
        _ => "as in an earlier file",
    };
}
