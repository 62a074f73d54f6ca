using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using PredictiveRetention.Ingestion;
using PredictiveRetention.Service.Importing;
using PredictiveRetention.Storage;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Importing;

/// <summary>The import wizard as its forms post, over a store that is empty at first.</summary>
public sealed partial class ImportWizardTests : IAsyncLifetime
{
    private const string Orders =
        "Kunde;Vorgang Z;Datum;Summe;Status\nA;1;31.12.2024;10,50;paid\nB;2;01.01.2025;20,00;paid\nB;3;02.01.2025;abc;paid\n"
            + "C;4;03.01.2025;5,00;cancelled\n";

    private readonly SqliteUnderTest _engine = new();
    private readonly ServiceUnderTest _service;
    private HttpClient? _admin;

    public ImportWizardTests() => _service = new ServiceUnderTest(_engine) { Settings = { ["Retention:MaxUploadMB"] = "1" } };

    private HttpClient Admin => _admin ??= _service.Admin();

    private string Root => Path.Combine(_service.DataFolder, "uploads");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task An_empty_store_offers_the_upload_as_the_one_next_step()
    {
        var page = await PageAsync("/data");
        Assert.Contains("No orders have been imported yet", page, StringComparison.Ordinal);
        Assert.Contains("action=\"/data/import/files\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_looked_at_beside_a_demo_is_of_a_shop_of_its_own()
    {
        using (var store = RetentionStore.Open(_service.Address)) store.Import([new OrderRow("a", "1", 1_700_000_000_000, 1000, "GBP")]);
        _service.Settings["demo"] = "simulated";
        var id = await UploadAsync(("sales.csv", Orders));
        Assert.Contains("name=\"currency\"", await PageAsync($"/data/import/{id}/mapping"), StringComparison.Ordinal);
        var check = await PostAsync(
            $"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"), ("column.orders.order_id", "Vorgang Z"),
            ("setting.orders.$date_order", "dmy"), ("currency", "eur"), ("zone", "Europe/Berlin"), ("do", "check"));
        check = await WaitAsync($"/data/import/{id}/check", check);
        Assert.Contains("3 of 4 rows can be imported; left out on purpose: 0; rejected: 1", check, StringComparison.Ordinal);
        Assert.Contains("nothing is imported into it", check, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_csv_goes_from_upload_over_mapping_and_check_into_the_store_and_the_command_line_does_the_same()
    {
        var id = await UploadAsync(("sales.csv", Orders));
        var mapping = await PageAsync($"/data/import/{id}/mapping");
        Assert.Contains("no column for order_id",
            await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"), ("do", "check")),
            StringComparison.Ordinal);
        Assert.Contains("01.01.2025", mapping, StringComparison.Ordinal);

        var check = await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"),
            ("column.orders.order_id", "Vorgang Z"), ("setting.orders.$date_order", "dmy"), ("currency", "eur"), ("zone", "Europe/Berlin"),
            ("do", "check"));
        check = await WaitAsync($"/data/import/{id}/check", check);
        Assert.Contains("3 of 4 rows can be imported; left out on purpose: 0; rejected: 1", check, StringComparison.Ordinal);
        Assert.Contains("31 Dec 2024 to 3 Jan 2025", check, StringComparison.Ordinal); // days of Berlin, before the store has a zone
        Assert.Contains("unreadable amount", check, StringComparison.Ordinal);
        Assert.Contains("orders with a status that is no sale", check, StringComparison.Ordinal);
        Assert.Contains("retain import --orders sales.csv --map mapping.json --currency EUR --time-zone Europe/Berlin", check,
            StringComparison.Ordinal);
        Assert.Empty(await _service.Store.Imports.NewestAsync(1));
        Assert.Null(_service.Store.Shop());

        Assert.Equal([0xEF, 0xBB, 0xBF], (await Admin.GetByteArrayAsync($"/data/import/{id}/rejects.csv"))[..3]);
        var rejects = await (await Admin.GetAsync($"/data/import/{id}/rejects.csv")).Content.ReadAsStringAsync();
        Assert.Contains("sales.csv,4,Summe,unreadable amount,abc", rejects, StringComparison.Ordinal);

        var result = await WaitAsync($"/data/import/{id}/result", await PostAsync($"/data/import/{id}/commit"));
        Assert.Contains("Stored as import 1: new rows: 3", result, StringComparison.Ordinal);
        Assert.Equal(("EUR", "Europe/Berlin"),
            (_service.Store.RequireShop().Currency.Code, _service.Store.RequireShop().Calendar.TimeZone.Id));
        Assert.Equal("sales.csv", (await _service.Store.Imports.NewestAsync(1))[0].Files);
        Assert.False(Directory.Exists(Path.Combine(Root, id, "files")), "files of an import that is stored lie about");

        Assert.Contains("What was imported, the last time on", await PageAsync("/data"), StringComparison.Ordinal);
        Assert.Contains("Import 1: rows read: 4, not stored: 1", await PageAsync("/data/imports/1"), StringComparison.Ordinal);

        // The mapping of the page, and the files: by the command line nothing is new.
        var folder = Directory.CreateTempSubdirectory("same-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "sales.csv"), Orders, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(folder, "mapping.json"),
                await Admin.GetByteArrayAsync($"/data/import/{id}/mapping.json"), TestContext.Current.CancellationToken);
            var again = PredictiveRetention.Runs.ImportRun.Execute(_service.Store,
                new()
                {
                    Preset = "generic", OrdersFile = Path.Combine(folder, "sales.csv"),
                    MappingFile = Path.Combine(folder, "mapping.json")
                }, false, null, null, default);
            Assert.Equal((0, 0, 3), (again.Stored!.Inserted, again.Stored.Updated, again.Stored.Unchanged));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Several_files_are_told_apart_and_imported_together()
    {
        var id = await UploadAsync(
            ("refunds.csv", "customer_id,refund_id,refunded_at,amount,order_id\nA,r1,2025-01-05,1.00,1\n"),
            ("orders.csv", "customer_id,order_id,ordered_at,amount,currency\nA,1,2025-01-01,10.00,GBP\n"),
            ("people.csv", "customer_id,birth_year,gender,country\nA,1980,f,GB\n"),
            ("notes.csv", "this,that\n1,2\n"));
        var page = await PageAsync($"/data/import/{id}/mapping");
        Assert.Contains("Every column that is needed was found", page, StringComparison.Ordinal);
        Assert.Contains("Not recognised: as", page, StringComparison.Ordinal);
        var check = await WaitAsync($"/data/import/{id}/check",
            await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", ""), ("kind.1", "orders"),
                ("kind.2", "customers"), ("kind.3", "refunds"), ("do", "check")));
        Assert.Contains("Every row can be imported: 3 of 3", check, StringComparison.Ordinal);
        Assert.Contains("Stored as import 1", await WaitAsync($"/data/import/{id}/result", await PostAsync($"/data/import/{id}/commit")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_a_folder_are_known_together_and_objects_in_a_file_of_events_are_opened()
    {
        var olist = await UploadAsync(
            ("olist_orders_dataset.csv",
                "order_id,customer_id,order_status,order_purchase_timestamp,order_delivered_customer_date,order_estimated_delivery_date\n"
                    + "o1,c1,delivered,2018-01-01 10:00:00,2018-01-05 10:00:00,2018-01-09 00:00:00\n"),
            ("olist_customers_dataset.csv",
                "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\nc1,u1,1,sao paulo,SP\n"),
            ("olist_order_payments_dataset.csv",
                "order_id,payment_sequential,payment_type,payment_installments,payment_value\no1,1,credit_card,1,99.90\n"));
        Assert.Contains("<option value=\"olist\" selected", await PageAsync($"/data/import/{olist}/mapping"), StringComparison.Ordinal);
        var check = await WaitAsync($"/data/import/{olist}/check",
            await PostAsync($"/data/import/{olist}/choices", ("preset", "olist"), ("kind.0", "order_customers"), ("kind.1", "payments"),
                ("kind.2", "orders"), ("do", "check")));
        Assert.Contains("Every row can be imported: 3 of 3", check, StringComparison.Ordinal);
        Assert.Contains("retain import --preset olist --orders . --map mapping.json", check, StringComparison.Ordinal);

        var segment = await UploadAsync(("events.json", """
            {"type":"track","event":"Order Completed","userId":"u1","messageId":"m1","timestamp":"2024-05-01T10:00:00.000Z","properties":{"order_id":"A1","total":57.50,"currency":"BRL"}}
            {"type":"track","event":"Email Opened","userId":"u1","messageId":"m9","timestamp":"2024-05-04T09:00:00Z","properties":{"email_id":"e1","campaign_id":"c1"}}
            """));
        Assert.Contains("<option value=\"segment\" selected", await PageAsync($"/data/import/{segment}/mapping"), StringComparison.Ordinal);
        check = await WaitAsync($"/data/import/{segment}/check",
            await PostAsync($"/data/import/{segment}/choices", ("preset", "segment"), ("kind.0", "orders"), ("do", "check")));
        Assert.Contains("1 orders", check, StringComparison.Ordinal);
        Assert.Contains("Every row can be imported: 2 of 2", check, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markup_formulas_and_long_names_are_shown_as_they_are_written()
    {
        var id = await UploadAsync(("<b>x</b>.csv",
            $"customer_id,order_id,ordered_at,amount,<img src=x "
                + $"onerror=1>\n<script>alert(1)</script>,=1+1,2025-01-01,abc,"
                + $"{new string('x', 10_000)}\nB,2,2025-01-01,5,مرحبا\nC,3,2025-01-01,5,\n"));
        var page = await PageAsync($"/data/import/{id}/mapping");
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('x', 200), page, StringComparison.Ordinal);
        var check = await WaitAsync($"/data/import/{id}/check",
            await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"), ("currency", "EUR"),
                ("do", "check")));
        Assert.Contains("2 of 3 rows can be imported", check, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", await PageAsync($"/data/import/{id}/check"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zipped.csv", "PK\u0003\u0004\u0000\u0000", "line 1: the header cannot be read: NUL character")]
    [InlineData("book.xlsx", "PK", "is a workbook: save its sheet as CSV and import that")]
    [InlineData("empty.csv", "", "empty.csv is empty")]
    [InlineData("header.csv", "customer_id,order_id,ordered_at,amount\n", "has a header and no rows")]
    [InlineData("broken.json", "{\"a\":", "broken.json, line 2, column 1: is no JSON")]
    public async Task A_file_that_cannot_be_read_says_so_and_can_be_exchanged(string name, string content, string why)
    {
        var id = await UploadAsync((name, content));
        var page = WebUtility.HtmlDecode(await PageAsync($"/data/import/{id}/mapping"));
        Assert.Contains(why, page, StringComparison.Ordinal);
        Assert.DoesNotContain(Root, page, StringComparison.Ordinal);
        Assert.Contains("None of the files takes part", await PostAsync($"/data/import/{id}/choices", ("do", "check")),
            StringComparison.Ordinal);
        await PostAsync($"/data/import/{id}/remove");
        Assert.Equal(HttpStatusCode.NotFound, (await Admin.GetAsync($"/data/import/{id}/mapping")).StatusCode);
        Assert.Empty(Directory.EnumerateDirectories(Root));
    }

    [Fact]
    public async Task A_file_of_more_columns_than_any_export_has_is_refused_before_a_page_of_them_is_made()
    {
        var id = await UploadAsync(("wide.csv", string.Join(',', Enumerable.Range(0, 50_000)) + "\n1\n"));
        var page = await PageAsync($"/data/import/{id}/mapping");
        Assert.Contains("wide.csv, line 1: 50000 columns", page, StringComparison.Ordinal);
        Assert.True(page.Length < 100_000);
    }

    [Fact]
    public async Task A_file_of_which_most_is_rejected_cannot_be_committed()
    {
        var id = await UploadAsync(("orders.csv",
            "customer_id,order_id,ordered_at,amount\nA,1,yesterday,5\nB,2,long ago,5\nC,3,2025-01-01,5\n"));
        var check = await WaitAsync($"/data/import/{id}/check",
            await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"), ("currency", "EUR"),
                ("do", "check")));
        Assert.Contains("orders.csv: 2 of 3 rows were rejected", check, StringComparison.Ordinal);
        Assert.DoesNotContain(Root, check, StringComparison.Ordinal);
        Assert.DoesNotContain("/commit\"", check, StringComparison.Ordinal);
        await PostAsync($"/data/import/{id}/commit");
        Assert.Empty(await _service.Store.Imports.NewestAsync(1));
    }

    [Fact]
    public async Task An_import_waits_for_who_is_writing_and_one_that_is_cancelled_stores_nothing()
    {
        var id = await UploadAsync(("orders.csv", "customer_id,order_id,ordered_at,amount,currency\nA,1,2025-01-01,5,EUR\n"));
        await WaitAsync($"/data/import/{id}/check",
            await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"), ("do", "check")));
        string waiting;
        using (var night = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=" + _service.Address["sqlite:".Length..]))
        {
            night.Open();
            using var writes = night.BeginTransaction(deferred: false);
            waiting = await PostAsync($"/data/import/{id}/commit");
            Assert.Contains("http-equiv=\"refresh\"", waiting, StringComparison.Ordinal);
            // What is at work is neither changed nor removed beneath it.
            await PostAsync($"/data/import/{id}/choices", ("do", "check"));
            await PostAsync($"/data/import/{id}/remove");
            waiting = await PostAsync($"/data/import/{id}/cancel");
        }
        Assert.Contains("It was cancelled. Nothing was stored.", await WaitAsync($"/data/import/{id}/check", waiting),
            StringComparison.Ordinal);
        Assert.Empty(await _service.Store.Imports.NewestAsync(1));
        Assert.Contains("Stored as import 1", await WaitAsync($"/data/import/{id}/result", await PostAsync($"/data/import/{id}/commit")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,2025-01-01,\"1,234\"", "Decimal mark", "setting.orders.$decimal_mark", ".")]
    [InlineData("1,3/4/2025,5.00", "Order of a date", "setting.orders.$date_order", "dmy")]
    [InlineData("1,2025-01-01,1999\nB,2,2025-01-02,2950\nC,3,2025-01-03,4900", "Amounts are in", "setting.orders.$amount_unit", "minor")]
    public async Task What_a_file_leaves_open_is_a_question_with_its_place_in_the_form(
        string row, string label, string field, string answer)
    {
        var id = await UploadAsync(("orders.csv", $"customer_id,order_id,ordered_at,amount\nA,{row}\n"));
        (string, string)[] fields = [("preset", "generic"), ("kind.0", "orders"), ("currency", "EUR"), ("do", "check")];
        var asked = await WaitAsync($"/data/import/{id}/check", await PostAsync($"/data/import/{id}/choices", fields));
        var question = asked[asked.IndexOf("role=\"alert\"", StringComparison.Ordinal)..];
        question = question[..question.IndexOf("</p>", StringComparison.Ordinal)];
        Assert.EndsWith($"Answer it among the columns: {label}.", question, StringComparison.Ordinal);
        Assert.DoesNotContain("--", question, StringComparison.Ordinal);
        var answered = await PostAsync($"/data/import/{id}/choices", [.. fields, (field, answer)]);
        Assert.Contains("Every row can be imported", await WaitAsync($"/data/import/{id}/check", answered), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_currency_the_check_asks_for_one()
    {
        var id = await UploadAsync(("orders.csv", "customer_id,order_id,ordered_at,amount\nA,1,2025-01-01,5\n"));
        var check = await WaitAsync($"/data/import/{id}/check",
            await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"), ("do", "check")));
        Assert.Contains("orders.csv does not say which currency its amounts are in", check, StringComparison.Ordinal);
        Assert.Contains("is no currency",
            WebUtility.HtmlDecode(await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"),
                ("currency", "EURO"), ("do", "check"))), StringComparison.Ordinal);
        Assert.Contains("is no time zone",
            WebUtility.HtmlDecode(await PostAsync($"/data/import/{id}/choices", ("preset", "generic"), ("kind.0", "orders"),
                ("zone", "Mars/Base"), ("do", "check"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_much_is_turned_away_with_a_page_that_says_so_and_nothing_stays()
    {
        var answer = await SendAsync(await TokenAsync(), ("big.csv", new string('x', 1_100_000)));
        Assert.Equal("/data/import?problem=too-large", answer.Headers.Location?.ToString());
        Assert.Contains("an upload may weigh 1 MB", await PageAsync("/data/import?problem=too-large"), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(Root));
        // The limit of all other bodies is as it was.
        Assert.NotEqual(HttpStatusCode.OK,
            (await Admin.PostAsync("/api/v1/predictions/what-if",
                new StringContent(new string(' ', 2_000_000), Encoding.UTF8, "application/json"))).StatusCode);
    }

    [Fact]
    public async Task A_form_without_its_token_or_its_files_is_refused()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("no-token", ("orders.csv", Orders))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(null, ("orders.csv", Orders))).StatusCode);
        Assert.Equal("/data/import?problem=no-file", (await SendAsync(await TokenAsync())).Headers.Location?.ToString());
        Assert.Equal("/data/import?problem=no-form",
            (await Admin.PostAsync("/data/import/files", new StringContent("x"))).Headers.Location?.ToString());
        Assert.Empty(Directory.Exists(Root) ? Directory.EnumerateDirectories(Root) : []);
        Assert.Equal(HttpStatusCode.Redirect,
            (await _service.Stranger().PostAsync("/data/import/files", new StringContent("x"))).StatusCode);
    }

    [Fact]
    public async Task A_browser_that_leaves_in_the_middle_leaves_no_half_file_behind()
    {
        _service.UseKestrel(0);
        _service.StartServer();
        _admin = new HttpClient
        {
            BaseAddress = _service.ClientOptions.BaseAddress,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ServiceUnderTest.Key) }
        };
        var token = await TokenAsync();
        var cookie = string.Join("; ", _cookies);
        var address = _service.ClientOptions.BaseAddress;
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
            var head = "--b\r\nContent-Disposition: form-data; name=\"__RequestVerificationToken\"\r\n\r\n" + token
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"orders.csv\"\r\n\r\n" + new string('x', 300_000);
            await socket.GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"POST /data/import/files HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer "
                            + $"{ServiceUnderTest.Key}\r\nCookie: {cookie}\r\nContent-Type: multipart/form-data; "
                            + $"boundary=b\r\nContent-Length: 900000\r\n\r\n{head}"), TestContext.Current.CancellationToken);
            await Until(() => Directory.Exists(Root) && Directory.EnumerateFiles(Root, "orders.csv", SearchOption.AllDirectories).Any(),
                "nothing was received");
            socket.Client.LingerState = new LingerOption(true, 0);
        }
        await Until(() => !Directory.EnumerateFileSystemEntries(Root).Any(), "a half file was left behind");
    }

    [Fact]
    public async Task An_upload_is_gone_after_a_day_and_an_unknown_one_is_a_page_that_says_so()
    {
        foreach (var id in new[] { "00000000000000000000000000000000", "..%2F..%2Fx", "nonsense" })
            foreach (var step in new[] { "mapping", "check", "result", "mapping.json", "rejects.csv" })
                Assert.Equal(HttpStatusCode.NotFound, (await Admin.GetAsync($"/data/import/{id}/{step}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Admin.GetAsync("/data/imports/7")).StatusCode);
        var old = await UploadAsync(("orders.csv", Orders));
        _service.Clock.Ahead = TimeSpan.FromHours(25);
        using var browser = new HttpRequestMessage(HttpMethod.Get,
            $"/data/import/{old}/mapping")
        { Headers = { { "Accept", "text/html" } } };
        var answer = await Admin.SendAsync(browser);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("what is not imported is kept for a day", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await UploadAsync(("orders.csv", Orders));
        Assert.False(Directory.Exists(Path.Combine(Root, old)), "an upload past its time lies about");
    }

    [Fact]
    public void A_full_disk_is_known_by_its_error()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        var full = Assert.Throws<IOException>(() =>
        {
            using var file = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write([1]);
        });
        Assert.True(FullDisk.Says(full));
        Assert.False(FullDisk.Says(new IOException("other")));
    }

    private readonly List<string> _cookies = [];

    private async Task<string> TokenAsync()
    {
        var answer = await Admin.GetAsync("/data/import");
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies)) _cookies.AddRange(cookies.Select(cookie => cookie.Split(';')[0]));
        return Token().Match(await answer.Content.ReadAsStringAsync()).Groups[1].Value;
    }

    private async Task<string> PageAsync(string path)
    {
        var answer = await Admin.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(string? token, params (string Name, string Content)[] files)
    {
        using var form = new MultipartFormDataContent();
        if (token is not null) form.Add(new StringContent(token), "__RequestVerificationToken");
        foreach (var (name, content) in files)
        {
            var file = new ByteArrayContent(Encoding.UTF8.GetBytes(content));
            file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
            {
                Name = "\"files\"",
                FileName = "\"" + name + "\""
            };
            form.Add(file);
        }
        return await Admin.PostAsync("/data/import/files", form);
    }

    private async Task<string> UploadAsync(params (string Name, string Content)[] files)
    {
        var answer = await SendAsync(await TokenAsync(), files);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return Mapping().Match(answer.Headers.Location!.ToString()) is { Success: true } match
            ? match.Groups[1].Value
            : throw new InvalidOperationException(answer.Headers.Location.ToString());
    }

    /// <summary>Posts a form and follows it to its page.</summary>
    private async Task<string> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent([.. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)),
            new("__RequestVerificationToken", await TokenAsync())]);
        var answer = await Admin.PostAsync(path, form);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await PageAsync(answer.Headers.Location!.ToString());
    }

    private async Task<string> WaitAsync(string path, string page)
    {
        for (var i = 0; i < 200 && page.Contains("http-equiv=\"refresh\"", StringComparison.Ordinal); i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            page = await PageAsync(path);
        }
        return WebUtility.HtmlDecode(page);
    }

    private static async Task Until(Func<bool> isSo, string otherwise)
    {
        for (var i = 0; i < 100; i++)
        {
            if (isSo()) return;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        Assert.Fail(otherwise);
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("^/data/import/([0-9a-f]{32})/mapping$")]
    private static partial Regex Mapping();
}
