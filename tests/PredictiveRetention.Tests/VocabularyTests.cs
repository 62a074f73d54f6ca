using Xunit;

namespace PredictiveRetention.Tests;

public class VocabularyTests
{
    [Theory]
    [InlineData("GBP", "12.345", 1235)]
    [InlineData("GBP", "-12.345", -1235)]
    [InlineData("JPY", "1234.5", 1235)]
    [InlineData("KWD", "1.2345", 1235)]
    public void Currency_ToMinor_RoundsHalfAwayFromZero(string code, string amount, long minor) =>
        Assert.Equal(minor, Currency.Parse(code).ToMinor(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("GBP", 123450, "1234.50")]
    [InlineData("JPY", 1234, "1234")]
    [InlineData("KWD", 1, "0.001")]
    public void Currency_Text_HasTheDecimalsOfTheCurrency(string code, long minor, string text) =>
        Assert.Equal(text, Currency.Parse(code).Text(minor));

    [Fact]
    public void Currency_UnknownCode_IsNamed() =>
        Assert.Contains("XYZ", Assert.Throws<RetentionException>(() => Currency.Parse("XYZ")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("90d", 90)]
    [InlineData("90", 90)]
    public void Horizon_Parse_ReadsDays(string text, int days) => Assert.Equal(days, Horizon.Parse(text).Days);

    [Theory]
    [InlineData("0d")]
    [InlineData("-5")]
    [InlineData("3 months")]
    [InlineData("99999d")]
    public void Horizon_Parse_RefusesWhatIsNoHorizon(string text) =>
        Assert.Equal(Failure.Usage, Assert.Throws<RetentionException>(() => Horizon.Parse(text)).Failure);

    [Theory]
    [InlineData("10/09/2011")]
    [InlineData("2011-13-01")]
    [InlineData("yesterday")]
    public void Cutoff_Parse_RefusesWhatIsNoDate(string text) =>
        Assert.Contains(text, Assert.Throws<RetentionException>(() => Cutoff.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void CustomerKey_IsTheHashOfTheId_TheSameOnEveryMachine()
    {
        // First eight bytes of SHA-256, big-endian: printf 17850 | sha256sum
        Assert.Equal(unchecked((long)0x8072F6579DE32612), CustomerKey.Hash("17850"));
        Assert.NotEqual(CustomerKey.Hash("17850"), CustomerKey.Hash("17851"));
        Assert.Equal(CustomerKey.Hash(new string('x', 1000)), CustomerKey.Hash(new string('x', 1000)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4)]
    [InlineData(-1, 1)]
    public void CustomerKey_FoldOf_KeepsItsAnswers(long key, int fold) => Assert.Equal(fold, CustomerKey.FoldOf(key, 5));

    [Fact]
    public void Invariant_Text_IsWrittenInNoCulture()
    {
        var was = System.Globalization.CultureInfo.CurrentCulture;
        System.Globalization.CultureInfo.CurrentCulture = new("de-DE");
        try
        {
            Assert.Equal("1,234.5 |    0.25|7   |", Invariant.Text($"{1234.5:N1} |{0.25,8}|" + $"{7,-4:D}|"));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = was;
        }
    }
}
