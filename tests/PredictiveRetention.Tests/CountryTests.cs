using Xunit;

namespace PredictiveRetention.Tests;

public sealed class CountryTests
{
    [Theory]
    [InlineData("de", "DE", "Germany", "Europe")]
    [InlineData("DEU", "DE", "Germany", "Europe")]
    [InlineData(" germany ", "DE", "Germany", "Europe")]
    [InlineData("UK", "GB", "United Kingdom", "Europe")]
    [InlineData("England", "GB", "United Kingdom", "Europe")]
    [InlineData("U.S.A.", "US", "United States", "North America")]
    [InlineData("EIRE", "IE", "Ireland", "Europe")]
    [InlineData("RSA", "ZA", "South Africa", "Africa")]
    [InlineData("Channel Islands", "JE", "Jersey", "Europe")]
    [InlineData("Cote d'Ivoire", "CI", "Côte d'Ivoire", "Africa")]
    [InlineData("Brasil", "BR", "Brazil", "South America")]
    [InlineData("Costa Rica", "CR", "Costa Rica", "North America")]
    [InlineData("Jamaica", "JM", "Jamaica", "North America")]
    [InlineData("New Zealand", "NZ", "New Zealand", "Australia/Oceania")]
    [InlineData("United Arab Emirates", "AE", "United Arab Emirates", "Asia")]
    public void Country_is_known_by_code_and_by_the_names_in_use(string text, string code, string name, string region) =>
        Assert.Equal(new Country(code, name, region), Country.TryOf(text));

    [Theory]
    [InlineData("XX")]
    [InlineData("Atlantis")]
    [InlineData("European Community")]
    [InlineData("Unspecified")]
    [InlineData("")]
    public void What_is_no_country_is_none(string text) => Assert.Null(Country.TryOf(text));

    [Fact]
    public void Every_code_of_ISO_3166_has_one_of_the_six_regions()
    {
        var codes = from a in Enumerable.Range('A', 26) from b in Enumerable.Range('A', 26) select $"{(char)a}{(char)b}";
        // EL is what the European Union writes for GR, UK what everybody writes for GB.
        var countries = codes.Where(code => code is not ("EL" or "UK")).Select(Country.TryOf).OfType<Country>().ToList();
        // 249, and Kosovo, which has a code for users' own use.
        Assert.Equal(250, countries.Count);
        Assert.All(countries, country => Assert.Contains(country.Region, Country.Regions));
        Assert.Equal(6, countries.Select(country => country.Region).Distinct().Count());
        Assert.All(countries, country => Assert.Equal(country, Country.TryOf(country.Name)));
    }
}
