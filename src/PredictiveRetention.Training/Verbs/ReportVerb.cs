using System.CommandLine;
using System.Globalization;
using PredictiveRetention.Insights.Okr;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Presentation.Reports;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Presentation.Writing;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training.Verbs;

/// <summary>Writes a report of a run as a file.</summary>
internal static class ReportVerb
{
    private static readonly Argument<string> s_kind =
        new("REPORT")
        {
            Description =
            "executive (a summary), monthly (segments month by month, every question answered) or performance (objectives, KPIs, "
                + "cohorts, recommendations)"
        };
    private static readonly Option<string> s_format = new("--format")
    {
        Description = "html (one self-contained file), pdf (needs Chromium) or json", DefaultValueFactory = _ => "html"
    };
    private static readonly Option<string?> s_out =
        new("--out") { Description = "file to write (default: REPORT-ASOF-runN.FORMAT in the current folder)" };
    private static readonly Option<string?> s_culture =
        new("--culture")
        {
            Description =
            "how numbers and dates are written, such as en-GB or en-IN (default: as the shop's currency suggests)"
        };
    private static readonly Option<string?> s_targets =
        new("--targets") { Description = "YAML file of your targets; without it every KPI is shown without one" };
    private static readonly Option<string?> s_plays =
        new("--plays") { Description = "folder of your own plays, where the run was made with some" };

    public static Command Command() => Verb.Command(
        "report",
        "Writes a report of the published night, its numbers compared with the store; exit code 6 when one differs, 7 when a PDF is "
            + "asked for and no Chromium is there.\n  Example: retain report executive --format pdf --out summary.pdf",
        VerbUses.Store | VerbUses.Models,
        [s_kind, s_format, s_out, AskedRun.AsOf, AskedRun.RunId, s_culture, s_targets, s_plays],
        RunAsync);

    private static async Task RunAsync(Verb verb)
    {
        var kind = Known<ReportKind>(verb.Value(s_kind)!, "report");
        var format = Known<ReportFormat>(verb.Value(s_format)!, "--format");
        var culture = verb.Value(s_culture) is { } name ? WorkspaceCulture.For(name) : null;
        var targets = verb.Value(s_targets) is { } file ? TargetsFile.Read(file) : Targets.None;
        var playbook = verb.Value(s_plays) is { } folder ? Playbook.Shipped().OverriddenBy(PlayFolder.Read(folder)) : Playbook.Shipped();
        if (format == ReportFormat.Pdf) Chromium.Require();
        if (verb.Value(s_out) is { } asked && Path.GetDirectoryName(Path.GetFullPath(asked)) is { } home && !Directory.Exists(home))
            throw new RetentionException(Failure.NotFound, $"--out: the folder '{home}' does not exist; nothing was written.");
        using var store = verb.RequireStore();
        var run = await AskedRun.OfAsync(verb, store);
        var shop = await store.RequireShopAsync(verb.Cancellation);
        var texts = new Localiser(CultureInfo.GetCultureInfo(Localiser.Languages[0]));
        var press = new ReportPress(store, playbook, targets, texts,
            new Writer(culture ?? WorkspaceCulture.For(shop.Currency), shop.Currency, shop.Calendar.TimeZone), verb.Clock);
        var path = verb.Value(s_out) ?? ReportPress.NameOf(kind, run.AsOf.ToString(), run.RunId, format);
        verb.Terminal.Say(
            $"retain: writing the {ReportPress.WordOf(kind)} report of run {run.RunId.ToString(CultureInfo.InvariantCulture)}");
        var printed = await press.WriteAsync(run, kind, format, path, verb.Cancellation);
        if (verb.Json) verb.PrintJson(printed);
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{path}: {printed.Bytes:N0} bytes, {printed.Compared:N0} numbers compared with the "
                + $"store"
                + $"{(printed.Missing > 0
                    ? string.Create(CultureInfo.InvariantCulture, $", {printed.Missing:N0} not available and said so")
                    : "")}"));
    }

    private static T Known<T>(string word, string what)
        where T : struct, Enum =>
        Enum.TryParse<T>(word, ignoreCase: true, out var known) && !char.IsDigit(word[0]) ? known
        : throw new RetentionException(Failure.Usage,
            $"'{word}' is no {what}; it is {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
}
