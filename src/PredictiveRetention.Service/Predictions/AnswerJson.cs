using System.Text.Json.Serialization;

namespace PredictiveRetention.Service.Predictions;

/// <summary>The answers asked for most, written without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PredictionAnswer))]
[JsonSerializable(typeof(PredictionPage))]
internal sealed partial class AnswerJson : JsonSerializerContext;
