using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using PredictiveRetention.Insights.Findings;

namespace PredictiveRetention.Storage;

/// <summary>What runs say of their figures, a card each.</summary>
public sealed class CardStore
{
    private static readonly RowWriter<(long RunId, int Seq, Card Card)> s_columns = new(
        ("run_id", (bulk, in of) => bulk.Write(of.RunId)),
        ("seq", (bulk, in of) => bulk.Write(of.Seq)),
        ("id", (bulk, in of) => bulk.Write(of.Card.Id)),
        ("report", (bulk, in of) => bulk.Write(of.Card.Report)),
        ("kind", (bulk, in of) => bulk.Write(of.Card.Kind.ToString())),
        ("title", (bulk, in of) => bulk.Write(of.Card.Title)),
        ("answer", (bulk, in of) => bulk.Write(of.Card.Answer)),
        ("state", (bulk, in of) => bulk.Write(of.Card.State.ToString())),
        ("figures", (bulk, in of) => bulk.Write(JsonSerializer.Serialize(new CardBasis(of.Card.Figures, of.Card.Numbers), s_cardJson))));

    private readonly Engine _engine;

    internal CardStore(Engine engine) => _engine = engine;

    /// <summary>Writes the cards of a run that is being validated, in place of those there may be.</summary>
    /// <exception cref="LeaseLostException">Somebody took the run over.</exception>
    public void Write(Run run, IReadOnlyList<Card> cards)
    {
        using var change = LedgerChange.Begin(_engine);
        change.Fence(run, RunState.Validating);
        change.Execute(Clearing, new { run.RunId });
        using (var bulk = change.Bulk("card", s_columns.Names))
        {
            for (var i = 0; i < cards.Count; i++) s_columns.Write(bulk, (run.RunId, i, cards[i]));
            bulk.Complete();
        }
        change.Commit();
    }

    /// <summary>Cards of a run in the order they were written; none in runs of earlier versions and in dropped ones.</summary>
    public async Task<IReadOnlyList<Card>> ReadAsync(long runId, CancellationToken cancellation = default)
    {
        await using var connection = await _engine.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<CardRow>(new CommandDefinition(
            "SELECT id, report, kind, title, answer, state, figures FROM card WHERE run_id = @runId ORDER BY seq",
            new { runId }, cancellationToken: cancellation));
        return [.. rows.Select(row => row.Card)];
    }

    internal const string Clearing = "DELETE FROM card WHERE run_id = @RunId";

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
                var (kind, state) = (Enum.Parse<CardKind>(Kind), Enum.Parse<CardState>(State));
                return new Card(Id, Report, kind, Title, Answer, state, basis.Figures, basis.Numbers);
            }
        }
    }
}
