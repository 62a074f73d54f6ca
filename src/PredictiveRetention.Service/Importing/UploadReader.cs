using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PredictiveRetention.Service.Settings;

namespace PredictiveRetention.Service.Importing;

/// <summary>
/// Receives the files of an upload: from the connection to the disk, never whole in memory. The form's token comes before its files and is
/// looked at before the first byte of them is kept. Whatever goes wrong, nothing half received stays.
/// </summary>
internal sealed class UploadReader(Uploads uploads, IAntiforgery antiforgery, ServiceSettings settings, ILogger<UploadReader> logger)
{
    private const int FilesMax = 20;
    private const int NameMax = 120;
    private const int TokenMax = 4096;
    private const string TokenField = "__RequestVerificationToken";

    /// <summary>The upload, or the name of the problem the import page explains.</summary>
    public async Task<(Upload? Upload, string? Problem)> ReadAsync(HttpContext http)
    {
        // Counted here, so that a browser that sends too much gets a page that says so and not a broken connection.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body) body.MaxRequestBodySize = null;
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
            return (null, UploadProblem.NoForm);
        var (free, tooMuch) = uploads.Receive();
        if (free is not { } folder) return (null, await TurnAwayAsync(http, tooMuch!));
        try
        {
            if (http.Request.ContentLength > Free(folder)) return (null, await TurnAwayAsync(http, UploadProblem.DiskFull));
            var problem = await KeepAsync(new MultipartReader(boundary, http.Request.Body), folder, http);
            if (problem is not null) return (null, await TurnAwayAsync(http, problem));
            var upload = uploads.Admit(folder, http.RequestAborted);
            return (upload, null);
        }
        catch (IOException fault) when (FullDisk.Says(fault))
        {
            logger.LogWarning("An upload did not fit on the disk: {Fault}", fault.Message);
            uploads.GiveUp(folder);
            return (null, await TurnAwayAsync(http, UploadProblem.DiskFull));
        }
        catch (InvalidDataException)
        {
            return (null, UploadProblem.NoForm);
        }
        finally
        {
            uploads.GiveUp(folder); // admitted, it lies elsewhere
        }
    }

    private async Task<string?> KeepAsync(MultipartReader reader, string folder, HttpContext http)
    {
        var left = settings.MaxUploadBytes;
        var isTrusted = false;
        var files = 0;
        while (await Sent(new ValueTask<MultipartSection?>(reader.ReadNextSectionAsync(http.RequestAborted))) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) return UploadProblem.NoForm;
            if (!disposition.IsFileDisposition())
            {
                if (HeaderUtilities.RemoveQuotes(disposition.Name).Value != TokenField) continue;
                http.Request.Headers["RequestVerificationToken"] = await TextAsync(section.Body, http.RequestAborted);
                await antiforgery.ValidateRequestAsync(http);
                isTrusted = true;
                continue;
            }
            if (!isTrusted) throw new BadHttpRequestException("The form's token is missing or comes after the files.");
            var sent = (disposition.FileNameStar.HasValue
                ? disposition.FileNameStar
                : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value ?? "";
            if (sent.Length == 0) continue; // no file was chosen
            if (++files > FilesMax) return UploadProblem.TooMany;
            left = await CopyAsync(section.Body, Path.Combine(folder, FreeName(folder, sent)), left, http.RequestAborted);
            if (left < 0) return UploadProblem.TooLarge;
        }
        return files > 0 ? null : UploadProblem.NoFile;
    }

    /// <summary>Bytes that may still come; below 0 it was too much.</summary>
    private static async Task<long> CopyAsync(Stream from, string path, long left, CancellationToken cancellation)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous,
            BufferSize = 0
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        var buffer = new byte[128 * 1024];
        int read;
        while (left >= 0 && (read = await Sent(from.ReadAsync(buffer, cancellation))) > 0)
        {
            left -= read;
            if (left >= 0) await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        return left;
    }

    /// <summary>
    /// A browser shows an answer only when it has sent everything: the rest is read and forgotten, as far as that is bearable.
    /// </summary>
    private async Task<string> TurnAwayAsync(HttpContext http, string problem)
    {
        var bearable = 2 * settings.MaxUploadBytes + (1 << 20);
        if (http.Request.ContentLength is { } length && length > bearable) http.Response.Headers.Connection = "close";
        else
        {
            var buffer = new byte[128 * 1024];
            int read;
            while (bearable > 0 && (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0) bearable -= read;
        }
        return problem;
    }

    private static async Task<string> TextAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[TokenMax];
        var length = await Sent(body.ReadAtLeastAsync(buffer, TokenMax, throwOnEndOfStream: false, cancellation));
        return System.Text.Encoding.ASCII.GetString(buffer, 0, length).ReplaceLineEndings("");
    }

    /// <summary>A body that ends before its form does is the sender's fault and no disk's.</summary>
    private static async ValueTask<T> Sent<T>(ValueTask<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (IOException cut) when (cut is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form is not whole: it ends before its last part does.", cut);
        }
    }

    /// <summary>The file's own name without a path and without what file systems and DuckDB take for something else.</summary>
    private static string FreeName(string folder, string sent)
    {
        var name = new string([.. sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..].Where(letter => !char.IsControl(letter))
            .Select(letter => letter is '*' or '?' or '[' or ']' or '{' or '}' or ':' ? '_' : letter)])
            .Trim();
        if (name.Trim('.').Length == 0) name = "file";
        // The end says what the file is, so the middle goes.
        while (System.Text.Encoding.UTF8.GetByteCount(name) > NameMax) name = name.Remove(Math.Min(20, name.Length / 2), 1);
        name = new string([.. name.EnumerateRunes()
            .Where(rune => rune != System.Text.Rune.ReplacementChar)
            .SelectMany(rune => rune.ToString())]);
        var free = name;
        for (var n = 2; File.Exists(Path.Combine(folder, free)); n++)
            free = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{n}-{name}");
        return free;
    }

    private static long Free(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
}

/// <summary>Why an upload was not taken, as the import page is told.</summary>
internal static class UploadProblem
{
    public const string NoForm = "no-form";
    public const string NoFile = "no-file";
    public const string TooLarge = "too-large";
    public const string TooMany = "too-many";
    public const string DiskFull = "disk-full";
    public const string Busy = "busy";
    public const string TooManyKept = "too-many-kept";
}
