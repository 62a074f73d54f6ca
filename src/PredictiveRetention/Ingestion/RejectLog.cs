using System.Text;
using static PredictiveRetention.Ingestion.ImportDatabase;

namespace PredictiveRetention.Ingestion;

/// <summary>
/// Every record that is not stored, in table rejected: those too broken to split and those the preset refused. Line numbers and texts
/// are fetched by one more pass over a file, and only when it has rejects or notes.
/// </summary>
internal sealed class RejectLog(
    ImportDatabase database, IReadOnlyList<SourceFile> files, IReadOnlyDictionary<string, IReadOnlyList<MatchedColumn>> columns)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private bool _complete;

    /// <summary>Builds table rejected.</summary>
    public void Complete()
    {
        if (_complete) return;
        _complete = true;
        database.Execute("CREATE TABLE all_rejects AS FROM canonical_rejects"
            + (database.Has("rejects") ? " UNION ALL BY NAME FROM rejects" : ""));
        database.Execute("CREATE TABLE all_notes AS FROM canonical_notes UNION ALL BY NAME FROM rule_notes"
            + (database.Has("notes") ? " UNION ALL BY NAME FROM notes" : ""));
        database.Execute("""
            CREATE TABLE reject_lines (source VARCHAR, record BIGINT, line BIGINT, fault VARCHAR, text VARCHAR);
            CREATE TABLE rejected (
              source VARCHAR, path VARCHAR, line BIGINT, header VARCHAR, reason VARCHAR, message VARCHAR, value VARCHAR,
              amount DECIMAL(38,6), currency VARCHAR, text VARCHAR, is_understood BOOLEAN);
            """);
        foreach (var file in files)
        {
            FindLines(file);
            Describe(file);
        }
    }

    /// <summary>
    /// Writes them in the order of the files; returns how many. Written beside and renamed: nobody sees half of it, and a link of that
    /// name is replaced and not followed.
    /// </summary>
    public static int Write(string path, IReadOnlyList<RejectLog> logs)
    {
        foreach (var log in logs) log.Complete();
        return WholeFile.Write(path, stream =>
        {
            using var csv = new StreamWriter(stream, s_utf8, leaveOpen: true);
            csv.Write("file,line,column,reason,value,row_text\n");
            return logs.Sum(log => log.Write(csv));
        });
    }

    private int Write(StreamWriter csv)
    {
        var written = 0;
        var order = string.Join(" ", files.Select((file, i) => $"WHEN {Text(file.Name)} THEN {i}"));
        foreach (var row in database.Query(
            $"SELECT path, line, header, message, value, text FROM rejected ORDER BY CASE source {order} END, line"))
        {
            for (var i = 0; i < row.FieldCount; i++)
            {
                if (i > 0) csv.Write(',');
                if (row.IsDBNull(i)) continue;
                csv.Write(i == 1 ? Number(row.GetInt64(1)) : CsvCell.Safe(row.GetString(i)));
            }
            csv.Write('\n');
            written++;
        }
        return written;
    }

    private void FindLines(SourceFile file)
    {
        var records = $"""
            SELECT DISTINCT record FROM (
              SELECT source, record FROM all_rejects UNION ALL SELECT source, other_record FROM all_rejects
              UNION ALL SELECT source, record FROM all_notes UNION ALL SELECT source, record FROM complete_left_out)
            WHERE source = {Text(file.Name)} AND record IS NOT NULL
            """;
        if (file.Csv is null)
        {
            // Parquet and JSON have rows: their number stands for the line, and the row is written out as JSON. Where lines of a file could
            // not be read, those before a row are counted with it.
            var row = string.Join(", ", file.Headings.Names.Take(file.OwnColumns).Select((header, i) => $"{Text(header)}, c{i}"));
            database.Execute($"""
                INSERT INTO reject_lines SELECT {Text(file.Name)}, rowid + 1, rowid + 1, NULL, json_object({row})::VARCHAR FROM {file.Table}
                WHERE rowid + 1 IN ({records})
                """);
            if (file.Repaired is { } repaired) AddLines(file.Name, repaired);
            return;
        }
        var wanted = database.Query($"{records} ORDER BY record").Select(row => row.GetInt64(0)).ToArray();
        if (wanted.Length > 0 || file.FaultyRecords > 0) FindLines(file.Name, file.Csv, wanted);
    }

    private void AddLines(string source, JsonRepair repaired)
    {
        var records = database.Query($"SELECT record FROM reject_lines WHERE source = {Text(source)}").Select(row => row.GetInt64(0));
        foreach (var record in records.ToList())
            database.Execute($"""
                UPDATE reject_lines SET line = {Number(repaired.LineOf(record))}
                WHERE source = {Text(source)} AND record = {Number(record)}
                """);
        using var lines = database.Append("reject_lines");
        foreach (var fault in repaired.Faults)
            lines.CreateRow().AppendValue(source).AppendNullValue().AppendValue(fault.Line).AppendValue(JsonFault.Reason)
                .AppendValue(fault.Text.Replace('\0', '\uFFFD')).EndRow();
    }

    private void FindLines(string source, CsvSource csv, long[] wanted)
    {
        using var lines = database.Append("reject_lines");
        var next = 0;
        foreach (var (number, at) in csv.Records())
        {
            if (number is not null && (next == wanted.Length || wanted[next] != number)) continue;
            if (number is not null) next++;
            lines.CreateRow().AppendValue(source).AppendValue(number).AppendValue(at.Line).AppendValue(at.Fault)
                .AppendValue(Encoding.UTF8.GetString(at.Record).Replace('\0', '\uFFFD')).EndRow();
        }
    }

    private void Describe(SourceFile file)
    {
        var used = columns[file.Name];
        var source = Text(file.Name);
        var header = CaseOf(used, column => Text(column.Header));
        var value = CaseOf(used, column => $"w.c{Number(column.Index)}");
        database.Execute($"""
            INSERT INTO rejected
            SELECT r.source, {Text(file.Path)}, l.line, {header}, r.reason,
              coalesce(replace(r.detail, '{"{other}"}', o.line::VARCHAR), r.reason), {value}, r.amount, r.currency, l.text,
              coalesce(r.is_understood, false)
            FROM all_rejects AS r
            LEFT JOIN {file.Table} AS w ON w.rowid + 1 = r.record
            LEFT JOIN reject_lines AS l ON l.source = {source} AND l.record = r.record
            LEFT JOIN reject_lines AS o ON o.source = {source} AND o.record = r.other_record
            WHERE r.source = {source}
            UNION ALL
            SELECT source, {Text(file.Path)}, line, NULL, fault, fault, NULL, NULL, NULL, text, false
            FROM reject_lines WHERE source = {source} AND record IS NULL
            """);
    }

    private static string CaseOf(IReadOnlyList<MatchedColumn> columns, Func<MatchedColumn, string> result) =>
        $"CASE r.field {string.Concat(columns.Select(column => $"WHEN {Text(column.Field.Name)} THEN {result(column)} "))}END";
}
