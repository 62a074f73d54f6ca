using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Runs;
using PredictiveRetention.Storage;
using static PredictiveRetention.Training.StandardOutput;

namespace PredictiveRetention.Training.Verbs;

internal static class ImportVerb
{
    private static readonly Option<string> s_preset = new("--preset")
    {
        Description = string.Join(", ", ImportRequest.Presets) + ", or the path of a preset of your own (.sql)",
        DefaultValueFactory = _ => "generic"
    };
    private static readonly Argument<string?> s_file = new("file")
    {
        Description = "the preset's main file, or the folder of its tables (the same as --orders)", Arity = ArgumentArity.ZeroOrOne
    };
    private static readonly Option<string?> s_orders = new("--orders") { Description = "orders, or their line items" };
    private static readonly Option<string?> s_customers = new("--customers") { Description = "customers" };
    private static readonly Option<string?> s_refunds = new("--refunds") { Description = "refunds" };
    private static readonly Option<string?> s_events = new("--events") { Description = "e-mails, visits, app sessions, tickets" };
    private static readonly Option<string?> s_subscriptions = new("--subscriptions") { Description = "subscriptions" };
    private static readonly Option<string?> s_map =
        new("--map") { Description = "JSON that names columns and formats where detection is wrong" };
    private static readonly Option<string?> s_statuses =
        new("--statuses")
        {
            Description =
            "order statuses that are a sale, such as delivered,shipped (default: the preset's, or all but cancelled, failed and the like)"
        };
    private static readonly Option<string?> s_currency =
        new("--currency") { Description = "the shop's currency, where the files name none (ISO 4217)" };
    private static readonly Option<string?> s_zone =
        new("--time-zone") { Description = "the shop's time zone (IANA; default: the store's, the preset's, or UTC)" };
    private static readonly Option<string?> s_purchases =
        new("--purchases")
        {
            Description =
            "what counts as one purchase: zero-value (orders worth nothing are purchases too), merge-days (a customer's orders of one day "
                + "are one), both with a comma, or default; without files it changes the store's choice"
        };
    private static readonly Option<string?> s_dateOrder = Setting("--date-order", "dmy", "mdy", "ymd",
        "order of day and month in dates that show none (kept for the source's next files)");
    private static readonly Option<string?> s_decimalMark = Setting("--decimal-mark", ".", ",", null,
        "mark before the decimals of amounts that show none (kept)");
    private static readonly Option<string?> s_amountUnit = Setting("--amount-unit", "major", "minor", null,
        "whether amounts are in the currency's smallest units (kept)");
    private static readonly Option<string?> s_negatives = Setting("--negatives", "refunds", "left-out", null,
        "what negative rows of a list of orders are (kept; default: refunds where they name an order of their customer)");
    private static readonly Option<string?> s_orderIds = Setting("--order-ids", "shop", "customer", null,
        "whether an order id is one order of the shop or of its customer only (kept; default: as the file shows)");
    private static readonly Option<bool> s_acceptRejects = new("--accept-rejects")
    {
        Description = "store what can be used even if most rows of a file cannot"
    };
    private static readonly Option<bool> s_showChoices = new("--show-choices")
    {
        Description = "list what was decided about the shop and its files, and how to change it; imports nothing"
    };
    private static Option<string?> Setting(string name, string first, string second, string? third, string description)
    {
        string[] words = third is null ? [first, second] : [first, second, third];
        var option = new Option<string?>(name) { Description = $"{string.Join(" or ", words)}: {description}" };
        option.Validators.Add(value =>
        {
            if (value.GetValueOrDefault<string?>() is { } word && !words.Contains(word))
                value.AddError($"'{word}' is no {name}: {string.Join(" or ", words)}.");
        });
        return option;
    }

    private static readonly Option<string?> s_rejects =
        new("--rejects") { Description = "where rejected rows go (default: FILE.rejects.csv in the current folder)" };
    private static readonly Option<int> s_maxUnpacked = new("--max-unpacked-mb")
    {
        Description = "what one packed file may unpack to, in MB",
        DefaultValueFactory = _ => (int)(FileLimits.UnpackedBytes >> 20),
    };

    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "read and report, store nothing" };

    static ImportVerb()
    {
        s_file.Validators.Add(file =>
        {
            // Taken for the file, a misspelt --dry-run would import.
            foreach (var word in file.Tokens.Select(token => token.Value).Where(word => word.StartsWith('-')))
                file.AddError($"'{word}' is no option of import; retain import --help lists them.");
        });
        s_maxUnpacked.Validators.Add(size =>
        {
            if (size.GetValueOrDefault<int>() < 1) size.AddError("--max-unpacked-mb takes a whole number above 0.");
        });
    }

    public static Command Command() => Verb.Command(
        "import",
        "Reads orders, refunds, customers, events and subscriptions into the store.\n  Example: retain import --preset generic --orders "
            + "orders.csv --refunds refunds.csv",
        VerbUses.Store,
        [
            s_file, s_preset, s_orders, s_customers, s_refunds, s_events, s_subscriptions, s_map, s_statuses, s_currency, s_zone,
            s_purchases, s_dateOrder, s_decimalMark, s_amountUnit, s_negatives, s_orderIds, s_acceptRejects, s_showChoices, s_rejects,
            s_maxUnpacked, s_dryRun,
        ],
        Run);

    private static void Run(Verb verb)
    {
        if (verb.Value(s_orders) is { } option && verb.Value(s_file) is { } beside)
            throw new RetentionException(Failure.Usage,
                $"The main file is named twice: --orders {option} and {beside}. One import reads one.");
        var orders = verb.Value(s_orders) ?? verb.Value(s_file);
        string?[] files = [orders, verb.Value(s_customers), verb.Value(s_refunds), verb.Value(s_events), verb.Value(s_subscriptions)];
        var named = files.FirstOrDefault(file => file is not null);
        if (named is null && verb.Value(s_dryRun))
            throw new RetentionException(Failure.Usage, "Name the file to try: retain import --dry-run --orders FILE");
        if (named is null && ImportChoices.Asked(verb, s_showChoices, s_zone, s_purchases, s_statuses, s_currency, s_preset)) return;
        if (named is null)
            throw new RetentionException(Failure.Usage, "Name the file to import: retain import --preset generic --orders FILE");
        var dryRun = verb.Value(s_dryRun);
        var wasThere = dryRun || RetentionStore.FindSchema(verb.StoreName) is not null;
        try
        {
            Import(verb, orders, named, dryRun);
        }
        catch when (!wasThere)
        {
            RetentionStore.RemoveIfEmpty(verb.StoreName);
            throw;
        }
    }

    /// <param name="verb">The command.</param>
    /// <param name="orders">The main file, where there is one.</param>
    /// <param name="named">The first file that was named: rejected rows go beside it.</param>
    /// <param name="dryRun">Nothing is stored.</param>
    private static void Import(Verb verb, string? orders, string named, bool dryRun)
    {
        using var store = dryRun ? verb.FindStore() : verb.OpenStore();
        var request = new ImportRequest
        {
            Preset = verb.Value(s_preset)!,
            OrdersFile = orders,
            CustomersFile = verb.Value(s_customers),
            RefundsFile = verb.Value(s_refunds),
            EventsFile = verb.Value(s_events),
            SubscriptionsFile = verb.Value(s_subscriptions),
            MappingFile = verb.Value(s_map),
            Calendar = verb.Value(s_zone) is { } zone ? BusinessCalendar.InZone(zone) : null,
            Settings = Settings(verb),
            AcceptRejects = verb.Value(s_acceptRejects),
            ShopCurrency = verb.Value(s_currency),
            Statuses = verb.Value(s_statuses)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Purchases = verb.Value(s_purchases) is { } rule ? PurchaseRule.Parse(rule) : null,
            UnpackedBytesMax = (long)verb.Value(s_maxUnpacked) << 20,
            NowMs = verb.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var rejects = verb.Value(s_rejects)
            ?? (dryRun ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(named))) + ".rejects.csv");
        try
        {
            var outcome = verb.Terminal.Follow("importing", progress => ImportRun.Execute(
                store, request, dryRun, rejects, progress.Adapt<ImportProgress>(p => new Step(p.Rows, p.Total ?? 0, p.Kind)),
                verb.Cancellation));
            Print(verb, outcome, dryRun);
        }
        catch (ImportRefusedException refused)
        {
            Print(verb, refused.Outcome, dryRun);
            throw;
        }
    }

    private static Dictionary<string, string> Settings(Verb verb)
    {
        (string Name, string? Value)[] settings =
        [
            ("$date_order", verb.Value(s_dateOrder)), ("$decimal_mark", verb.Value(s_decimalMark)),
            ("$amount_unit", verb.Value(s_amountUnit)),
            ("$negatives", verb.Value(s_negatives)), ("$order_ids", verb.Value(s_orderIds)),
        ];
        return settings.Where(setting => setting.Value is not null).ToDictionary(setting => setting.Name, setting => setting.Value!);
    }

    private static void Print(Verb verb, ImportOutcome outcome, bool dryRun)
    {
        if (verb.Json)
        {
            verb.PrintJson(outcome);
            return;
        }
        foreach (var file in outcome.Mapping.Files)
        {
            Line($"{Shown(file.Path)} ({file.Format}{(file.Encoding is null ? "" : ", " + file.Encoding)}"
                + $"{(file.Delimiter is null ? "" : $", delimiter '{file.Delimiter}'")}"
                + $"{(file.Grain is null
                    ? ""
                    : $", one row a{("aeiou".Contains(file.Grain[0], StringComparison.Ordinal) ? "n " : " ")}{file.Grain}")})");
            foreach (var column in file.Columns)
                Line($"  {column.Field,-20} <- {ForeignText.Shown(column.Header)}{(column.Format is null ? "" : $" ({column.Format})")}"
                    + $"{(column.ChosenBy == "name" ? "" : $"  [{column.ChosenBy}]")}{Examples(column)}");
            if (file.Ignored.Count > 0) Line($"  not used: {ForeignText.Shown(file.Ignored)}");
            foreach (var doubt in file.Doubts) Line($"  doubted: {Shown(doubt)}");
            foreach (var assumption in file.Assumptions) Line($"  assumed: {Shown(assumption)}");
        }
        foreach (var file in outcome.Report.Files)
        {
            Line($"{file.File}: {Rows(file.RowsRead)} read, {Counted(file)}{Range(file, outcome.Mapping.TimeZone)}");
            foreach (var stored in file.Stored)
                Line($"  {stored.Count,12:N0} {stored.Kind}{Sum(stored.Amount, outcome.Report.ShopCurrency)}");
            foreach (var reason in file.Rejected)
                Line($"  {reason.Count,12:N0} {(reason.IsUnderstood ? "left out" : "rejected")}: "
                    + $"{Shown(reason.Reason)}{Sum(reason.Amount, reason.Currency)}"
                    + $"{(reason.Example is { } example ? $" (first {Shown(example)})" : "")}");
            if (file.RejectedByMonth is { Count: > 0 } months)
                Line("               by month: "
                    + string.Join(", ", months.Select(month => Invariant.Text($"{month.Month ?? "no date"} {month.Rows:N0}"))));
            if (file.Nobody is { } nobody)
                Line(Invariant.Text($"  {nobody.Orders,12:N0} orders of nobody known, {nobody.Amount:N2} {outcome.Report.ShopCurrency}")
                    + Invariant.Text($" of which {nobody.Refunded:N2} went back; {nobody.Sales:N0} of them are sales, ")
                    + Invariant.Text($"{nobody.SalesAmount:N2} less {nobody.SalesRefunded:N2}: in no customer's figure, beside the "
                    + $"totals"));
            foreach (var note in file.Notes) Line($"  {note.Count,12:N0} noted: {Shown(note.Note)}{First(note.ExampleLine)}");
            foreach (var money in file.Money)
            {
                var leftOut = money.LeftOut == 0 ? "" : Invariant.Text($" + left out {money.LeftOut:N2}");
                var rounding = money.Rounding == 0 ? "" : Invariant.Text($" + rounding {money.Rounding}");
                var unknown = money.UnknownRows == 0 ? "" : Invariant.Text($"; that of {Rows(money.UnknownRows)} is unknown");
                Line(Invariant.Text($"  money: read {money.Read:N2} = stored {money.Stored:N2}{leftOut} + rejected {money.Rejected:N2}")
                    + $"{rounding} {money.Currency}{unknown}");
            }
        }
        Line(outcome.Stored is { } result
            ? Invariant.Text(
                $"Stored as import {result.ImportId}: {result.Inserted:N0} rows new, {result.Updated:N0} changed, {result.Unchanged:N0} "
                    + $"there already.")
            : dryRun ? "Dry run: nothing was stored." : "Nothing was stored.");
        // A first import has nothing to move or to take back.
        if (outcome.Stored is { ImportId: > 1 } later)
            Line($"Moved to another customer: {later.Moved:N0} orders. Taken back: {later.TakenBack:N0} refunds.");
        if (outcome.RejectsFile is { } rejects) Line($"Rejected rows: {rejects}");
    }

    private static string Examples(ColumnMapping column) => column.Examples is { Count: > 0 } cells
        ? "  " + string.Join(", ", cells.Select(cell => ForeignText.Shown(cell, 30)))
        : "";

    private static string Sum(decimal? amount, string? currency) => amount is { } known ? Invariant.Text($", {known:N2} {currency}") : "";

    private static string First(long? line) => line is { } known ? Invariant.Text($" (first at line {known})") : "";

    private static string Rows(long count) => count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} rows");

    private static string Counted(FileQuality file) => Invariant.Text($"{file.RowsAtFault:N0} rejected")
        + (file.RowsRejected > file.RowsAtFault ? Invariant.Text($", {file.RowsRejected - file.RowsAtFault:N0} left out") : "");

    /// <summary>Days of the shop.</summary>
    private static string Range(FileQuality file, string timeZone) =>
        file is { FirstMs: { } first, LastMs: { } last } && BusinessCalendar.InZone(timeZone) is var calendar
            ? string.Create(CultureInfo.InvariantCulture,
                $", {BusinessCalendar.DateOf(calendar.DayOf(first)):yyyy-MM-dd} to "
                    + $"{BusinessCalendar.DateOf(calendar.DayOf(last)):yyyy-MM-dd}")
            : "";

    /// <summary>Sentences and paths that hold words of a file.</summary>
    private static string Shown(string text) => ForeignText.Shown(text, 1000);
}
