namespace PredictiveRetention.Ingestion;

/// <summary>
/// Zones by their letters. Some letters mean one zone in the world and hold in every shop; others (CST, IST, BST) mean several, and hold
/// where the shop lies in one of them. What else is ambiguous is no zone.
/// </summary>
internal static class ZoneLetters
{
    /// <summary>East of UTC in milliseconds; null where the letters say no zone to a shop of this one.</summary>
    public static long? OffsetMs(string letters, TimeZoneInfo shop)
    {
        foreach (var zone in s_zones)
            if (zone.Letters.Equals(letters, StringComparison.OrdinalIgnoreCase) && zone.Shops.Any(prefix => IsIn(shop.Id, prefix)))
                return (long)(zone.Hours * 3_600_000);
        return null;
    }

    private static bool IsIn(string zoneId, string prefix) => zoneId.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static readonly string[] s_everywhere = [""];
    private static readonly string[] s_america = ["America/", "US/", "Canada/", "Pacific/Honolulu"];
    private static readonly string[] s_india = ["Asia/Kolkata", "Asia/Calcutta"];
    private static readonly string[] s_ireland = ["Europe/Dublin", "Eire"];
    private static readonly string[] s_israel = ["Asia/Jerusalem", "Asia/Tel_Aviv", "Israel"];
    private static readonly string[] s_britain =
        ["Europe/London", "Europe/Belfast", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_", "GB"];
    private static readonly string[] s_china = ["Asia/Shanghai", "Asia/Chongqing", "Asia/Taipei", "Asia/Macau", "Asia/Hong_Kong", "PRC"];
    private static readonly string[] s_arabia = ["Asia/Riyadh", "Asia/Kuwait", "Asia/Qatar", "Asia/Bahrain", "Asia/Baghdad", "Asia/Aden"];

    /// <summary>After the IANA time zone database, which keeps the letters in use of each zone.</summary>
    private static readonly (string Letters, double Hours, string[] Shops)[] s_zones =
    [
        ("UT", 0, s_everywhere), ("WET", 0, s_everywhere), ("WEST", 1, s_everywhere), ("CET", 1, s_everywhere), ("CEST", 2, s_everywhere),
        ("MEZ", 1, s_everywhere), ("MESZ", 2, s_everywhere), ("EET", 2, s_everywhere), ("EEST", 3, s_everywhere), ("MSK", 3, s_everywhere),
        ("WAT", 1, s_everywhere), ("CAT", 2, s_everywhere), ("SAST", 2, s_everywhere), ("EAT", 3, s_everywhere), ("PKT", 5, s_everywhere),
        ("WIB", 7, s_everywhere), ("HKT", 8, s_everywhere), ("AWST", 8, s_everywhere), ("JST", 9, s_everywhere), ("KST", 9, s_everywhere),
        ("ACST", 9.5, s_everywhere), ("ACDT", 10.5, s_everywhere), ("AEST", 10, s_everywhere), ("AEDT", 11, s_everywhere),
        ("NZST", 12, s_everywhere), ("NZDT", 13, s_everywhere), ("HST", -10, s_everywhere),
        ("AKST", -9, s_everywhere), ("AKDT", -8, s_everywhere),
        ("PST", -8, s_america), ("PDT", -7, s_america), ("MST", -7, s_america), ("MDT", -6, s_america), ("CST", -6, s_america),
        ("CDT", -5, s_america), ("EST", -5, s_america), ("EDT", -4, s_america), ("AST", -4, s_america), ("ADT", -3, s_america),
        ("NST", -3.5, s_america), ("NDT", -2.5, s_america),
        ("CST", 8, s_china), ("PST", 8, ["Asia/Manila"]), ("AST", 3, s_arabia), ("BST", 1, s_britain), ("BST", 6, ["Asia/Dhaka"]),
        ("IST", 5.5, s_india), ("IST", 1, s_ireland), ("IST", 2, s_israel), ("IDT", 3, s_israel), ("SGT", 8, ["Asia/Singapore"]),
    ];
}
