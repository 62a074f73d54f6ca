using System.Text;
using System.Text.Json;
using CsCheck;
using PredictiveRetention.Ingestion;
using Xunit;

namespace PredictiveRetention.Tests.Ingestion;

/// <summary>Bytes nobody wrote on purpose: they are read or refused, and nothing else happens.</summary>
public sealed class HostileBytesTests
{
    private static readonly string[] s_texts = ["a", "", "[[[{", "}]}]", "\\\"[", "\\\\", "é\\u007b", "\\n"];

    [Fact]
    public void Depth_and_keys_of_any_json_are_those_a_parser_finds_however_it_is_cut() =>
        Gen.Select(Gen.Int[0, 11].Array[1, 400], Gen.Int[1, 40]).Sample((steps, chunk) =>
        {
            var json = Encoding.UTF8.GetBytes(Value(new Queue<int>(steps)));
            var deepest = 0;
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    deepest = Math.Max(deepest, reader.CurrentDepth + 1);
            var outline = new JsonOutline();
            var isTaken = true;
            for (var at = 0; isTaken && at < json.Length; at += chunk)
                isTaken = outline.Scan(json.AsSpan(at, Math.Min(chunk, json.Length - at)));
            Assert.Equal(deepest <= FileLimits.Depth, isTaken);
            if (!isTaken) return;
            Assert.Equal(0, outline.Depth);
            using var parsed = JsonDocument.Parse(json);
            IEnumerable<JsonElement> rows = parsed.RootElement.ValueKind == JsonValueKind.Array ? parsed.RootElement.EnumerateArray()
                : [parsed.RootElement];
            var keys = rows.Where(row => row.ValueKind == JsonValueKind.Object).SelectMany(row => row.EnumerateObject());
            Assert.Equal(keys.Select(key => key.Name).Distinct().Count(), outline.Keys);
        }, iter: 500);

    /// <summary>Steps from 0 to 3 are plain values; the others open something, so that many go deep.</summary>
    private static string Value(Queue<int> steps)
    {
        if (!steps.TryDequeue(out var step) || step == 0) return "1.5e3";
        if (step < 4) return $"\"{s_texts[step]}\"";
        var values = Enumerable.Range(0, step % 3 == 0 ? 2 : 1).Select(i => (Name: s_texts[step - 4], Value: Value(steps))).ToList();
        return step % 2 == 0 ? $"[ {string.Join(",", values.Select(value => value.Value))} ]"
            : $"{{{string.Join(",\n", values.Select(value => $"\"{value.Name}\": {value.Value}"))}}}";
    }

    [Fact]
    public void Damaged_parquet_footer_is_read_or_refused()
    {
        var sound = MadeParquet.OfRows(10, bytes: 100);
        var folder = Directory.CreateTempSubdirectory("hostile-");
        try
        {
            Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 4].Sample(damage =>
            {
                var bytes = (byte[])sound.Clone();
                foreach (var (at, value) in damage) bytes[at] = value;
                Judged(() => ParquetFooter.Check(Written(folder, "damaged.parquet", bytes), FileLimits.UnpackedBytes));
            }, iter: 2000, threads: 1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Any_bytes_are_previewed_or_refused_under_any_name()
    {
        var folder = Directory.CreateTempSubdirectory("hostile-");
        var names = new[] { "o.csv", "o.csv.gz", "o.json", "o.ndjson", "o.parquet", "o.json.gz" };
        try
        {
            var rubbish = Gen.Char["{}[]\":,;\n\r\0a1 é\\"].Array[1, 300].Select(letters => Encoding.UTF8.GetBytes(letters));
            Gen.Select(Gen.Int[0, names.Length - 1], Gen.Bool, Gen.Byte.Array[1, 300], rubbish).Sample((name, isText, bytes, text) =>
            {
                var path = Written(folder, names[name], isText ? text : bytes);
                Judged(() => FilePreview.Read(path, null, 20, FileLimits.UnpackedBytes, default));
            }, iter: 150, threads: 1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Written(DirectoryInfo folder, string name, byte[] bytes)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void Judged(Action read)
    {
        try
        {
            read();
        }
        catch (RetentionException refused)
        {
            Assert.Equal(Failure.InputRejected, refused.Failure);
        }
    }
}
