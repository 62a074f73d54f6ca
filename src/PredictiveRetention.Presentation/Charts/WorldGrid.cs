namespace PredictiveRetention.Presentation.Charts;

/// <summary>A square for each country, about where it lies; every country has the same area, so a small one is not overlooked.</summary>
internal static class WorldGrid
{
    private const string Map = """
        .. .. .. GL .. .. .. .. IS .. NO SE FI EE .. RU .. .. .. .. .. ..
        CA .. .. .. .. .. .. IE GB NL DK .. .. LV LT BY KZ MN .. .. .. ..
        US BM .. .. .. .. .. .. FR BE DE PL CZ SK UA MD UZ KG CN KP KR JP
        MX BS DO PR .. .. .. PT ES LU CH AT HU RO BG GE TM TJ NP BT HK TW
        GT CU HT JM .. .. GI AD MC IT SI HR RS MK GR AM AZ AF PK BD MM MO
        BZ HN SV TT BB .. .. MA MT .. BA ME AL XK CY TR IR IN LA VN PH ..
        NI CR PA GD CW .. .. DZ TN LY EG PS IL LB SY IQ KW LK TH KH BN ..
        CO VE GY SR GF .. CV MR ML NE TD SD JO SA BH QA AE MV MY SG ID TL
        EC PE BR .. .. .. SN GM GN BF NG ET ER DJ YE OM .. .. .. .. PG ..
        BO PY .. .. .. .. SL LR CI GH CM CF SS SO .. SC .. .. AU .. NC FJ
        CL UY .. .. .. .. .. TG BJ GA CG CD UG KE .. .. .. .. .. NZ .. ..
        AR .. .. .. .. .. .. .. .. AO ZM RW BI TZ .. MU RE .. .. .. .. ..
        FK .. .. .. .. .. .. .. .. NA BW ZW MW MZ .. MG .. .. .. .. .. ..
        .. .. .. .. .. .. .. .. .. .. ZA LS SZ .. .. .. .. .. .. .. .. ..
        """;

    public static IReadOnlyDictionary<string, (int Column, int Row)> Places { get; } = Map.Split('\n')
        .SelectMany((line, row) => line.Trim().Split(' ').Select((code, column) => (code, column, row)))
        .Where(place => place.code != "..").ToDictionary(place => place.code, place => (place.column, place.row));

    public static int Columns { get; } = Places.Values.Max(place => place.Column) + 1;

    public static int Rows { get; } = Places.Values.Max(place => place.Row) + 1;
}
