using PredictiveRetention.Storage;
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

    private IEnumerable<string> Names() => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name);

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
