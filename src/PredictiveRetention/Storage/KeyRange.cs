namespace PredictiveRetention.Storage;

/// <summary>Customer keys from First to Last, both inclusive.</summary>
public readonly record struct KeyRange(long First, long Last);
