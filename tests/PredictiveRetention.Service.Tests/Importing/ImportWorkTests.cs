using Microsoft.Extensions.Logging.Abstractions;
using PredictiveRetention.Presentation.Texts;
using PredictiveRetention.Service.Importing;
using PredictiveRetention.Service.Tests.Nights;
using Xunit;

namespace PredictiveRetention.Service.Tests.Importing;

/// <summary>The work on uploads, on disks and stores that do not take it.</summary>
public sealed class ImportWorkTests : IDisposable
{
    private const string Orders = "customer_id,order_id,ordered_at,amount,currency\nA,1,2025-01-01,5,EUR\nB,2,2025-01-02,6,EUR\n";

    private readonly HostedWork _host = new();
    private readonly Uploads _uploads;
    private readonly ImportWork _work;

    public ImportWorkTests()
    {
        _uploads = new Uploads(_host.Settings, _host.Clock, NullLogger<Uploads>.Instance);
        _work = new ImportWork(
            _uploads, _host.Store, _host.Settings, new Localiser(_host.Settings.Language), _host.Clock, _host.Heard.Faults,
            NullLogger<ImportWork>.Instance);
    }

    public void Dispose()
    {
        _work.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task A_disk_that_is_full_and_takes_no_note_of_it_either_ends_nothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        var id = Receive();
        Assert.True(_work.Start(id, UploadStep.Checking));
        // From here on every byte written into the upload's folder meets a full disk: the mapping of the check, and the state it goes back
        // to.
        var state = Path.Combine(_uploads.Root, id, "upload.json");
        File.CreateSymbolicLink(_uploads.MappingOf(id), "/dev/full");
        File.CreateSymbolicLink(state + ".new", "/dev/full");
        await _work.StartAsync(default);
        await _host.Heard.BeginsAsync(ImportWork.Writing);

        // It holds all the same, and the next upload is worked on.
        var upload = _uploads.Find(id)!;
        Assert.Equal(UploadStep.Mapping, upload.Step);
        Assert.StartsWith("The disk does not take it", upload.Problem, StringComparison.Ordinal);
        Assert.Contains("\"step\":1", await File.ReadAllTextAsync(state, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await DoneAsync(Receive(), UploadStep.Checked);

        File.Delete(_uploads.MappingOf(id));
        File.Delete(state + ".new");
        _host.Clock.Advance(ImportWork.BetweenSweeps);
        await _host.Heard.EndsAsync(ImportWork.Writing);
        Assert.Contains("\"step\":0", await File.ReadAllTextAsync(state, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await _work.StopAsync(default);
        Assert.False(_work.ExecuteTask!.IsFaulted);
    }

    /// <summary>What was stored is stored, whatever becomes of the note of it.</summary>
    [Fact]
    public async Task An_import_that_is_stored_is_not_said_to_be_none_because_the_disk_is_full_afterwards()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        await _work.StartAsync(default);
        var id = Receive();
        await DoneAsync(id, UploadStep.Checked);
        await _work.StopAsync(default);
        using var work = new ImportWork(
            _uploads, _host.Store, _host.Settings, new Localiser(_host.Settings.Language), _host.Clock, _host.Heard.Faults,
            NullLogger<ImportWork>.Instance);
        Assert.True(work.Start(id, UploadStep.Importing));
        File.CreateSymbolicLink(Path.Combine(_uploads.Root, id, "upload.json.new"), "/dev/full");
        await work.StartAsync(default);
        await _host.Heard.BeginsAsync(ImportWork.Writing);
        Assert.Single(await _host.Store.Imports.NewestAsync(10));
        Assert.Equal((UploadStep.Imported, null), (_uploads.Find(id)!.Step, _uploads.Find(id)!.Problem));
        await work.StopAsync(default);
    }

    [Fact]
    public async Task An_upload_whose_work_a_stop_cut_off_is_put_back_at_the_next_start()
    {
        var id = Receive();
        _uploads.Change(id, upload => upload with { Step = UploadStep.Checking });
        await _work.StartAsync(default);
        await DoneAsync(Receive(), UploadStep.Checked);
        Assert.Equal(UploadStep.Mapping, _uploads.Find(id)!.Step);
        Assert.StartsWith("The service was stopped", _uploads.Find(id)!.Problem, StringComparison.Ordinal);
        await _work.StopAsync(default);
    }

    [Fact]
    public async Task Old_uploads_go_while_it_runs_and_a_folder_that_cannot_be_read_does_not_end_it()
    {
        await _work.StartAsync(default);
        await DoneAsync(Receive(), UploadStep.Checked);
        var id = Receive();
        var root = _uploads.Root;
        Directory.Move(root, root + ".away");
        File.CreateSymbolicLink(root, root); // a circle: it is there and cannot be read
        _host.Clock.Advance(ImportWork.BetweenSweeps);
        File.Delete(root);
        Directory.Move(root + ".away", root);
        _host.Clock.Advance(Uploads.Life + ImportWork.BetweenSweeps);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Directory.Exists(Path.Combine(root, id)))
        {
            patience.Token.ThrowIfCancellationRequested();
            _host.Clock.Advance(ImportWork.BetweenSweeps);
            await Task.Yield();
        }
        await _work.StopAsync(default);
        Assert.False(_work.ExecuteTask!.IsFaulted);
    }

    /// <summary>Who cancels may come as late as the work is over.</summary>
    [Fact]
    public async Task Cancelling_what_is_ending_at_the_same_moment_does_nothing()
    {
        await _work.StartAsync(default);
        for (var round = 0; round < 5; round++)
        {
            var id = Receive();
            using var over = new CancellationTokenSource();
            var cancelling = Task.Run(() => { while (!over.IsCancellationRequested) _work.Cancel(id); },
                TestContext.Current.CancellationToken);
            Assert.True(_work.Start(id, UploadStep.Checking));
            await UntilAsync(() => _uploads.Find(id) is { IsAtWork: false });
            over.Cancel();
            await cancelling;
        }
        await _work.StopAsync(default);
        Assert.Empty(_host.Heard.All);
    }

    private string Receive()
    {
        var folder = _uploads.Receive().Folder!;
        File.WriteAllText(Path.Combine(folder, "orders.csv"), Orders);
        return _uploads.Admit(folder, default).Id;
    }

    private async Task DoneAsync(string id, UploadStep step)
    {
        Assert.True(_work.Start(id, UploadStep.Checking));
        await UntilAsync(() => _uploads.Find(id) is { IsAtWork: false });
        Assert.Equal((step, null), (_uploads.Find(id)!.Step, _uploads.Find(id)!.Problem));
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
