using System.Collections.Frozen;
using System.Text;

namespace PredictiveRetention;

/// <summary>
/// A country or territory of ISO 3166-1 (and Kosovo, XK) and the part of the world shops report it under: North America (Central America
/// and the Caribbean with it), South America, Europe (Russia and Cyprus with it), Asia (Turkey, the Caucasus and the Middle East with it),
/// Africa, or Australia/Oceania (Antarctica, where nobody orders, with it).
/// </summary>
public sealed record Country(string Code, string Name, string Region)
{
    /// <summary>The six regions, in the order reports list them.</summary>
    public static IReadOnlyList<string> Regions { get; } = ["North America", "Europe", "Asia", "Australia/Oceania", "Africa",
        "South America"];

    /// <summary>
    /// The country a text means: its two or three letter code, its English name, or another name in use (UK, England, EIRE, RSA, Holland).
    /// Case, accents and punctuation do not matter. Null for a text that is no country, the European Community among them.
    /// </summary>
    public static Country? TryOf(string text) => s_known.GetValueOrDefault(Plain(text));

    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
            if (char.IsLetterOrDigit(c)) plain.Append(char.ToLowerInvariant(c));
        return plain.ToString();
    }

    private static readonly FrozenDictionary<string, Country> s_known = Build();

    private static FrozenDictionary<string, Country> Build()
    {
        var known = new Dictionary<string, Country>();
        foreach (var (region, lines) in new[] { ("North America", NorthAmerica), ("South America", SouthAmerica), ("Europe", Europe),
            ("Asia", Asia), ("Africa", Africa), ("Australia/Oceania", Oceania) })
        {
            foreach (var line in lines.Split('\n'))
            {
                // AT AUT Austria = Österreich = ...
                var names = line[7..].Split(" = ");
                var country = new Country(line[..2], names[0], region);
                foreach (var word in names.Prepend(line[3..6]).Prepend(country.Code)) known.Add(Plain(word), country);
            }
        }
        return known.ToFrozenDictionary();
    }

    private const string NorthAmerica = """
        AG ATG Antigua and Barbuda
        AI AIA Anguilla
        AW ABW Aruba
        BB BRB Barbados
        BL BLM Saint Barthélemy = St. Barthélemy = St Barts
        BM BMU Bermuda
        BQ BES Bonaire, Sint Eustatius and Saba = Bonaire = Caribbean Netherlands
        BS BHS Bahamas = The Bahamas
        BZ BLZ Belize
        CA CAN Canada
        CR CRI Costa Rica
        CU CUB Cuba
        CW CUW Curaçao
        DM DMA Dominica
        DO DOM Dominican Republic
        GD GRD Grenada
        GL GRL Greenland
        GP GLP Guadeloupe
        GT GTM Guatemala
        HN HND Honduras
        HT HTI Haiti
        JM JAM Jamaica
        KN KNA Saint Kitts and Nevis = St Kitts and Nevis = St. Kitts & Nevis
        KY CYM Cayman Islands
        LC LCA Saint Lucia = St Lucia
        MF MAF Saint Martin (French part) = Saint Martin = St Martin
        MQ MTQ Martinique
        MS MSR Montserrat
        MX MEX Mexico = Mexiko
        NI NIC Nicaragua
        PA PAN Panama
        PM SPM Saint Pierre and Miquelon = St Pierre and Miquelon
        PR PRI Puerto Rico
        SV SLV El Salvador
        SX SXM Sint Maarten (Dutch part) = Sint Maarten
        TC TCA Turks and Caicos Islands
        TT TTO Trinidad and Tobago = Trinidad
        US USA United States = United States of America = U.S. of A. = America
        VC VCT Saint Vincent and the Grenadines = St Vincent and the Grenadines
        VG VGB Virgin Islands (British) = British Virgin Islands
        VI VIR Virgin Islands (U.S.) = US Virgin Islands = United States Virgin Islands
        """;

    private const string SouthAmerica = """
        AR ARG Argentina
        BO BOL Bolivia = Plurinational State of Bolivia = Bolivia (Plurinational State of)
        BR BRA Brazil = Brasil
        CL CHL Chile
        CO COL Colombia
        EC ECU Ecuador
        FK FLK Falkland Islands = Falkland Islands (Malvinas)
        GF GUF French Guiana
        GS SGS South Georgia and the South Sandwich Islands
        GY GUY Guyana
        PE PER Peru
        PY PRY Paraguay
        SR SUR Suriname
        UY URY Uruguay
        VE VEN Venezuela = Bolivarian Republic of Venezuela = Venezuela (Bolivarian Republic of)
        """;

    // 'Channel Islands' names two places, of which Jersey is the larger: a region is better kept than lost.
    private const string Europe = """
        AD AND Andorra
        AL ALB Albania
        AT AUT Austria = Österreich
        AX ALA Åland Islands = Aland
        BA BIH Bosnia and Herzegovina = Bosnia
        BE BEL Belgium = Belgique = België = Belgien
        BG BGR Bulgaria
        BY BLR Belarus
        CH CHE Switzerland = Schweiz = Suisse = Svizzera
        CY CYP Cyprus
        CZ CZE Czechia = Czech Republic = Česko
        DE DEU Germany = Deutschland = Allemagne = Alemania
        DK DNK Denmark = Danmark
        EE EST Estonia
        ES ESP Spain = España = Spanien
        FI FIN Finland = Suomi
        FO FRO Faroe Islands
        FR FRA France = Metropolitan France = Frankreich
        GB GBR United Kingdom = UK = Great Britain = Britain = United Kingdom of Great Britain and Northern Ireland = England = Scotland = Wales = Northern Ireland
        GG GGY Guernsey
        GI GIB Gibraltar
        GR GRC Greece = EL = Hellas
        HR HRV Croatia
        HU HUN Hungary
        IE IRL Ireland = EIRE = Republic of Ireland
        IM IMN Isle of Man
        IS ISL Iceland
        IT ITA Italy = Italia = Italien
        JE JEY Jersey = Channel Islands
        LI LIE Liechtenstein
        LT LTU Lithuania
        LU LUX Luxembourg = Luxemburg
        LV LVA Latvia
        MC MCO Monaco
        MD MDA Moldova = Republic of Moldova = Moldova, Republic of
        ME MNE Montenegro
        MK MKD North Macedonia = Macedonia
        MT MLT Malta
        NL NLD Netherlands = The Netherlands = Holland = Nederland = Niederlande
        NO NOR Norway = Norge
        PL POL Poland = Polska
        PT PRT Portugal
        RO ROU Romania
        RS SRB Serbia
        RU RUS Russia = Russian Federation
        SE SWE Sweden = Sverige
        SI SVN Slovenia
        SJ SJM Svalbard and Jan Mayen
        SK SVK Slovakia = Slovak Republic
        SM SMR San Marino
        UA UKR Ukraine
        VA VAT Holy See = Vatican City = Vatican
        XK XKX Kosovo
        """;

    private const string Asia = """
        AE ARE United Arab Emirates = UAE = Emirates
        AF AFG Afghanistan
        AM ARM Armenia
        AZ AZE Azerbaijan
        BD BGD Bangladesh
        BH BHR Bahrain
        BN BRN Brunei = Brunei Darussalam
        BT BTN Bhutan
        CN CHN China = People's Republic of China = PRC = Mainland China
        GE GEO Georgia
        HK HKG Hong Kong = Hong Kong SAR = Hong Kong SAR China
        ID IDN Indonesia
        IL ISR Israel
        IN IND India = Bharat
        IO IOT British Indian Ocean Territory
        IQ IRQ Iraq
        IR IRN Iran = Islamic Republic of Iran = Iran (Islamic Republic of)
        JO JOR Jordan
        JP JPN Japan
        KG KGZ Kyrgyzstan
        KH KHM Cambodia
        KP PRK North Korea = Democratic People's Republic of Korea
        KR KOR South Korea = Korea = Republic of Korea = Korea, Republic of
        KW KWT Kuwait
        KZ KAZ Kazakhstan
        LA LAO Laos = Lao People's Democratic Republic
        LB LBN Lebanon
        LK LKA Sri Lanka
        MM MMR Myanmar = Burma
        MN MNG Mongolia
        MO MAC Macao = Macau
        MV MDV Maldives
        MY MYS Malaysia
        NP NPL Nepal
        OM OMN Oman
        PH PHL Philippines = The Philippines
        PK PAK Pakistan
        PS PSE Palestine = State of Palestine = Palestine, State of = Palestinian Territories
        QA QAT Qatar
        SA SAU Saudi Arabia = KSA
        SG SGP Singapore
        SY SYR Syria = Syrian Arab Republic
        TH THA Thailand
        TJ TJK Tajikistan
        TL TLS Timor-Leste = East Timor
        TM TKM Turkmenistan
        TR TUR Turkey = Türkiye
        TW TWN Taiwan = Taiwan, Province of China
        UZ UZB Uzbekistan
        VN VNM Vietnam
        YE YEM Yemen
        """;

    private const string Africa = """
        AO AGO Angola
        BF BFA Burkina Faso
        BI BDI Burundi
        BJ BEN Benin
        BW BWA Botswana
        CD COD DR Congo = Democratic Republic of the Congo = Congo, Democratic Republic of the = Congo-Kinshasa
        CF CAF Central African Republic
        CG COG Congo = Republic of the Congo = Congo-Brazzaville
        CI CIV Côte d'Ivoire = Ivory Coast
        CM CMR Cameroon
        CV CPV Cabo Verde = Cape Verde
        DJ DJI Djibouti
        DZ DZA Algeria
        EG EGY Egypt
        EH ESH Western Sahara
        ER ERI Eritrea
        ET ETH Ethiopia
        GA GAB Gabon
        GH GHA Ghana
        GM GMB Gambia = The Gambia
        GN GIN Guinea
        GQ GNQ Equatorial Guinea
        GW GNB Guinea-Bissau
        KE KEN Kenya
        KM COM Comoros
        LR LBR Liberia
        LS LSO Lesotho
        LY LBY Libya
        MA MAR Morocco
        MG MDG Madagascar
        ML MLI Mali
        MR MRT Mauritania
        MU MUS Mauritius
        MW MWI Malawi
        MZ MOZ Mozambique
        NA NAM Namibia
        NE NER Niger
        NG NGA Nigeria
        RE REU Réunion
        RW RWA Rwanda
        SC SYC Seychelles
        SD SDN Sudan
        SH SHN Saint Helena, Ascension and Tristan da Cunha = Saint Helena = St Helena
        SL SLE Sierra Leone
        SN SEN Senegal
        SO SOM Somalia
        SS SSD South Sudan
        ST STP Sao Tome and Principe
        SZ SWZ Eswatini = Swaziland
        TD TCD Chad
        TF ATF French Southern Territories
        TG TGO Togo
        TN TUN Tunisia
        TZ TZA Tanzania = United Republic of Tanzania = Tanzania, United Republic of
        UG UGA Uganda
        YT MYT Mayotte
        ZA ZAF South Africa = RSA = Republic of South Africa
        ZM ZMB Zambia
        ZW ZWE Zimbabwe
        """;

    private const string Oceania = """
        AQ ATA Antarctica
        AS ASM American Samoa
        AU AUS Australia
        BV BVT Bouvet Island
        CC CCK Cocos (Keeling) Islands
        CK COK Cook Islands
        CX CXR Christmas Island
        FJ FJI Fiji
        FM FSM Micronesia = Federated States of Micronesia = Micronesia (Federated States of)
        GU GUM Guam
        HM HMD Heard Island and McDonald Islands
        KI KIR Kiribati
        MH MHL Marshall Islands
        MP MNP Northern Mariana Islands
        NC NCL New Caledonia
        NF NFK Norfolk Island
        NR NRU Nauru
        NU NIU Niue
        NZ NZL New Zealand = Aotearoa
        PF PYF French Polynesia
        PG PNG Papua New Guinea
        PN PCN Pitcairn
        PW PLW Palau
        SB SLB Solomon Islands
        TK TKL Tokelau
        TO TON Tonga
        TV TUV Tuvalu
        UM UMI United States Minor Outlying Islands
        VU VUT Vanuatu
        WF WLF Wallis and Futuna
        WS WSM Samoa
        """;
}
