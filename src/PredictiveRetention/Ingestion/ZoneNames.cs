using System.Collections.Frozen;

namespace PredictiveRetention.Ingestion;

/// <summary>Zones of the IANA database by their names, however a program spells them: Oracle writes AMERICA/LOS_ANGELES.</summary>
internal static class ZoneNames
{
    /// <summary>Null where there is no such zone.</summary>
    public static BusinessCalendar? Find(string name) =>
        s_ids.TryGetValue(name, out var id) || (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && (id = zone.Id) is not null)
            ? BusinessCalendar.InZone(id) : null;

    private static readonly FrozenDictionary<string, string> s_ids = TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id)
        .DistinctBy(id => id.ToUpperInvariant()).ToFrozenDictionary(id => id, StringComparer.OrdinalIgnoreCase);
}
