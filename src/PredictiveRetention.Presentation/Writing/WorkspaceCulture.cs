using System.Globalization;

namespace PredictiveRetention.Presentation.Writing;

/// <summary>
/// How a shop's numbers are written where nobody says otherwise: as people who use its currency write them in English, the language of the
/// texts.
/// </summary>
public static class WorkspaceCulture
{
    private static readonly Dictionary<string, string> s_byCurrency = new()
    {
        ["AUD"] = "en-AU", ["BRL"] = "en-BR", ["CAD"] = "en-CA", ["CHF"] = "en-CH", ["DKK"] = "en-DK", ["EUR"] = "en-IE", ["GBP"] = "en-GB",
        ["INR"] = "en-IN", ["JPY"] = "en-JP",
        ["NZD"] = "en-NZ", ["SEK"] = "en-SE", ["SGD"] = "en-SG", ["USD"] = "en-US", ["ZAR"] = "en-ZA",
    };

    /// <summary>Signs people know; other currencies are written by their code.</summary>
    private static readonly Dictionary<string, string> s_symbols = new()
    {
        ["BRL"] = "R$", ["EUR"] = "€", ["GBP"] = "£", ["INR"] = "₹",
        ["JPY"] = "¥", ["USD"] = "$"
    };

    public static CultureInfo For(Currency? currency) =>
        CultureInfo.GetCultureInfo(currency is not null && s_byCurrency.TryGetValue(currency.Code, out var name) ? name : "en-GB");

    /// <exception cref="RetentionException">No culture is called that.</exception>
    public static CultureInfo For(string name)
    {
        try
        {
            return CultureInfo.GetCultureInfo(name, predefinedOnly: true);
        }
        catch (CultureNotFoundException)
        {
            throw new RetentionException(Failure.Usage,
                $"'{name}' is no culture; write a language and a country, such as en-GB, en-IN, pt-BR or de-DE.");
        }
    }

    public static string SymbolOf(Currency currency) => s_symbols.TryGetValue(currency.Code, out var symbol) ? symbol : currency.Code + " ";
}
