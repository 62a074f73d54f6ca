namespace PredictiveRetention.Ingestion;

/// <summary>What a file may leave open, and a person then decides.</summary>
public enum OpenChoice { Currency, TimeZone, Statuses, DateOrder, DecimalMark, AmountUnit, Refunded }

/// <summary>
/// Nothing tells how a file is meant, and the readings differ by months, by a thousand times, by what is a sale, or by what went back.
/// </summary>
/// <param name="choice">What a person has to decide.</param>
/// <param name="question">What is open and what it would change, in whole sentences.</param>
/// <param name="answer">How the command line is told.</param>
public sealed class UndecidedException(OpenChoice choice, string question, string answer)
    : RetentionException(Failure.InputRejected, $"{question} {answer} Nothing was stored.")
{
    public OpenChoice Choice { get; } = choice;

    public string Question { get; } = question;
}
