using System.Buffers.Binary;
using System.Security.Cryptography;
using PredictiveRetention.Features;
using PredictiveRetention.Histories;
using PredictiveRetention.Models;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Scoring;
using PredictiveRetention.Segments;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Runs;

/// <summary>Turns the histories of a shard into its prediction rows: facts, score, segments, action. Reuses its buffers: one instance a worker.</summary>
internal sealed class ShardScorer(RetentionModel model, RunRecipe recipe, Currency currency, Playbook playbook)
{
    private readonly Scorer _scorer = new(model, currency, recipe.Coverage);
    private readonly Recommender _recommender = new(playbook, new PlaybookEconomics(currency, recipe.Margin));
    private readonly List<Prediction> _predictions = [];
    private CustomerFacts[] _facts = [];
    private CustomerScore[] _scores = [];

    public ShardHistories Histories { get; } = new();

    /// <summary>Facts and scores of everybody in <see cref="Histories"/>; valid until the next call.</summary>
    public (ReadOnlyMemory<CustomerFacts> Facts, ReadOnlyMemory<CustomerScore> Scores) Score(Cutoff asOf)
    {
        if (_facts.Length < Histories.Count) (_facts, _scores) = (new CustomerFacts[Histories.Count], new CustomerScore[Histories.Count]);
        _scorer.Score(Histories, asOf, _facts, _scores);
        return (_facts.AsMemory(0, Histories.Count), _scores.AsMemory(0, Histories.Count));
    }

    /// <summary>The rows of the frozen population, in key order; valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">Somebody of the population has no history any more.</exception>
    public IReadOnlyList<Prediction> Predict(IReadOnlyList<long> population, Cutoff asOf)
    {
        Score(asOf);
        _predictions.Clear();
        var next = 0;
        for (var i = 0; i < Histories.Count && next < population.Count; i++)
        {
            var key = Histories[i].Profile.CustomerKey;
            if (key != population[next]) continue; // came after the snapshot: the next run's
            next++;
            _predictions.Add(Row(key, _facts[i], _scores[i]));
        }
        return next == population.Count
            ? _predictions
            : throw new InvalidOperationException($"Customer {population[next]} of the run's population has no order before {asOf} any more: an import changed it while the run was working.");
    }

    /// <summary>Same rows, same checksum: a night made again on the same data with the same model can be compared shard by shard.</summary>
    public static string Checksum(IReadOnlyList<Prediction> predictions)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> row = stackalloc byte[36];
        foreach (var prediction in predictions)
        {
            BinaryPrimitives.WriteInt64LittleEndian(row, prediction.CustomerKey);
            BinaryPrimitives.WriteDoubleLittleEndian(row[8..], prediction.Score.PChurn);
            BinaryPrimitives.WriteDoubleLittleEndian(row[16..], prediction.Score.Clv);
            BinaryPrimitives.WriteDoubleLittleEndian(row[24..], prediction.Action.ExpectedNetValue);
            BinaryPrimitives.WriteInt32LittleEndian(row[32..], prediction.Segments.Rfm.Code);
            hash.AppendData(row);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private Prediction Row(long key, in CustomerFacts facts, in CustomerScore score)
    {
        if (!double.IsFinite(score.Clv) || score.PChurn is not (>= 0 and <= 1))
            throw new InvalidOperationException($"Customer {key} got p_churn {score.PChurn} and CLV {score.Clv}.");
        var segments = Segmenter.Assign(facts, score, recipe.Cutoffs, recipe.Segments);
        return new Prediction(key, facts, score, segments, _recommender.Recommend(facts, score, segments));
    }
}
