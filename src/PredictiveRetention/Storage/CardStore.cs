using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using PredictiveRetention.Insights.Findings;

namespace PredictiveRetention.Storage;

/// <summary>What runs say of their figures, a card each.</summary>
public sealed class CardStore
{
    private readonly Engine _engine;

    internal CardStore(Engine engine) => _engine = engine;

    /// <summary>Writes the cards of a run that is being validated, in place of those there may be.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Write(Run run, IReadOnlyList<Card> cards)
    {
        using var change = new LedgerChange(_engine);
        change.Fence(run, RunState.Validating);
        change.Execute("DELETE FROM card WHERE run_id = @RunId", new { run.RunId });
        using (var bulk = change.Bulk("card", "run_id", "seq", "id", "report", "kind", "title", "answer", "state", "figures"))
        {
            for (var i = 0; i < cards.Count; i++)
            {
                var card = cards[i];
                bulk.StartRow();
                bulk.Write(run.RunId);
                bulk.Write(i);
                bulk.Write(card.Id);
                bulk.Write(card.Report);
                bulk.Write(card.Kind.ToString());
                bulk.Write(card.Title);
                bulk.Write(card.Answer);
                bulk.Write(card.State.ToString());
                bulk.Write(JsonSerializer.Serialize(new CardBasis(card.Figures, card.Numbers), s_cardJson));
            }
            bulk.Complete();
        }
        change.Commit();
    }

    /// <summary>Cards of a run in the order they were written; none in runs of earlier versions and in dropped ones.</summary>
    public IReadOnlyList<Card> Read(long runId)
    {
        using var connection = _engine.Open();
        return connection.Query<CardRow>(
            "SELECT id, report, kind, title, answer, state, figures FROM card WHERE run_id = @runId ORDER BY seq",
            new { runId }).Select(row => row.Card).ToList();
    }

    internal static void Clear(DbConnection connection, long runId) => connection.Execute("DELETE FROM card WHERE run_id = @runId", new { runId });

    private static readonly JsonSerializerOptions s_cardJson = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private sealed record CardBasis(IReadOnlyList<CardFigure> Figures, IReadOnlyList<CardNumber> Numbers);

    private sealed record CardRow
    {
        public string Id { get; init; } = "";
        public string Report { get; init; } = "";
        public string Kind { get; init; } = "";
        public string Title { get; init; } = "";
        public string Answer { get; init; } = "";
        public string State { get; init; } = "";
        public string Figures { get; init; } = "";

        public Card Card
        {
            get
            {
                var basis = JsonSerializer.Deserialize<CardBasis>(Figures, s_cardJson)!;
                return new Card(Id, Report, Enum.Parse<CardKind>(Kind), Title, Answer, Enum.Parse<CardState>(State), basis.Figures, basis.Numbers);
            }
        }
    }
}
