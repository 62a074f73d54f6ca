namespace PredictiveRetention.Insights;

/// <summary>How far a figure may be trusted.</summary>
public enum FigureState : byte
{
    Ok,

    /// <summary>Its source is missing, or there is nothing to divide by: no value, and the note says why.</summary>
    NotAvailable,

    /// <summary>Its period has not ended at the as-of: no value.</summary>
    Incomplete,

    /// <summary>Of fewer customers than the settings ask for, or divided by less than that: to be read with care.</summary>
    Small,
}

/// <summary>One published figure.</summary>
/// <param name="View">The table it is in.</param>
/// <param name="D1">First of up to three labels that tell the rows of the view apart; empty where the view has fewer.</param>
/// <param name="Numerator">Money in currency units; null where the figure is no sum or ratio.</param>
/// <param name="Denominator">Null where it is a sum.</param>
/// <param name="Value">Null unless there is one.</param>
/// <param name="Customers">How many customers (for orders of delivery figures: how many orders) the figure is of; null where that says
/// nothing.</param>
/// <param name="Note">Why there is no value, or what else must be known.</param>
public sealed record Figure(
    string View, string Metric, string D1, string D2, string D3, double? Numerator, double? Denominator, double? Value, long? Customers,
    FigureState State, string? Note = null);
