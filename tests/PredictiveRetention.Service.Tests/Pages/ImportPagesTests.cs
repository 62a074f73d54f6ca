using Microsoft.Playwright;
using Xunit;

namespace PredictiveRetention.Service.Tests.Pages;

/// <summary>The import wizard in Chromium, from the choice of a file to what was stored.</summary>
public sealed class ImportPagesTests : BrowserTests
{
    public ImportPagesTests() => Service.Settings["Retention:MaxUploadMB"] = "1";

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 360)]
    public async Task Files_are_chosen_mapped_checked_and_imported_with_forms_alone(string theme, int width)
    {
        var (page, errors) = await SignInAsync("/data", theme, width);
        await LookAsync(page, $"data-{theme}-{width}", width);
        await page.ClickAsync("text=Import files");
        await LookAsync(page, $"data-import-{theme}-{width}", width);
        await page.SetInputFilesAsync("#files",
        [
            new FilePayload { Name = "new orders.csv", MimeType = "text/csv",
                Buffer =
                    System.Text.Encoding.UTF8.GetBytes(
                        "kunde;order "
                            + "no;when;paid;<i>note</i>\nnew-1;N1;2025-03-31;10,50;<script>alert(1)</script>\n"
                            + "new-2;N2;2025-04-01;8,00;x\nnew-3;N3;2025-04-02;abc;y\n") },
            new FilePayload { Name = "refunds.csv", MimeType = "text/csv",
                Buffer = "customer_id,refund_id,refunded_at,amount,order_id\nnew-1,R1,2025-04-05,1.00,N1\n"u8.ToArray() },
        ]);
        await page.ClickAsync("text=Upload and look at them");
        Assert.Contains("Say what the files are", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        await page.SelectOptionAsync("#kind-0", "orders");
        await page.ClickAsync("text=Apply and show again");
        Assert.Contains("no column for ordered_at", await page.InnerTextAsync("[role=alert]"), StringComparison.Ordinal);
        await page.SelectOptionAsync("#orders-ordered_at", "when");
        await page.ClickAsync("text=Apply and show again");
        Assert.Contains("Every column that is needed was found", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", await page.InnerTextAsync(".preview >> nth=0"), StringComparison.Ordinal);
        await LookAsync(page, $"data-mapping-{theme}-{width}", width);

        await page.ClickAsync("text=Check every row");
        await page.WaitForSelectorAsync("text=Import the usable rows", new() { Timeout = 20_000 });
        Assert.Contains("3 of 4 rows can be imported; left out on purpose: 0; rejected: 1", await page.InnerTextAsync("h1"),
            StringComparison.Ordinal);
        await LookAsync(page, $"data-check-{theme}-{width}", width);
        var rejects = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=Download the rejected rows"));
        Assert.Contains("new orders.csv,4,paid,unreadable amount,abc",
            await File.ReadAllTextAsync(await rejects.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await page.ClickAsync("text=Import the usable rows");
        await page.WaitForSelectorAsync("text=The quality report, which stays", new() { Timeout = 20_000 });
        Assert.Contains("new rows: 3", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        await LookAsync(page, $"data-result-{theme}-{width}", width);
        await page.ClickAsync("text=The quality report, which stays");
        Assert.Contains("rows read: 4, not stored: 1", await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        await LookAsync(page, $"data-report-{theme}-{width}", width);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task A_browser_that_sends_too_much_is_told_so()
    {
        var (page, _) = await SignInAsync("/data/import");
        foreach (var size in new[] { 1_500_000, 8_000_000 })
        {
            await page.SetInputFilesAsync("#files", new FilePayload { Name = "big.csv", MimeType = "text/csv", Buffer = new byte[size] });
            Assert.Contains("These files are too large",
                await page.EvaluateAsync<string>("document.getElementById('files').validationMessage"), StringComparison.Ordinal);
            // As a browser without the script sends it.
            await page.EvaluateAsync("document.getElementById('files').setCustomValidity('')");
            await page.ClickAsync("text=Upload and look at them");
            Assert.Contains("an upload may weigh 1 MB", await page.InnerTextAsync("[role=alert]"), StringComparison.Ordinal);
        }
    }

    private static async Task LookAsync(IPage page, string name, int width)
    {
        await AssertFitsAsync(page, width);
        await PictureAsync(page, name);
    }
}
