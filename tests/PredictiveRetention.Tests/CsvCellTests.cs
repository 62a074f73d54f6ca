using Xunit;

namespace PredictiveRetention.Tests;

public class CsvCellTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49 171", "'+49 171")]
    [InlineData("-x", "'-x")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1+1", "\"'\t=1+1\"")]
    [InlineData("\r=1+1", "\"'\r=1+1\"")]
    [InlineData("\n=1+1", "\"'\n=1+1\"")]
    [InlineData("\uFF1D1+1", "'\uFF1D1+1")]
    [InlineData("\uFF0B1+1", "'\uFF0B1+1")]
    [InlineData("\uFF0D1+1", "'\uFF0D1+1")]
    [InlineData("\uFF20SUM(A1)", "'\uFF20SUM(A1)")]
    [InlineData("-1,234", "\"'-1,234\"")]
    [InlineData("-Infinity", "'-Infinity")]
    [InlineData("-1-1", "'-1-1")]
    [InlineData("\t12", "\"'\t12\"")]
    public void What_a_spreadsheet_would_run_is_text(string text, string cell) => Assert.Equal(cell, CsvCell.Safe(text));

    [Theory]
    [InlineData("-12")]
    [InlineData("+12.50")]
    [InlineData("+1e5")]
    [InlineData("-.5E-3")]
    [InlineData("")]
    [InlineData("C0000012")]
    [InlineData("a=1+1")]
    public void A_number_and_an_ordinary_text_stay_what_they_are(string text) => Assert.Equal(text, CsvCell.Safe(text));

    [Theory]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a;=1+1", "\"a;=1+1\"")]
    [InlineData("a\t=1+1", "\"a\t=1+1\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    public void What_a_reader_would_split_is_in_quotes(string text, string cell) => Assert.Equal(cell, CsvCell.Safe(text));

    [Theory]
    [InlineData("=1+1", "=1+1")]
    [InlineData("a; b", "a; b")]
    [InlineData("=1,5", "\"=1,5\"")]
    public void For_programs_there_are_no_formulas(string text, string cell) => Assert.Equal(cell, CsvCell.Plain(text));
}
