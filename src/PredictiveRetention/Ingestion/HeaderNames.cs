using System.Globalization;
using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>How headers are told apart and compared.</summary>
internal static class HeaderNames
{
    /// <summary>Gives every column a name of its own: the second 'name' becomes 'name__2', an empty header 'column_3'.</summary>
    public static List<string> Distinct(IReadOnlyList<string> headers)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        // By name, the number tried last: a file of one heading again and again is numbered in one pass.
        var numbers = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>(headers.Count);
        for (var i = 0; i < headers.Count; i++)
        {
            var wanted = headers[i].Length > 0 ? headers[i] : string.Create(CultureInfo.InvariantCulture, $"column_{i + 1}");
            var name = wanted;
            var n = numbers.GetValueOrDefault(wanted, 1);
            while (!taken.Add(name)) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}__{++n}");
            numbers[wanted] = n;
            names.Add(name);
        }
        return names;
    }

    /// <summary>
    /// What is left of a header when case, spaces, punctuation and accents do not matter: 'Invoice No.' is 'invoiceno', 'Größe' 'grosse',
    /// 'N.º', 'N°' and '№' are all 'no'. Letters of any script stay; those as wide as Japanese ones are the usual ones.
    /// </summary>
    public static string Plain(string header)
    {
        var plain = new StringBuilder(header.Length);
        foreach (var c in header.Normalize(NormalizationForm.FormKD))
        {
            var letter = char.ToLowerInvariant(c);
            if (Letters(letter) is { } letters) plain.Append(letters);
            else if (char.IsLetterOrDigit(letter)) plain.Append(letter);
        }
        return plain.ToString();
    }

    /// <summary>Letters whose mark Unicode takes for a part of them, the sign of degrees, which stands for the o of a number,
    /// and that of per cent, which says that a column is no money.</summary>
    private static string? Letters(char letter) => letter switch
    {
        'ß' => "ss",
        '%' => "percent",
        'ł' => "l",
        'ø' or '°' => "o",
        'æ' => "ae",
        'œ' => "oe",
        'đ' => "d",
        'ı' => "i",
        _ => null,
    };
}
