using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The list of texts is made from the pages: with RETENTION_APPROVE=1 it is written anew.</summary>
public sealed partial class TextsTests
{
    private static readonly string s_list = Path.Combine(Repository.Root, "src", "PredictiveRetention.Presentation", "Texts", "Texts.resx");

    [Fact]
    public void Every_text_of_the_pages_is_in_the_list_and_nothing_else_is()
    {
        var texts = Sources().SelectMany(source => Literals(source.Text)).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(texts);
        if (Environment.GetEnvironmentVariable("RETENTION_APPROVE") == "1") Write(texts);
        var listed = XDocument.Load(s_list).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);
        Assert.Empty(texts.Where(text => !listed.ContainsKey(Localiser.NameOf(text))).Select(text => "not listed: " + text));
        Assert.Empty(listed.Keys.Except(texts.Select(Localiser.NameOf)).Select(text => "listed, but on no page: " + text));
        Assert.All(texts, text => Assert.Equal(text, listed[Localiser.NameOf(text)]));
    }

    /// <summary>The list cannot tell them apart.</summary>
    [Fact]
    public void No_two_texts_differ_in_capitals_alone() =>
        Assert.Empty(Sources()
            .SelectMany(source => Literals(source.Text))
            .Distinct()
            .GroupBy(Localiser.NameOf, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => string.Join(" | ", group)));

    [Fact]
    public void Every_text_has_its_places_numbered_from_0_and_can_be_filled() =>
        Assert.All(
            Sources().SelectMany(source => Literals(source.Text)).Distinct().Where(text => text.Contains('{', StringComparison.Ordinal)),
            text =>
        {
            var places = Place()
                .Matches(text)
                .Select(place => int.Parse(place.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
                .Distinct()
                .Order()
                .ToList();
            Assert.Equal(Enumerable.Range(0, places.Count), places);
        });

    /// <summary>A text that is put together in the code is in no list and in no translation.</summary>
    [Fact]
    public void No_text_is_put_together() =>
        Assert.Empty(Sources().SelectMany(source => PutTogether().Matches(source.Text).Select(match => $"{source.Name}: {match.Value}")));

    [Theory]
    [InlineData("""T["A \"B\" {0}", x]""", "A \"B\" {0}")]
    [InlineData("""Texts["An en dash \u2013 and a tab\t."]""", "An en dash – and a tab\t.")]
    [InlineData("""T[isOne ? "One" : "Many", T["inner"]]""", "One|Many|inner")]
    [InlineData("""T[unit switch { "money" => "Money", _ => "Count" }]""", "Money|Count")]
    [InlineData("""T["One, and " + "two {0}", x] + T["three"]""", "One, and two {0}|three")]
    [InlineData("""T[isOne ? "One" + " more" : "Many"]""", "One more|Many")]
    [InlineData("""Set["No text"] + list[0] + T[name]""", "")]
    public void Texts_are_found(string code, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), Literals(code));

    private static IEnumerable<(string Name, string Text)> Sources() =>
        from project in new[] { "PredictiveRetention.Service", "PredictiveRetention.Presentation" }
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal)
        let name = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Replace('\\', '/')
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        select (name, File.ReadAllText(file));

    /// <summary>The first argument of T[...] and Texts[...]: a literal, or the literals that a condition chooses from.</summary>
    private static IEnumerable<string> Literals(string code)
    {
        foreach (Match call in Call().Matches(code))
        {
            var argument = FirstArgument(code, call.Index + call.Length);
            if (Literal().Match(argument) is { Success: true, Index: 0 } only) yield return Unescaped(only.Groups[1]);
            else
                foreach (Match chosen in Chosen().Matches(argument)) yield return Unescaped(chosen.Groups[1]);
        }
    }

    private static string FirstArgument(string code, int start)
    {
        var depth = 0;
        for (var at = start; at < code.Length; at++)
        {
            var letter = code[at];
            if (letter == '"')
            {
                for (at++; at < code.Length && code[at] != '"'; at++)
                    if (code[at] == '\\') at++;
            }
            else if (letter is '(' or '[' or '{') depth++;
            else if (depth > 0 && letter is ')' or '}') depth--;
            else if (depth > 0 && letter == ']') depth--;
            else if (depth == 0 && letter is ',' or ']') return code[start..at];
        }
        return code[start..];
    }

    /// <summary>The literals of a long text that is written over several lines are one text.</summary>
    private static string Unescaped(Group literals) =>
        Regex.Unescape(string.Concat(literals.Captures.Select(part => part.Value)).Replace("\\\"", "\"", StringComparison.Ordinal));

    private static void Write(List<string> texts)
    {
        var document = XDocument.Load(s_list);
        document.Root!.Elements("data").Remove();
        document.Root.Add(texts.DistinctBy(Localiser.NameOf, StringComparer.OrdinalIgnoreCase).Select(text =>
            new XElement("data", new XAttribute("name", Localiser.NameOf(text)), new XAttribute(XNamespace.Xml + "space", "preserve"),
                new XElement("value", text))));
        using var file = new StreamWriter(s_list, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        using var xml = System.Xml.XmlWriter.Create(file, new System.Xml.XmlWriterSettings { Indent = true, NewLineChars = "\n" });
        document.Save(xml);
    }

    [GeneratedRegex("""(?<![\w.])(?:T|Texts)\[""")]
    private static partial Regex Call();

    [GeneratedRegex("""^\s*"(?<1>(?:[^"\\]|\\.)*)"(?:\s*\+\s*"(?<1>(?:[^"\\]|\\.)*)")*\s*$""")]
    private static partial Regex Literal();

    [GeneratedRegex("""(?:\?|:|=>)\s*"(?<1>(?:[^"\\]|\\.)*)"(?:\s*\+\s*"(?<1>(?:[^"\\]|\\.)*)")*(?!\s*=>)""")]
    private static partial Regex Chosen();

    [GeneratedRegex(@"\{(\d+)[^}]*\}")]
    private static partial Regex Place();

    [GeneratedRegex("""(?<![\w.])(?:T|Texts)\[\s*(?:[$@]+"|"(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*\s*\+\s*[^"\s])""")]
    private static partial Regex PutTogether();
}
