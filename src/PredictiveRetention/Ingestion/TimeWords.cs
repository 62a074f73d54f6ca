using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Names of months and weekdays, long and short, in the languages of the shop systems' exports: English, German, French, Spanish, Italian,
/// Dutch, Portuguese, Polish, Swedish, Danish and Norwegian. No word names two months: in every language it stands for the same one.
/// </summary>
internal static class TimeWords
{
    /// <summary>
    /// A written time as it is compared: in lower case, without accents, one blank for many, usual digits; Japanese and Chinese units of
    /// time as the marks they stand for.
    /// </summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var written in WrittenNumber.PlainDigits(text, '.').Normalize(NormalizationForm.FormD))
        {
            var letter = Unit(char.ToLowerInvariant(written));
            if (char.IsWhiteSpace(letter))
            {
                if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
            }
            else if (letter != '\0' && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark) plain.Append(letter);
        }
        return plain.ToString().TrimEnd().TrimEnd(':');
    }

    /// <summary>1 to 12; null where the word names no month.</summary>
    public static int? Month(string word) => s_months.TryGetValue(word, out var month) ? month : null;

    public static bool IsWeekday(string word) => s_weekdays.Contains(word);

    private static char Unit(char letter) => letter switch
    {
        'ł' => 'l',
        'ø' => 'o',
        'º' or 'ª' => '.',
        '’' => '\'',
        '年' or '月' => '-',
        '日' => ' ',
        '時' or '时' or '分' => ':',
        '秒' => '\0',
        _ => letter,
    };

    private static readonly FrozenDictionary<string, int> s_months = Numbered(
        "jan january januar janner jaenner janvier janv enero ene gennaio gen januari janeiro styczen stycznia sty",
        "feb february februar feber fevrier fevr fev febrero febbraio februari fevereiro luty lutego lut",
        "mar march marz maerz mrz mars marzo maart mrt marco marzec marca marts",
        "apr april avril avr abril abr aprile kwiecien kwietnia kwi",
        "may mai mayo maggio mag mei maio maj maja",
        "jun june juni juin junio giugno giu junho czerwiec czerwca cze",
        "jul july juli juillet juil julio luglio lug julho lipiec lipca lip",
        "aug august aout agosto ago augustus augusti sierpien sierpnia sie",
        "sep sept september septembre septiembre setiembre set settembre sett setembro wrzesien wrzesnia wrz",
        "oct october oktober okt octobre octubre ottobre ott outubro out pazdziernik pazdziernika paz",
        "nov november novembre noviembre novembro listopad listopada lis",
        "dec december dezember dez decembre diciembre dic dicembre dezembro grudzien grudnia gru desember des");

    private static readonly FrozenSet<string> s_weekdays = FrozenSet.ToFrozenSet((
        "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
        + "mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
        + "lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche "
        + "mie jue vie sab dom lunes martes miercoles jueves viernes sabado domingo "
        + "gio lunedi martedi mercoledi giovedi venerdi sabato domenica "
        + "ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
        + "seg ter qua qui sex segunda terca quarta quinta sexta segunda-feira terca-feira quarta-feira quinta-feira sexta-feira "
        + "pon pn wt sr czw pt sob nd niedz poniedzialek wtorek sroda czwartek piatek sobota niedziela "
        + "man tir ons tor tors fre lor mandag tirsdag onsdag torsdag fredag lordag sondag mandag tisdag lordag sondag").Split(' '));

    private static FrozenDictionary<string, int> Numbered(params string[] months) =>
        months.SelectMany((words, i) => words.Split(' ').Select(word => KeyValuePair.Create(word, i + 1))).ToFrozenDictionary();
}
