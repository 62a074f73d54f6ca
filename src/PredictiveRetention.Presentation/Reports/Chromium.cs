using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PredictiveRetention.Presentation.Reports;

/// <summary>The browser that prints reports as PDF, where the machine has one.</summary>
public static class Chromium
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
        "microsoft-edge", "msedge"];

    private static readonly string[] s_places =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome", "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    /// <summary>On the path, else where it is usually installed; null where there is none.</summary>
    /// <param name="path">What to look through, as the variable PATH writes it; that of this process when null. When given, usual places
    /// are left out.</param>
    public static string? Find(string? path = null)
    {
        var folders = (path ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries);
        string[] endings = OperatingSystem.IsWindows() ? [".exe"] : [""];
        return folders.SelectMany(folder => s_names.SelectMany(name => endings.Select(ending => Path.Combine(folder, name + ending))))
            .Concat(path is null ? s_places : [])
            .FirstOrDefault(File.Exists);
    }

    /// <exception cref="RetentionException">There is none: <see cref="Failure.DependencyUnavailable"/>, with the command that installs
    /// it.</exception>
    public static string Require() => Find() ?? throw Missing();

    public static RetentionException Missing() => new(
        Failure.DependencyUnavailable,
        $"A PDF is printed by Chromium, and this machine has none. Install it: "
            + $"{(OperatingSystem.IsMacOS() ? "brew install --cask chromium" : OperatingSystem.IsWindows() ? "winget install Google.Chrome"
                : "apt-get install chromium")}; or write --format html, which needs none.");

    /// <summary>Prints a page as PDF.</summary>
    /// <param name="html">The page itself.</param>
    /// <param name="pdf">The file to write.</param>
    /// <exception cref="RetentionException">The browser could not: what it said is in the message.</exception>
    public static async Task PrintAsync(string browser, string html, string pdf, TimeSpan patience, CancellationToken cancellation)
    {
        // Of its own: a browser the person has open would otherwise take the request, or refuse it.
        var profile = Directory.CreateTempSubdirectory("retention-print-");
        try
        {
            var (page, printed) = (Path.Combine(profile.FullName, "report.html"), Path.Combine(profile.FullName, "report.pdf"));
            await File.WriteAllTextAsync(page, html, cancellation);
            var start = new ProcessStartInfo(browser)
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
                UseShellExecute = false
            };
            string[] arguments =
            [
                "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking", "--disable-dev-shm-usage",
                "--no-first-run", "--no-default-browser-check", "--hide-scrollbars",
                "--no-pdf-header-footer", "--user-data-dir=" + profile.FullName, "--print-to-pdf=" + printed,
            ];
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            if (!OperatingSystem.IsWindows() && geteuid() == 0) start.ArgumentList.Add("--no-sandbox"); // its sandbox does not run as root
            start.ArgumentList.Add(new Uri(page).AbsoluteUri);
            using var process = Start(start, browser);
            var (said, _) = (process.StandardError.ReadToEndAsync(CancellationToken.None),
                process.StandardOutput.ReadToEndAsync(CancellationToken.None));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(patience);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                throw new RetentionException(Failure.DependencyUnavailable,
                    string.Create(System.Globalization.CultureInfo.InvariantCulture,
                        $"{browser} did not print the report within {patience.TotalSeconds:N0} s, so there is no PDF; --format html "
                            + $"needs no browser."));
            }
            if (process.ExitCode != 0 || !File.Exists(printed) || new FileInfo(printed).Length == 0)
                throw new RetentionException(Failure.DependencyUnavailable,
                    $"{browser} could not print the report (exit code "
                        + $"{process.ExitCode.ToString(System.Globalization.CultureInfo.InvariantCulture)}): {Last(await said)} --format "
                        + $"html needs no browser.");
            File.Move(printed, pdf, overwrite: true);
        }
        finally
        {
            await ForgetAsync(profile);
        }
    }

    private static Process Start(ProcessStartInfo start, string browser)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new RetentionException(Failure.DependencyUnavailable,
                $"{browser} could not be started: {fault.Message}. --format html needs no browser.", fault);
        }
    }

    private static string Last(string said)
    {
        const int Enough = 300;
        var line = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()
            ?? "it said nothing.";
        return line.Length > Enough ? line[..Enough] : line;
    }

    /// <summary>A browser's helpers may still write for a moment after it has ended.</summary>
    private static async Task ForgetAsync(DirectoryInfo profile)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            try
            {
                profile.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempt < 4)
            {
                await Task.Delay(100, CancellationToken.None);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
}
