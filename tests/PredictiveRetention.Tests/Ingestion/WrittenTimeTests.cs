using System.Globalization;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Times as people, marketplaces, databases, browsers and mails write them: read as they are meant, or not at all.</summary>
public sealed class WrittenTimeTests
{
    [Theory]
    [InlineData("Mar 3, 2024 12:15:20 AM PST", "2024-03-03T08:15:20")]
    [InlineData("Mar 11, 2024 12:15:20 AM PDT", "2024-03-11T07:15:20")]
    [InlineData("Sun, 03 Mar 2024 08:15:20 +0000", "2024-03-03T08:15:20")]
    [InlineData("Sun, 3 Mar 2024 00:15:20 -0800 (PST)", "2024-03-03T08:15:20")]
    [InlineData("3 Mar 24 08:15:20 GMT", "2024-03-03T08:15:20")]
    [InlineData("Sun Mar 03 2024 00:15:20 GMT-0800 (Pacific Standard Time)", "2024-03-03T08:15:20")]
    [InlineData("Mar  3 2024 12:15AM", "2024-03-03T08:15")]
    [InlineData("Mar  3 2024 12:15:20:500AM", "2024-03-03T08:15:20.500")]
    [InlineData("03-MAR-24 12.15.20.000000000 AM", "2024-03-03T08:15:20")]
    [InlineData("03-MAR-24 12.15.20.000000 AM -08:00", "2024-03-03T08:15:20")]
    [InlineData("03-MAR-24 12.15.20.000000 AM AMERICA/LOS_ANGELES", "2024-03-03T08:15:20")]
    [InlineData("03-MAR-24", "2024-03-03T08:00")]
    [InlineData("03MAR2024", "2024-03-03T08:00")]
    [InlineData("03MAR2024:00:15:20", "2024-03-03T08:15:20")]
    [InlineData("20240303T081520Z", "2024-03-03T08:15:20")]
    [InlineData("20240303T001520-0800", "2024-03-03T08:15:20")]
    [InlineData("20240303T0015", "2024-03-03T08:15")]
    [InlineData("20240303 00:15:20", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03T00:15:20-08:00[America/Los_Angeles]", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03T08:15:20Z[UTC]", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03T09:15:20[Europe/Berlin]", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03T09:15:20+01:00[Europe/Berlin][u-ca=gregory]", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03 00:15:20 PST", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03 09:15:20 CET", "2024-03-03T08:15:20")]
    [InlineData("2024-07-03 10:15:20 CEST", "2024-07-03T08:15:20")]
    [InlineData("2024-03-03 17:15:20 JST", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03 08:15:20 (UTC)", "2024-03-03T08:15:20")]
    [InlineData("2024-03-03 10:15 UTC+2", "2024-03-03T08:15")]
    [InlineData("Sun Mar  3 00:15:20 PST 2024", "2024-03-03T08:15:20")]
    [InlineData("Sun Mar  3 00:15:20 2024", "2024-03-03T08:15:20")]
    [InlineData("Sun Mar 03 08:15:20 +0000 2024", "2024-03-03T08:15:20")]
    [InlineData("Sunday, March 3, 2024 12:15 AM", "2024-03-03T08:15")]
    [InlineData("Sunday, March 3rd, 2024 at 12:15 a.m.", "2024-03-03T08:15")]
    [InlineData("Mar. 3, 2024, 12:15:20\u202FAM", "2024-03-03T08:15:20")]
    [InlineData("12:15 AM, Mar 3, 2024", "2024-03-03T08:15")]
    [InlineData("00:15 3 March 2024", "2024-03-03T08:15")]
    [InlineData("2024-Mar-03 00:15", "2024-03-03T08:15")]
    [InlineData("3/3/2024, 12:15:20 AM", "2024-03-03T08:15:20")]
    [InlineData("\u200E3\u200E/\u200E3\u200E/\u200E2024 \u200E12\u200E:\u200E15\u200E AM", "2024-03-03T08:15")]
    [InlineData("Sun 03/03/2024 00:15", "2024-03-03T08:15")]
    [InlineData("2024年3月3日 0時15分20秒", "2024-03-03T08:15:20")]
    [InlineData("٠٣/٠٣/٢٠٢٤ ٠٠:١٥", "2024-03-03T08:15")]
    [InlineData("3/3/2024 14:30 PM", "2024-03-03T22:30")]
    public void A_time_is_read_in_a_shop_of_los_angeles(string text, string utc) => Assert.Equal(utc, Read(text, "America/Los_Angeles"));

    [Theory]
    [InlineData("5. März 2025 14:30")]
    [InlineData("05-Mrz-2025 14:30")]
    [InlineData("Mi., 5. Maerz 2025, 14:30 Uhr")]
    [InlineData("Mittwoch, den 5. März 2025 um 14.30 Uhr")]
    [InlineData("5 mars 2025 à 14h30")]
    [InlineData("mer. 5 mars 2025 14:30")]
    [InlineData("5 de marzo de 2025, 14:30")]
    [InlineData("miércoles, 5 de marzo de 2025 a las 14:30")]
    [InlineData("5 mar. 2025 2:30 p. m.")]
    [InlineData("mercoledì 5 marzo 2025 alle ore 14:30")]
    [InlineData("woensdag 5 maart 2025 om 14:30")]
    [InlineData("5 mrt. 2025 14:30")]
    [InlineData("quarta-feira, 5 de março de 2025 às 14:30")]
    [InlineData("5 marca 2025 r. 14:30")]
    [InlineData("śr., 5 mar 2025, 14:30")]
    [InlineData("Wednesday, 5th of March 2025 2:30 PM")]
    [InlineData("5.3.2025 14.30")]
    [InlineData("05. 03. 2025 14:30")]
    [InlineData("14:30, 05.03.2025")]
    [InlineData("5 МАРТА 2025", null)]
    [InlineData("5 Quintember 2025 14:30", null)]
    [InlineData("Blursday, 5 March 2025 14:30", null)]
    [InlineData("31 février 2025", null)]
    public void Words_of_the_shop_systems_languages_are_read(string text, string? utc = "2025-03-05T14:30") =>
        Assert.Equal(utc, Read(text, "UTC"));

    [Theory]
    [InlineData("jan 01 janv. 01 ene 01 gen 01 januari 01 Jänner 01 stycznia 01 sty 01", 1)]
    [InlineData("févr. fev feb febbraio fevereiro luty lut Februar", 2)]
    [InlineData("avr. abr apr kwi April abril", 4)]
    [InlineData("Mai mei mayo mag maio maj may", 5)]
    [InlineData("Juni juin junio giu junho cze", 6)]
    [InlineData("juil. Juli julio lug julho lip", 7)]
    [InlineData("août aou ago August sie augustus", 8)]
    [InlineData("Sept. sep set sett wrz septiembre", 9)]
    [InlineData("Okt oct ott out paź października", 10)]
    [InlineData("nov listopada lis novembro", 11)]
    [InlineData("Dez. déc. dic dec gru grudnia", 12)]
    public void Months_are_known_long_and_short(string words, int month)
    {
        foreach (var word in words.Split(' ').Where(word => word != "01" && word != "aou"))
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"2025-{month:00}-07T00:00"), Read($"7 {word} 2025", "UTC"));
    }

    [Theory]
    [InlineData("45658.5", "2025-01-01T12:00")]
    [InlineData("45658,5", "2025-01-01T12:00")]
    [InlineData("1735732800", "2025-01-01T12:00")]
    [InlineData("1735732800,0", "2025-01-01T12:00")]
    [InlineData("1735732800000", "2025-01-01T12:00")]
    [InlineData("1735732800000000", "2025-01-01T12:00")]
    [InlineData("1735732800000000000", "2025-01-01T12:00")]
    [InlineData("45.658,5", null)]
    public void Counts_of_days_and_of_parts_of_seconds_are_times(string text, string? expected) =>
        Assert.Equal(expected, Read(text, "UTC"));

    /// <summary>Letters that mean several zones hold in a shop of one of them.</summary>
    [Theory]
    [InlineData("2024-07-01 12:00 IST", "Asia/Kolkata", "2024-07-01T06:30")]
    [InlineData("2024-07-01 12:00 IST", "Europe/Dublin", "2024-07-01T11:00")]
    [InlineData("2024-07-01 12:00 IST", "Europe/Berlin", null)]
    [InlineData("2024-07-01 12:00 BST", "Europe/London", "2024-07-01T11:00")]
    [InlineData("2024-07-01 12:00 BST", "UTC", null)]
    [InlineData("2024-07-01 12:00 CST", "Asia/Shanghai", "2024-07-01T04:00")]
    [InlineData("2024-07-01 12:00 CST", "America/Chicago", "2024-07-01T18:00")]
    [InlineData("2024-07-01 12:00 CST", "Europe/Paris", null)]
    [InlineData("2024-07-01 12:00 EST", "America/New_York", "2024-07-01T17:00")]
    [InlineData("2024-07-01 12:00 XYZ", "America/New_York", null)]
    [InlineData("2024-07-01 12:00 [Mars/Olympus]", "UTC", null)]
    [InlineData("2024-07-01 12:00 +99:00", "UTC", null)]
    public void Letters_of_a_zone_hold_where_they_mean_one(string text, string zone, string? utc) => Assert.Equal(utc, Read(text, zone));

    [Theory]
    [InlineData("2024-02-30")]
    [InlineData("12:15")]
    [InlineData("March 2024")]
    [InlineData("3 2024")]
    [InlineData("soon")]
    [InlineData("0:15 PM 3/3/2024")]
    [InlineData("3/3/2024 13:15 AM")]
    [InlineData("1.234,56")]
    [InlineData("(3 Mar 2024)")]
    public void What_is_no_time_is_none(string text) => Assert.Null(Read(text, "UTC"));

    [Fact]
    public void A_column_of_month_names_leaves_no_order_of_day_and_month_open()
    {
        using var import = new Import
        {
            Orders = "customer_id;order_id;ordered_at;amount\n" + string.Concat(
                "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez".Split(' ').Select((month, i) => $"a;{i};05-{month}-2025 14:30;10\n")),
        };
        Assert.Equal(Enumerable.Range(1, 12),
            import.Stored.Select(order => DateTimeOffset.FromUnixTimeMilliseconds(order.OrderedAtMs).UtcDateTime.Month));
        Assert.Empty(import.Source.Mapping.Files[0].Assumptions);
    }

    [Fact]
    public void A_weekday_before_a_numeric_date_does_not_hide_its_order()
    {
        using var import = new Import
        {
            Orders = "customer_id;order_id;ordered_at;amount\na;1;Sun 03/10/2024;5\na;2;Thu 03/14/2024;5\n",
        };
        Assert.Equal(["2024-03-10", "2024-03-14"],
            import.Stored.Select(order => Iso(order.OrderedAtMs, "yyyy-MM-dd")));
    }

    /// <summary>A line number alone does not say what is wrong.</summary>
    [Fact]
    public void A_reason_that_a_cell_cannot_be_read_shows_the_first_one()
    {
        using var import = new Import
        {
            Orders = "customer_id;order_id;ordered_at;amount\n"
                + "a;1;2024-01-01;5\na;2;2024-07-01 12:00 IST;5\na;3;soon;5\na;4;2024-01-01;much\n",
        };
        Assert.Equal([("unreadable date", "at line 3: '2024-07-01 12:00 IST'"), ("unreadable amount", "at line 5: 'much'")],
            import.Quality.Rejected.Select(reason => (reason.Reason, reason.Example!)));
    }

    private static string? Read(string text, string zone)
    {
        if (WrittenTime.ToUtc(text, "mdy", BusinessCalendar.InZone(zone)) is not { } mdy) return null;
        // Day and month of the numeric ones above are the same, or the text says the order.
        var isDayFirst = text.Contains("05.03", StringComparison.Ordinal) || text.StartsWith("5.3", StringComparison.Ordinal)
            || text.StartsWith("05. 03", StringComparison.Ordinal);
        var utc = isDayFirst ? WrittenTime.ToUtc(text, "dmy", BusinessCalendar.InZone(zone))!.Value : mdy;
        return Iso(utc, utc % 1000 != 0 ? "yyyy-MM-ddTHH:mm:ss.fff" : utc % 60_000 != 0 ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-ddTHH:mm");
    }

    private static string Iso(long utcMs, string form) =>
        DateTimeOffset.FromUnixTimeMilliseconds(utcMs).ToString(form, CultureInfo.InvariantCulture);
}
