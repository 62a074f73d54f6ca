using Xunit;

namespace PredictiveRetention.Tests.Storage;

public sealed class WholeFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retention-whole-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Nothing_is_seen_before_it_is_kept_and_nothing_is_beside_it_afterwards()
    {
        File.WriteAllText(In("a.txt"), "before");
        using (var file = new WholeFile(In("a.txt")))
        {
            File.WriteAllText(file.Beside, "after");
            Assert.Equal("before", File.ReadAllText(In("a.txt")));
            file.Commit();
            Assert.Equal("after", File.ReadAllText(In("a.txt")));
        }
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void What_fails_leaves_what_was_there_and_nothing_else()
    {
        WholeFile.Write(In("a.txt"), "before"u8);
        Assert.Throws<OperationCanceledException>(() => WholeFile.Write<int>(In("a.txt"), stream =>
        {
            stream.Write(new byte[200_000]);
            throw new OperationCanceledException();
        }));
        Assert.Equal(("before", "a.txt"), (File.ReadAllText(In("a.txt")), Assert.Single(Names())));
    }

    [Fact]
    public void Of_two_writers_at_once_each_has_a_whole_file_and_the_last_to_keep_it_is_read()
    {
        using WholeFile first = new(In("a.txt")), second = new(In("a.txt"));
        File.WriteAllText(first.Beside, "first");
        File.WriteAllText(second.Beside, "second");
        second.Commit();
        first.Commit();
        Assert.Equal(("first", "a.txt"), (File.ReadAllText(In("a.txt")), Assert.Single(Names())));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told_by_the_writing() =>
        Assert.Throws<DirectoryNotFoundException>(() => WholeFile.Write(In("no/such/a.txt"), "x"u8));

    [Fact]
    public void A_device_is_written_into_and_stays_what_it_is()
    {
        WholeFile.Write("/dev/null", "gone"u8);
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.Empty(Directory.EnumerateFiles("/dev", "null.*.partial"));
    }

    [Fact]
    public void What_is_in_memory_is_a_file_as_any_other()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "needs /dev/shm");
        var path = $"/dev/shm/retention-whole-{Guid.NewGuid():N}.txt";
        try
        {
            WholeFile.Write(path, "a longer text"u8);
            WholeFile.Write(path, "short"u8);
            Assert.Equal("short", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_an_earlier_writer_left_behind_that_was_ended_is_removed_a_day_later()
    {
        WholeFile.Write(In("a.txt"), "first"u8);
        var now = File.GetLastWriteTimeUtc(In("a.txt"));
        foreach (var (name, hours) in new[] { ("a.txt.1.partial", 25), ("a.txt.2.partial", 1), ("b.txt.1.partial", 25) })
        {
            File.WriteAllText(In(name), "half");
            File.SetLastWriteTimeUtc(In(name), now.AddHours(-hours));
        }
        WholeFile.Write(In("a.txt"), "second"u8);
        Assert.Equal(["a.txt", "a.txt.2.partial", "b.txt.1.partial"], Names().Order());
    }

    private IEnumerable<string> Names() => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
