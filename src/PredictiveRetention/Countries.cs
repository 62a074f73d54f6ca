namespace PredictiveRetention;
/// <summary>Stand-in until the table of countries is merged.</summary>
public static class Country { public static string? RegionOf(string country) => null; }
