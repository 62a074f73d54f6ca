using System.Globalization;
using PredictiveRetention.Ingestion;

namespace PredictiveRetention.Evaluation.Experiments;

/// <summary>What to measure in a table of an experiment.</summary>
/// <param name="Treatment">Column that says the arm.</param>
/// <param name="Outcomes">Columns of what came of it: yes or no, or amounts.</param>
/// <param name="Control">The arm that others are compared with; null where its name says so.</param>
/// <param name="Id">Column that names the customer; null where each row is another.</param>
/// <param name="Ignored">Columns that were not known when the arms were drawn.</param>
public sealed record ExperimentRequest(
    string Treatment, IReadOnlyList<string> Outcomes, string? Control, string? Id, IReadOnlyList<string> Ignored, int Seed = 1);

/// <summary>A table of an experiment, one row a customer, as it is measured.</summary>
/// <param name="Arms">Their names; the control is the first.</param>
/// <param name="Arm">Of each row, by its place among the arms.</param>
/// <param name="Outcomes">By name, one value a row.</param>
/// <param name="Rejected">Rows that were left out, by the reason.</param>
/// <param name="Known">Columns known when the arms were drawn.</param>
/// <param name="Dropped">Columns that are not used, and why.</param>
public sealed record ExperimentTable(
    string Path, IReadOnlyList<string> Arms, int[] Arm, long[] Groups, IReadOnlyList<ExperimentOutcome> Outcomes,
    IReadOnlyList<(string Why, int Rows)> Rejected, IReadOnlyList<TableColumn> Known, IReadOnlyList<(string Column, string Why)> Dropped)
{
    /// <summary>A cell that is one of them makes its row's arm the control where nothing else is said.</summary>
    private static readonly string[] s_controls =
        ["control", "holdout", "no", "false", "0", "c", "placebo", "untreated", "no e-mail", "no email", "not treated", "baseline"];

    private static readonly Dictionary<string, double> s_yesNo = new(StringComparer.OrdinalIgnoreCase)
    {
        ["true"] = 1, ["yes"] = 1, ["y"] = 1, ["t"] = 1, ["1"] = 1, ["false"] = 0, ["no"] = 0, ["n"] = 0, ["f"] = 0, ["0"] = 0,
    };

    public int Rows => Arm.Length;

    /// <exception cref="RetentionException">
    /// A column is not there, there are fewer than two arms, the control is not known or an outcome is no number; named with file and
    /// column.
    /// </exception>
    public static ExperimentTable From(FeatureTable table, ExperimentRequest request)
    {
        if (request.Outcomes.Count == 0) throw Refused(table, "an outcome is needed");
        var treatment = table.Column(request.Treatment);
        var outcomes = request.Outcomes.Select(name => Outcome(table, table.Column(name))).ToList();
        var ids = request.Id is { } id ? table.Column(id) : null;
        var arms = ArmsOf(table, treatment, request.Control);
        var (kept, rejected) = Kept(table, treatment, ids, outcomes);
        var arm = kept.Select(row => arms.IndexOf(treatment.Texts![row]!)).ToArray();
        foreach (var (name, place) in arms.Select((name, place) => (name, place)))
            if (arm.Count(one => one == place) < 2) throw Refused(table, $"the arm '{name}' has fewer than two rows with an outcome");
        long[] groups = [.. kept.Select(row => ids is null ? row + 1L : CustomerKey.Hash(ids.Texts![row]!))];
        var values = outcomes
            .Select(outcome => new ExperimentOutcome(outcome.Name, [.. kept.Select(row => outcome.Values[row])], outcome.IsYesNo))
            .ToList();
        var known = new List<TableColumn>();
        var dropped = new List<(string, string)>();
        foreach (var column in table.Columns)
        {
            if (Is(column, request.Treatment) || request.Outcomes.Any(outcome => Is(column, outcome))) continue;
            var cells = new TableColumn(
                column.Name, column.Numbers is { } numbers ? [.. kept.Select(row => numbers[row])] : null,
                [.. kept.Select(row => column.Texts![row])]);
            if (WhyNot(cells) is { } why) dropped.Add((column.Name, why));
            else known.Add(cells);
        }
        return new ExperimentTable(table.Path, arms, arm, groups, values, rejected, known, dropped);

        string? WhyNot(TableColumn column) =>
            Is(column, request.Id) ? "names the customer"
            : request.Ignored.Any(name => Is(column, name)) ? "is to be ignored"
            : column.Texts!.Distinct().Take(2).Count() < 2 ? "is the same in every row"
            : column.Numbers is null && column.Texts!.Distinct().Count() > kept.Count / 2 ? "differs in most rows: it names something"
            : Foresight.Of(column, arm, arms.Count, values);
    }

    private static bool Is(TableColumn column, string? name) => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase);

    private static List<string> ArmsOf(FeatureTable table, TableColumn treatment, string? control)
    {
        var arms = treatment.Texts!.Where(cell => cell is not null).Select(cell => cell!).Distinct()
            .Order(StringComparer.Ordinal).ToList();
        if (arms.Count < 2)
        {
            throw Refused(table, arms.Count == 0 ? $"the treatment '{treatment.Name}' is empty in every row"
                : $"the treatment '{treatment.Name}' is '{arms[0]}' in every row: nobody was left alone to compare with");
        }
        if (arms.Count > 20)
            throw Refused(table, $"the treatment '{treatment.Name}' has {arms.Count} values: it is no column of arms");
        var found = control is not null ? arms.FirstOrDefault(arm => string.Equals(arm, control, StringComparison.OrdinalIgnoreCase))
            : s_controls.Select(name => arms.FirstOrDefault(arm => string.Equals(arm, name, StringComparison.OrdinalIgnoreCase)))
                .FirstOrDefault(arm => arm is not null);
        if (found is null)
        {
            throw Refused(table, control is null
                ? $"which arm of '{treatment.Name}' was left alone is not clear from {ForeignText.Shown(arms)}: say --control"
                : $"the treatment '{treatment.Name}' is never '{ForeignText.Shown(control, 60)}', only {ForeignText.Shown(arms)}");
        }
        return [found, .. arms.Where(arm => arm != found)];
    }

    /// <summary>Rows with an arm and every outcome, each customer once; and how many are left out for which reason.</summary>
    private static (List<int> Kept, List<(string Why, int Rows)> Rejected) Kept(
        FeatureTable table, TableColumn treatment, TableColumn? ids, List<ExperimentOutcome> outcomes)
    {
        var (kept, seen) = (new List<int>(), new HashSet<string>(StringComparer.Ordinal));
        var rejected = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < table.Rows; row++)
        {
            var why = treatment.Texts![row] is null ? $"'{treatment.Name}' is empty"
                : outcomes.Find(outcome => double.IsNaN(outcome.Values[row])) is { } empty ? $"'{empty.Name}' is empty"
                : ids is null ? null
                : ids.Texts![row] is not { } id ? $"'{ids.Name}' is empty"
                : seen.Add(id) ? null : $"'{ids.Name}' was there before";
            if (why is null) kept.Add(row);
            else rejected[why] = rejected.GetValueOrDefault(why) + 1;
        }
        if (kept.Count == 0) throw Refused(table, "no row has an arm and every outcome");
        return (kept, [.. rejected.Select(one => (one.Key, one.Value))]);
    }

    private static ExperimentOutcome Outcome(FeatureTable table, TableColumn column)
    {
        var texts = column.Texts!;
        if (texts.All(cell => cell is null || s_yesNo.ContainsKey(cell)))
            return new ExperimentOutcome(column.Name, [.. texts.Select(cell => cell is null ? double.NaN : s_yesNo[cell])], true);
        if (column.Numbers is { } numbers) return new ExperimentOutcome(column.Name, numbers, IsYesNo: false);
        var row = Array.FindIndex(texts, cell => cell is not null
            && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        throw Refused(
            table, $"column '{column.Name}', row {row + 1}: '{ForeignText.Shown(texts[row]!, 60)}' is neither a number nor yes or no");
    }

    private static RetentionException Refused(FeatureTable table, string why) => new(Failure.InputRejected, $"{table.Path}: {why}.");
}

/// <param name="Values">One a row; a yes is 1.</param>
public sealed record ExperimentOutcome(string Name, double[] Values, bool IsYesNo);
