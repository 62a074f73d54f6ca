using Xunit;

namespace PredictiveRetention.Tests;

/// <summary>What a stranger wrote, in a message.</summary>
public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("Bestellnr. (größer) 中文 😀", "Bestellnr. (größer) 中文 😀")]
    [InlineData("\u001b]0;PWNED\u0007", "\uFFFD]0;PWNED\uFFFD")]
    [InlineData("a\u009b31mb\u007f", "a\uFFFD31mb\uFFFD")]
    [InlineData("two\nlines\tand\r\nmore", "two lines and  more")]
    [InlineData("over\rwritten", "over\uFFFDwritten")]
    [InlineData("to\u202eright\u2066\u200f", "to\uFFFDright\uFFFD\uFFFD")]
    [InlineData("line\u2028end", "line\uFFFDend")]
    public void Text_is_shown_on_one_line_without_what_speaks_to_a_terminal(string written, string shown) =>
        Assert.Equal(shown, ForeignText.Shown(written));

    [Fact]
    public void Half_of_a_character_is_replaced() => Assert.Equal("\uFFFDx\uFFFD", ForeignText.Shown("\ud83dx\ude00"));

    [Fact]
    public void Long_text_is_cut_between_characters()
    {
        Assert.Equal("abc…", ForeignText.Shown("abcdefgh", 4));
        Assert.Equal("abcd", ForeignText.Shown("abcd", 4));
        Assert.Equal("ab…", ForeignText.Shown("ab😀defgh", 4));
        Assert.Equal(ForeignText.CharactersMax, ForeignText.Shown(new string('x', 10_000)).Length);
    }

    [Fact]
    public void Of_a_long_list_the_beginning_is_shown_and_how_many_more_there_are()
    {
        Assert.Equal("a, b\uFFFD", ForeignText.Shown(["a", "b\u001b"]));
        Assert.EndsWith("n49 and 12 more", ForeignText.Shown([.. Enumerable.Range(0, 62).Select(i => "n" + i)]), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_keeps_its_own_lines()
    {
        Assert.Equal("one\n  two\r\nthree\uFFFD", ForeignText.Message("one\n  two\r\nthree\u001b"));
        Assert.Equal("one…", ForeignText.Message("one two", 3));
    }
}
