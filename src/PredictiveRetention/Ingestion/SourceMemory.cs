namespace PredictiveRetention.Ingestion;

/// <summary>What an import decided about a kind of file of its source, and why: the next file of that source is read likewise.</summary>
/// <param name="File">orders, refunds, ...; what the preset calls it.</param>
/// <param name="Name">
/// date_order, decimal_mark, amount_unit, amounts_are, columns, negatives, order_identity, clock, encoding, or statuses.
/// </param>
/// <param name="Basis">asked (a person said so), shown (the file's cells show it), or kept (an earlier file of the source had it).</param>
public sealed record LearntChoice(string File, string Name, string Value, string Basis);

/// <summary>What earlier files of a source have shown or were told.</summary>
public sealed class SourceMemory(IReadOnlyList<LearntChoice> choices)
{
    public static SourceMemory None { get; } = new([]);

    public string? Of(string file, string name) =>
        choices.FirstOrDefault(choice => choice.File == file && choice.Name == name)?.Value;
}
