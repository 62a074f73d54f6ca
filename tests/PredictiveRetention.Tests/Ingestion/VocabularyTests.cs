using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>The words of shop systems in the languages shops export in: what each means, and files of them read without a map.</summary>
public sealed class VocabularyTests
{
    private static readonly string[] s_languages = ["de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"];

    [Fact]
    public void Every_word_has_its_languages_its_system_and_its_source()
    {
        Assert.All(Vocabulary.Headings, heading =>
        {
            Assert.All(heading.Languages, language => Assert.Contains(language, s_languages));
            Assert.All(heading.Files, file => Assert.Contains(file, PresetDetection.Files("generic")));
            Assert.True(heading.System.Length > 0 && heading.Source.Length > 0, heading.Text);
            Assert.NotEqual("", HeaderNames.Plain(heading.Text));
        });
        Assert.All(Vocabulary.Statuses, status =>
        {
            Assert.All(status.Languages, language => Assert.Contains(language, s_languages));
            Assert.Contains(status.Meaning, new[] { "sale", "no_sale", "refunded", "partially_refunded" });
            Assert.True(status.System.Length > 0 && status.Source.Length > 0, status.Text);
        });
        foreach (var language in s_languages.Except(["en"]))
        {
            // A total of the order is called as its amount is; which of them it is, the lines of the file tell.
            foreach (var field in PresetDetection.Fields("generic", "orders").Select(field => field.Name).Except(["order_total"]))
                Assert.Contains(Vocabulary.Headings, heading =>
                    heading.Field == field && heading.Files.Contains("orders") && heading.Languages.Contains(language));
            foreach (var meaning in Vocabulary.Statuses.Select(status => status.Meaning).Distinct())
                Assert.Contains(Vocabulary.Statuses, status => status.Meaning == meaning && status.Languages.Contains(language));
        }
    }

    /// <summary>An order's number is also the last choice for the number of a refund that has none of its own.</summary>
    [Fact]
    public void A_heading_means_one_field_among_those_a_preset_reads_from_a_file()
    {
        var twice =
            from preset in ImportRequest.Presets
            let fields = DeclaredFields.Read(preset)
            from field in fields
            from word in Vocabulary.HeadingsOf(field.File, field.Name).Intersect(field.PlainHeaders)
            from other in fields
            where other.File == field.File && other.Name != field.Name && (other.PlainName == word || other.PlainHeaders.Contains(word))
                && !(field.File == "refunds" && new[] { field.Name, other.Name }.Order().SequenceEqual(["order_id", "refund_id"]))
            select $"{preset} {field.File}: {word} is {field.Name} and {other.Name}";
        Assert.Equal([], twice);
    }

    /// <summary>Fields of two presets for one thing: a price of a piece and of a line, and what the line is about.</summary>
    [Fact]
    public void A_heading_means_two_fields_only_where_presets_differ()
    {
        string[] pairs = ["item_name line", "item_total line_total", "item_total unit_price", "order_id refund_id"];
        var fields =
            from heading in Vocabulary.Headings
            from file in heading.Files
            group heading.Field by (file, Plain: HeaderNames.Plain(heading.Text)) into word
            where word.Count() > 1
            select string.Join(' ', word.Order());
        Assert.Equal(pairs, fields.Distinct().Order());
    }

    [Fact]
    public void Every_status_has_one_normal_form_of_its_own()
    {
        var words = Vocabulary.Statuses.Select(status => Vocabulary.StatusWord(status.Text));
        Assert.Equal(Vocabulary.Statuses.Count, words.Distinct().Count());
        Assert.All(Vocabulary.Statuses, status =>
            Assert.Equal(status.Meaning, Vocabulary.Meanings[Vocabulary.StatusWord(status.Text)]));
    }

    [Fact]
    public void Sql_compares_statuses_as_the_vocabulary_does()
    {
        using var scratch = new ScratchFolder();
        using var database = new ImportDatabase(BusinessCalendar.Utc, scratch.Path, TestContext.Current.CancellationToken);
        DeclaredFields.Declare(database, Preset.Load("generic"));
        string[] odd = ["wc-on-hold", " On_Hold ", "ANNULÉE", "E\u0301chec", "Größe", "Wstrzymane (oczekujące na płatność)", "ガード", ""];
        var texts = Vocabulary.Statuses.Select(status => status.Text).Concat(odd).ToList();
        var rows = string.Join(", ", texts.Select(text => $"({ImportDatabase.Text(text)})"));
        var words = database
            .Query($"SELECT t, status_word(t), status_meaning(t) FROM (VALUES {rows}) AS texts (t)")
            .Select(row => (Text: row.GetString(0), Word: row.GetString(1), Meaning: row.IsDBNull(2) ? null : row.GetString(2))).ToList();
        Assert.All(words, row => Assert.Equal(Vocabulary.StatusWord(row.Text), row.Word));
        Assert.All(words, row => Assert.Equal(Vocabulary.Meanings.GetValueOrDefault(row.Word), row.Meaning));
        Assert.Equal(texts.Count, words.Count);
    }

    /// <summary>The list that stood in macros.sql.</summary>
    [Theory]
    [InlineData("cancelled canceled cancel void voided failed failure payment-failed error unavailable declined denied rejected abandoned "
        + "expired draft checkout-draft pending pending-payment awaiting-payment unpaid on-hold deleted trash test", "no_sale")]
    [InlineData("wc-pending wc-on-hold Storniert Fehlgeschlagen Wartend Ausstehend Offen In_Wartestellung Zahlung_ausstehend", "no_sale")]
    [InlineData("Annulée Échouée En_attente_de_paiement Fallido Cancelado Pendiente Fallito Annullato Geannuleerd Mislukt", "no_sale")]
    [InlineData("Aguardando Malsucedido Anulowane Nieudane Oczekujące_na_płatność キャンセル 保留中 失敗 open", "no_sale")]
    [InlineData("completed processing paid authorized shipped Abgeschlossen In_Bearbeitung Versendet Versandt Bezahlt", "sale")]
    [InlineData("En_cours Terminée Completado Procesando In_lavorazione Completato Verwerkt Afgerond Concluído", "sale")]
    [InlineData("Processando Zrealizowane W_trakcie_realizacji 完了 処理中 発送済み", "sale")]
    [InlineData("refunded Rückerstattet Rueckerstattet Erstattet Remboursée Reembolsado Rimborsato Terugbetaald Zwrócone 返金済み", "refunded")]
    [InlineData("partially_refunded Teilweise_erstattet Partiellement_remboursée 一部返金", "partially_refunded")]
    public void A_status_means_what_its_system_means_by_it(string statuses, string meaning) =>
        Assert.All(statuses.Split(' ').Select(Vocabulary.StatusWord), word =>
            Assert.Equal(meaning, Vocabulary.Meanings.GetValueOrDefault(word)));

    [Theory]
    [InlineData("closed")]
    [InlineData("new")]
    [InlineData("Berlin")]
    public void A_status_that_systems_disagree_about_is_not_known(string status) =>
        Assert.DoesNotContain(Vocabulary.StatusWord(status), (IReadOnlyDictionary<string, string>)Vocabulary.Meanings);

    [Theory]
    [InlineData("Größe", "grosse")]
    [InlineData("Kwota (zł)", "kwotazl")]
    [InlineData("N.º de pedido", "nodepedido")]
    [InlineData("N° de pedido", "nodepedido")]
    [InlineData("№ pedido", "nopedido")]
    [InlineData("Façon", "facon")]
    [InlineData("Œuvre", "oeuvre")]
    [InlineData("注文番号", "注文番号")]
    [InlineData("顧客ＩＤ", "顧客id")]
    [InlineData("ﾒｰﾙ", "メール")]
    public void A_letter_of_any_language_survives_the_comparison(string heading, string plain) =>
        Assert.Equal(HeaderNames.Plain(plain), HeaderNames.Plain(heading));

    [Theory]
    [InlineData("Kundennr;Bestellnr;Datum;Betrag;Zahlungsart", "customer_id=Kundennr order_id=Bestellnr ordered_at=Datum amount=Betrag")]
    [InlineData("Kunden-Nr.;Auftragsnummer;Rechnungsnr;Rechnungsdatum;Bestelldatum;Summe;Gesamtbetrag;Waehrung;Zwischensumme",
        "customer_id=Kunden-Nr. order_id=Auftragsnummer ordered_at=Bestelldatum amount=Gesamtbetrag currency=Waehrung")]
    [InlineData("Client;N° client;Date;N° de commande;Date de commande;Montant TTC;Total;Statut;Ville;Pays;Nombre",
        "customer_id=N° client order_id=N° de commande ordered_at=Date de commande amount=Montant TTC status=Statut "
            + "country=Pays city=Ville")]
    [InlineData("ID;Cliente;N.º de cliente;N.º de pedido;Fecha del pedido;Importe;Estado;Nombre",
        "customer_id=N.º de cliente order_id=N.º de pedido ordered_at=Fecha del pedido amount=Importe status=Estado")]
    [InlineData("Codice cliente;Numero ordine;Data ordine;Totale;Stato ordine;Città",
        "customer_id=Codice cliente order_id=Numero ordine ordered_at=Data ordine amount=Totale status=Stato ordine city=Città")]
    [InlineData("Klantnummer;Bestelnummer;Besteldatum;Totaalbedrag;Bestelstatus;Aantal",
        "customer_id=Klantnummer order_id=Bestelnummer ordered_at=Besteldatum amount=Totaalbedrag status=Bestelstatus quantity=Aantal")]
    [InlineData("Código do cliente;Número do pedido;Data do pedido;Valor total;Situação;Moeda",
        "customer_id=Código do cliente order_id=Número do pedido ordered_at=Data do pedido amount=Valor total currency=Moeda "
            + "status=Situação")]
    [InlineData("ID klienta;Numer zamówienia;Data zamówienia;Kwota;Status;Waluta;Miasto",
        "customer_id=ID klienta order_id=Numer zamówienia ordered_at=Data zamówienia amount=Kwota currency=Waluta status=Status "
            + "city=Miasto")]
    [InlineData("顧客ID;注文番号;注文日;合計金額;ステータス;数量",
        "customer_id=顧客ID order_id=注文番号 ordered_at=注文日 amount=合計金額 status=ステータス quantity=数量")]
    public void A_list_of_any_language_is_read_as_generic(string headings, string columns)
    {
        var best = PresetDetection.Rank("export.csv", headings.Split(';'))[0];
        Assert.Equal(("generic", "orders", true), (best.Preset, best.File, best.Fits));
        Assert.Equal(columns, string.Join(' ', best.Columns.Select(column => $"{column.Key}={column.Value}")));
    }

    [Fact]
    public void Costs_of_shipping_and_taxes_in_a_list_do_not_make_it_one_of_a_shop_system()
    {
        const string Headings = "Kundennr;Bestellnr;Datum;Artikel;Menge;Versandkosten;MwSt.;Gesamtbetrag";
        Assert.Equal("generic", PresetDetection.Rank("export.csv", Headings.Split(';'))[0].Preset);
    }

    [Theory]
    [InlineData("Kundennummer;Gutschriftnummer;Gutschriftdatum;Erstattungsbetrag;Bestellnummer", "Gutschriftnummer")]
    [InlineData("Kundennummer;Bestellnummer;Datum;Betrag", "Bestellnummer")]
    [InlineData("N° client;N° avoir;Date de remboursement;Montant remboursé;N° de commande", "N° avoir")]
    public void Refunds_are_numbered_by_themselves_or_by_their_orders(string headings, string number) =>
        Assert.Equal(number, PresetDetection.ColumnsOf(
            "generic", "refunds", new FilePreview("csv", null, null, headings.Split(';'), []))["refund_id"]);

    [Fact]
    public void German_headings_and_statuses_of_woocommerce_are_read_without_a_map()
    {
        const string Rows = """
            "Bestellnummer";"Bestellstatus";"Bestelldatum";"Kundennotiz";"E-Mail (Rechnung)";"Ort (Rechnung)";"Ländercode (Rechnung)";"Zahlungsart";"Warenkorbrabatt";"Zwischensumme";"Versandart";"Versandkosten";"Erstattungsbetrag";"Gesamtbetrag";"Gesamtsteuer";"Artikelnummer";"Position";"Artikelname";"Menge";"Artikelpreis"
            "1";"Abgeschlossen";"27.09.2024 21:32";"";"a@example.org";"Köln";"DE";"PayPal";"1,00";"60,93";"DHL";"4,90";"0,00";"64,83";"10,51";"S1";"1";"Hemd";"1";"21,94"
            "1";"Abgeschlossen";"27.09.2024 21:32";"";"a@example.org";"Köln";"DE";"PayPal";"1,00";"60,93";"DHL";"4,90";"0,00";"64,83";"10,51";"S2";"2";"Schal";"2";"21,94"
            "2";"In Bearbeitung";"28.09.2024 09:00";"";"b@example.org";"Bonn";"DE";"Rechnung";"0,00";"20,00";"DHL";"0,00";"0,00";"20,00";"3,19";"S1";"1";"Hemd";"1";"20,00"
            "3";"Storniert";"29.09.2024 09:00";"";"b@example.org";"Bonn";"DE";"Rechnung";"0,00";"30,00";"DHL";"0,00";"0,00";"30,00";"4,79";"S1";"1";"Hemd";"1";"30,00"
            "4";"Fehlgeschlagen";"30.09.2024 09:00";"";"b@example.org";"Bonn";"DE";"Karte";"0,00";"40,00";"DHL";"0,00";"0,00";"40,00";"6,39";"S1";"1";"Hemd";"1";"40,00"
            "5";"Wartend";"01.10.2024 09:00";"";"b@example.org";"Bonn";"DE";"Karte";"0,00";"50,00";"DHL";"0,00";"0,00";"50,00";"7,98";"S1";"1";"Hemd";"1";"50,00"
            "6";"Rückerstattet";"02.10.2024 09:00";"";"c@example.org";"Ulm";"DE";"Karte";"0,00";"60,00";"DHL";"0,00";"60,00";"60,00";"9,58";"S1";"1";"Hemd";"1";"60,00"

            """;
        using var import = new Import { Preset = "woocommerce", Orders = Rows };
        var orders = import.Stored;
        Assert.Equal([true, true, false, false, false, true], orders.Select(order => order.IsValid));
        Assert.Equal([6483, 2000, 3000, 4000, 5000, 6000], orders.Select(order => order.AmountMinor));
        Assert.Equal(3, orders[0].Quantity);
        var refund = Assert.Single(import.Source.Refunds());
        Assert.Equal(("6", 6000L), (refund.OrderId, refund.AmountMinor));
        Assert.Equal(["Bonn", "Köln", "Ulm"], import.Source.Customers().Select(customer => customer.City).Order());
        var best = PresetDetection.Rank("export.csv", Rows.Split('\n')[0].Trim().Trim('"').Split("\";\""))[0];
        Assert.Equal(("woocommerce", true), (best.Preset, best.Fits));
    }

    [Fact]
    public void A_list_as_a_small_shop_keeps_it_is_read_as_it_is()
    {
        const string Orders = "Kundennummer;Bestellnr;Datum;Betrag;Status\n11;B-1;26.09.24;1.045,67 €;Bezahlt\n"
            + "12;B-2;27.09.24;20,00 €;Storniert\n12;B-3;28.09.24;30,00 €;Offen\n13;B-4;28.09.24;40,00 €;liegt beim Chef\n";
        using var asked = new Import { Orders = Orders };
        Assert.Contains("liegt beim chef (1 orders, 40.00 EUR)", asked.Refused().Message, StringComparison.Ordinal);
        using var import = new Import { Orders = Orders, Statuses = ["Bezahlt", "liegt beim Chef"] };
        Assert.Equal([true, false, false, true], import.Stored.Select(order => order.IsValid));
        Assert.Equal(104_567, import.Stored[0].AmountMinor);
    }

    [Fact]
    public void Fields_of_an_own_preset_that_are_called_as_the_shipped_ones_have_their_names_in_other_languages()
    {
        const string Till = """
            INSERT INTO fields VALUES
              ('orders', 'customer_id', 'text', true, ['karte']), ('orders', 'order_id', 'text', true, []),
              ('orders', 'ordered_at', 'time', true, []), ('orders', 'amount', 'money', true, []);
            -- LOAD
            CREATE VIEW orders AS SELECT 'orders' AS source, record, customer_id, order_id, ordered_at, amount FROM source_orders;
            """;
        using var import = new Import { PresetSql = Till, Orders = "Kundennr;Karte;Bonnr;Datum;Umsatz\n1;k1;7;31.01.2024;10,50\n" };
        Assert.Equal(new OrderRow("k1", "7", 1_706_659_200_000, 1050, "EUR"), Assert.Single(import.Stored));
    }
}
