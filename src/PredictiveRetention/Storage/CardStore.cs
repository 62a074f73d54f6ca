using System.Text.Json;
using Dapper;
using PredictiveRetention.Insights.Findings;

namespace PredictiveRetention.Storage;

public sealed partial class RetentionStore
{
    /// <summary>Writes the cards of a run that is being validated, in place of those there may be.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void WriteCards(Run run, IReadOnlyList<Card> cards)
    {
        using var connection = _engine.Open();
        using var transaction = BeginRunChange(connection);
        Fence(connection, transaction, run, RunState.Validating);
        connection.Execute("DELETE FROM card WHERE run_id = @RunId", new { run.RunId }, transaction);
        using (var bulk = _engine.Bulk(connection, transaction, "card", "run_id", "seq", "id", "report", "kind", "title", "answer", "state", "figures"))
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
        transaction.Commit();
    }

    /// <summary>Cards of a run in the order they were written; none in runs of earlier versions and in dropped ones.</summary>
    public IReadOnlyList<Card> Cards(long runId)
    {
        using var connection = _engine.Open();
        return connection.Query<CardRow>("SELECT id, report, kind, title, answer, state, figures FROM card WHERE run_id = @runId ORDER BY seq", new { runId }).Select(row => row.Card).ToList();
    }

    private static readonly JsonSerializerOptions s_cardJson = new(JsonSerializerDefaults.Web) { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };

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
