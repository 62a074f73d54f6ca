using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Service.Tests.Importing;

/// <summary>
/// Uploads made to end, hold or fill the service: each is an answer that says what was wrong, and the next request is served.
/// </summary>
public sealed partial class HostileUploadTests : IAsyncLifetime
{
    private const string Header = "customer_id,order_id,ordered_at,amount";
    private const string TokenPart = "--b\r\nContent-Disposition: form-data; name=\"__RequestVerificationToken\"\r\n\r\n{token}";

    private readonly ServiceUnderTest _service;
    private HttpClient? _admin;

    public HostileUploadTests() =>
        _service = new ServiceUnderTest(new SqliteUnderTest()) { Settings = { ["Retention:MaxUploadMB"] = "1" } };

    private HttpClient Admin => _admin ??= _service.Admin();

    private string Root => Path.Combine(_service.DataFolder, "uploads");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task Files_beyond_the_limits_are_shown_with_their_reason()
    {
        var page = WebUtility.HtmlDecode(await MappingAsync(
            ("deep.json", Encoding.UTF8.GetBytes(Repeated("{\"a\":", 100) + "1" + Repeated("}", 100))),
            ("wide.csv", Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Range(0, 501)) + "\n1\n")),
            ("long.csv", Encoding.UTF8.GetBytes($"a,{new string('x', 300_000)}\n1,2\n")),
            ("bomb.csv.gz", Packed($"{new string('a', 10_000)},1,2024-01-01,5\n", 90 << 20))));
        Assert.Contains("deep.json, line 1: objects or lists are nested deeper than 64 levels", page, StringComparison.Ordinal);
        Assert.Contains("wide.csv, line 1: 501 columns are more than any export has (500 at most)", page, StringComparison.Ordinal);
        Assert.Contains("long.csv, line 1: the heading of column 2 has 300000 characters (200 at most): x", page, StringComparison.Ordinal);
        Assert.Contains("bomb.csv.gz unpacks to more than 200 times its size", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Root, page, StringComparison.Ordinal);
        Assert.True(page.Length < 200_000, $"{page.Length} characters");
    }

    [Fact]
    public async Task What_a_packed_file_may_unpack_to_is_a_setting()
    {
        _service.Settings["Retention:MaxUnpackedMB"] = "1";
        var rows = string.Concat(Enumerable.Range(0, 90_000).Select(i => $"c{i},{i},2024-01-01,5\n"));
        var page = WebUtility.HtmlDecode(await MappingAsync(("large.csv.gz", Packed(rows, 1))));
        Assert.Contains("large.csv.gz unpacks to more than 1 MB. If that is meant, unpack it", page, StringComparison.Ordinal);
        Assert.Contains("Retention:MaxUnpackedMB", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_hundred_columns_make_a_page()
    {
        var headers = string.Join(',', Enumerable.Range(0, 496).Select(i => $"{i:000}{new string('x', 100)}"));
        var orders = $"{Header},{headers}\na,1,2025-01-01,5{new string(',', 496)}\n";
        var page = await MappingAsync(("orders.csv", Encoding.UTF8.GetBytes(orders)));
        Assert.Contains("Every column that is needed was found", page, StringComparison.Ordinal);
        Assert.Contains("found: ordered_at", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--c\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--c--\r\n")]
    [InlineData(TokenPart)]
    [InlineData(TokenPart + "\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"o.csv\"\r\n\r\na,b\n1")]
    public async Task Form_that_ends_before_its_end_is_the_senders_fault(string body)
    {
        var token = await TokenAsync();
        using var form = new ByteArrayContent(Encoding.ASCII.GetBytes(body.Replace("{token}", token, StringComparison.Ordinal)));
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        var answer = await Admin.PostAsync("/data/import/files", form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The form is not whole", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public async Task No_more_is_received_at_once_and_kept_than_there_is_room_for()
    {
        var orders = ("orders.csv", Encoding.UTF8.GetBytes($"{Header}\na,1,2025-01-01,5\n"));
        var upload = Path.Combine(Root, await UploadAsync(orders));
        for (var i = 0; i < 4; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Root, $"receiving-{i}"));
            folder.LastWriteTimeUtc = UnendingDay.Clock.GetUtcNow().UtcDateTime; // whatever clock the disk has
        }
        await TurnedAwayAsync("busy", "Several uploads are being received");
        for (var i = 0; i < 4; i++) Directory.Delete(Path.Combine(Root, $"receiving-{i}"));

        var copies = Enumerable.Range(0, 19).Select(i => Path.Combine(Root, $"{i:x32}")).ToList();
        foreach (var copy in copies)
        {
            Directory.CreateDirectory(Path.Combine(copy, "files"));
            File.Copy(Path.Combine(upload, "upload.json"), Path.Combine(copy, "upload.json"));
        }
        await TurnedAwayAsync("too-many-kept", "There is too much that was uploaded and not imported");
        // Of what is imported nothing but its report is left, which keeps nobody out.
        Directory.Delete(Path.Combine(copies[0], "files"));
        Directory.Delete(Path.Combine(Root, await UploadAsync(orders)), recursive: true);
        foreach (var copy in copies) Directory.Delete(copy, recursive: true);

        await File.WriteAllBytesAsync(Path.Combine(upload, "files", "more.csv"), new byte[5 << 20], TestContext.Current.CancellationToken);
        await TurnedAwayAsync("too-many-kept", "There is too much");
        File.Delete(Path.Combine(upload, "files", "more.csv"));
        await UploadAsync(orders);
    }

    [Fact]
    public async Task Answer_repeats_no_more_of_what_was_asked_than_a_person_reads()
    {
        _service.WithPublishedNight(trained: false);
        var answer = await Admin.GetAsync("/api/v1/predictions/" + new string('x', 5000));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.InRange((await ServiceUnderTest.JsonAsync(answer)).GetProperty("detail").GetString()!.Length, 1000, 2100);
    }

    private async Task TurnedAwayAsync(string problem, string says)
    {
        var answer = await SendAsync(("orders.csv", Encoding.UTF8.GetBytes($"{Header}\na,1,2025-01-01,5\n")));
        Assert.Equal("/data/import?problem=" + problem, answer.Headers.Location?.ToString());
        Assert.Contains(says, await Admin.GetStringAsync("/data/import?problem=" + problem), StringComparison.Ordinal);
    }

    private async Task<string> MappingAsync(params (string Name, byte[] Content)[] files)
    {
        var answer = await Admin.GetAsync($"/data/import/{await UploadAsync(files)}/mapping");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task<string> UploadAsync(params (string Name, byte[] Content)[] files)
    {
        var place = (await SendAsync(files)).Headers.Location?.ToString() ?? "";
        return Mapping().Match(place) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException(place);
    }

    private async Task<HttpResponseMessage> SendAsync(params (string Name, byte[] Content)[] files)
    {
        using var form = new MultipartFormDataContent { { new StringContent(await TokenAsync()), "__RequestVerificationToken" } };
        foreach (var (name, content) in files)
        {
            var file = new ByteArrayContent(content);
            file.Headers.ContentDisposition = new("form-data") { Name = "\"files\"", FileName = "\"" + name + "\"" };
            form.Add(file);
        }
        return await Admin.PostAsync("/data/import/files", form);
    }

    private async Task<string> TokenAsync() =>
        Token().Match(await (await Admin.GetAsync("/data/import")).Content.ReadAsStringAsync()).Groups[1].Value;

    private static string Repeated(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    /// <summary>A header, then these lines again and again until so many bytes are reached, packed.</summary>
    private static byte[] Packed(string lines, int bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Header + "\n"));
            var written = Encoding.UTF8.GetBytes(lines);
            for (var sum = 0; sum < bytes; sum += written.Length) gzip.Write(written);
        }
        return packed.ToArray();
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("^/data/import/([0-9a-f]{32})/mapping$")]
    private static partial Regex Mapping();
}
