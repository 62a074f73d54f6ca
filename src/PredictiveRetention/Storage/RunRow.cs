using System.Data;
using System.Reflection;
using System.Text.Json;
using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>States and purposes as tables, answers and messages have them.</summary>
public static class RunWords
{
    public static string Word(this RunState state) => state.ToString().ToLowerInvariant();

    public static string Word(this RunPurpose purpose) => purpose.ToString().ToLowerInvariant();

    /// <summary>Quoted, to be written into SQL.</summary>
    internal static string Sql(this RunState state) => $"'{state.Word()}'";

    /// <inheritdoc cref="Sql(RunState)"/>
    internal static string Sql(this RunPurpose purpose) => $"'{purpose.Word()}'";

    /// <inheritdoc cref="Sql(RunState)"/>
    internal static string Sql(this ShardState state) => $"'{state.ToString().ToLowerInvariant()}'";
}

/// <summary>
/// How a row of table run becomes a <see cref="Run"/>: its words are read as enums (which Dapper does, upper or lower case), its ISO dates
/// as dates, also in parameters; recipe and headline stay JSON until they are asked for.
/// </summary>
internal static class RunRow
{
    /// <summary>Tells Dapper, once a process.</summary>
    public static void Map()
    {
        SqlMapper.RemoveTypeMap(typeof(DateOnly)); // as a column of type date it would be read otherwise
        SqlMapper.AddTypeHandler(new StoredDate());
        SqlMapper.AddTypeHandler(new StoredCutoff());
        SqlMapper.SetTypeMap(typeof(Run), new CustomPropertyTypeMap(typeof(Run), (_, column) => PropertyOf(column)!)); // null: it has none
    }

    public static string? Json(RunHeadline? headline) =>
        headline is null ? null : JsonSerializer.Serialize(headline, JsonSerializerOptions.Web);

    public static RunHeadline Headline(string json) => JsonSerializer.Deserialize<RunHeadline>(json, JsonSerializerOptions.Web)!;

    private static PropertyInfo? PropertyOf(string column)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.IgnoreCase;
        var name = column switch
        {
            "settings" => nameof(Run.RecipeJson),
            "headline" => nameof(Run.HeadlineJson),
            _ => column.Replace("_", "", StringComparison.Ordinal),
        };
        return typeof(Run).GetProperty(name, Any);
    }

    private sealed class StoredDate : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) => Cutoff.Parse((string)value).Date;

        public override void SetValue(IDbDataParameter parameter, DateOnly value) => parameter.Value = value.ToIso();
    }

    private sealed class StoredCutoff : SqlMapper.TypeHandler<Cutoff>
    {
        public override Cutoff Parse(object value) => Cutoff.Parse((string)value);

        public override void SetValue(IDbDataParameter parameter, Cutoff value) => parameter.Value = value.ToString();
    }
}
