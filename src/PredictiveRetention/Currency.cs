using System.Collections.Frozen;
using System.Globalization;

namespace PredictiveRetention;

/// <summary>An ISO 4217 currency and the number of decimals of its minor unit (0 for JPY, 2 for GBP, 3 for KWD).</summary>
public sealed record Currency
{
    private Currency(string code, int decimals)
    {
        Code = code;
        Decimals = decimals;
        MinorPerUnit = (long)Math.Pow(10, decimals);
    }

    public string Code { get; }
    public int Decimals { get; }
    public long MinorPerUnit { get; }

    /// <exception cref="RetentionException">The code is not in ISO 4217.</exception>
    public static Currency Parse(string code) =>
        TryOf(code) ?? throw new RetentionException(Failure.Usage, $"'{code}' is not an ISO 4217 currency code such as GBP.");

    /// <summary>Those of ISO 4217.</summary>
    public static IEnumerable<string> Codes => s_known.Keys;

    public static Currency? TryOf(string code) => s_known.GetValueOrDefault(code.ToUpperInvariant());

    /// <summary>Whole minor units of an amount, rounded half away from zero.</summary>
    public long ToMinor(decimal amount) => (long)Math.Round(amount * MinorPerUnit, MidpointRounding.AwayFromZero);

    public decimal FromMinor(long minor) => (decimal)minor / MinorPerUnit;

    /// <summary>Invariant text with exactly the currency's decimals, e.g. '1234.50'.</summary>
    public string Text(long minor) =>
        FromMinor(minor).ToString("F" + Decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static readonly FrozenDictionary<string, Currency> s_known = Build();

    private static FrozenDictionary<string, Currency> Build()
    {
        const string Two =
            "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE "
                + "CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR "
                + "KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB "
                + "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY "
                + "TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG";
        const string Zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
        const string Three = "BHD IQD JOD KWD LYD OMR TND";
        return Codes(Two, 2).Concat(Codes(Zero, 0)).Concat(Codes(Three, 3)).ToFrozenDictionary(currency => currency.Code);

        static IEnumerable<Currency> Codes(string codes, int decimals) => codes.Split(' ').Select(code => new Currency(code, decimals));
    }
}
