namespace PredictiveRetention.Ingestion;

/// <summary>Amounts in a currency's smallest units, as programs hand them to each other: 1999 for 19.99.</summary>
internal static class SmallestUnits
{
    private static readonly string[] s_minor =
        ["cents", "incents", "cent", "minor", "minorunits", "inminorunits", "pence", "inpence", "centimes", "centavos", "grosze"];

    /// <summary>Currencies with decimals that shops there price without: whole amounts say nothing.</summary>
    private static readonly HashSet<string> s_whole =
    [
        "HUF", "INR", "TWD", "COP", "IDR", "RUB", "PHP", "CZK", "THB", "ARS", "TRY", "SEK", "NOK", "DKK", "PKR", "LKR", "BDT", "NGN", "KES",
        "TZS", "EGP", "UAH", "KZT", "RSD", "ALL", "AMD", "MMK", "LBP", "IQD", "IRR", "YER", "SOS", "SLL", "MNT", "UZS", "CRC", "DOP", "MXN",
    ];

    /// <summary>A plain heading, and what it is called where it is in smallest units.</summary>
    public static IEnumerable<string> Headings(string plain) => s_minor.Append("micros").Select(unit => plain + unit).Prepend(plain);

    /// <summary>What a plain heading says its amounts are to be divided by; 1 where it says nothing.</summary>
    public static long DivisorOf(string plain, Currency currency) =>
        plain.EndsWith("micros", StringComparison.Ordinal) ? 1_000_000
        : s_minor.Any(unit => plain.Length > unit.Length && plain.EndsWith(unit, StringComparison.Ordinal)) ? currency.MinorPerUnit
        : 1;

    /// <summary>
    /// Whole amounts that end as prices in smallest units do (99, 95, 50, 00), in a currency whose shops price with decimals: they may be
    /// a hundred times too much.
    /// </summary>
    public static bool MayBeMinor(ColumnContents cells, Currency currency)
    {
        const int Few = 3;
        if (currency.Decimals == 0 || s_whole.Contains(currency.Code) || cells.Count < Few) return false;
        if (cells.Share(cell => cell.Length > 0 && cell.All(char.IsAsciiDigit)) < 1 || cells.MedianSize() < 300) return false;
        var round = cells.Share(cell => cell.EndsWith("00", StringComparison.Ordinal));
        return round < 0.9 && cells.Share(IsPriced) > 0.9;
    }

    private static bool IsPriced(string cell) =>
        cell is "0" || (cell.Length > 2 && cell[^2..] is "99" or "98" or "95" or "90" or "50" or "49" or "00");
}
