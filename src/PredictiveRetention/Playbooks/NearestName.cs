namespace PredictiveRetention.Playbooks;

/// <summary>The known name somebody probably meant, by edit distance.</summary>
internal static class NearestName
{
    /// <summary>Null when none is near: over two in five of its letters would have to change.</summary>
    public static string? Find(string found, IEnumerable<string> known)
    {
        var nearest = known
            .Select(name => (Name: name, Distance: EditDistance.Between(found.ToUpperInvariant(), name.ToUpperInvariant())))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, nearest.Name.Length * 2 / 5) ? nearest.Name : null;
    }
}
