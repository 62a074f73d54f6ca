using System.Globalization;
using System.Resources;
using System.Text;

namespace PredictiveRetention.Presentation.Texts;

/// <summary>
/// The texts of pages and reports in the language of the workspace. The English text is its own key, so that a page reads as it is shown; a
/// translation is a Texts.LANGUAGE.resx beside the English one, which lists them all.
/// </summary>
/// <param name="language">'qps-ploc' is the pseudo-language: what it does not lengthen and bracket has not come through here.</param>
public sealed class Localiser(CultureInfo language)
{
    public const string Pseudo = "qps-ploc";

    private static readonly ResourceManager s_texts = new("PredictiveRetention.Presentation.Texts.Texts", typeof(Localiser).Assembly);

    /// <summary>The languages there is a translation for, English first.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", Pseudo];

    public CultureInfo Language => language;

    /// <summary>For the lang attribute of a page; what the pseudo-language marks is English.</summary>
    public string Tag => IsPseudo ? Languages[0] : language.Name;

    // Cultures write their names their own way: this one is qps-Ploc.
    private bool IsPseudo => language.Name.Equals(Pseudo, StringComparison.OrdinalIgnoreCase);

    public string this[string english] => IsPseudo ? Pseudonym(english) : s_texts.GetString(NameOf(english), language) ?? english;

    /// <param name="values">Numbers come written already, by the <see cref="Writing.Writer"/>.</param>
    public string this[string english, params object?[] values] => string.Format(CultureInfo.InvariantCulture, this[english], values);

    /// <summary>
    /// What a text is called in the list, where names that differ in capitals alone are one: 'customers' is not 'Customers'.
    /// </summary>
    public static string NameOf(string english) => english.Length > 0 && char.IsLower(english[0]) ? "_" + english : english;

    private static string Pseudonym(string english)
    {
        const string Plain = "aeiouAEIOUcnsyCNSY";
        const string Marked = "àéîöûÀÉÎÖÛçñšýÇÑŠÝ";
        var text = new StringBuilder("[");
        var inside = false;
        foreach (var letter in english)
        {
            inside = letter == '{' || (inside && letter != '}');
            var at = inside ? -1 : Plain.IndexOf(letter);
            text.Append(at < 0 ? letter : Marked[at]);
        }
        return text.Append(' ').Append('~', 1 + english.Length / 4).Append(']').ToString();
    }
}
