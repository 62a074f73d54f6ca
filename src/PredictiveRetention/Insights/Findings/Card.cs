namespace PredictiveRetention.Insights.Findings;

/// <summary>What a card is for.</summary>
public enum CardKind
{
    /// <summary>Something the figures say.</summary>
    Finding,

    /// <summary>The answer to a question somebody asks every month.</summary>
    Question,

    /// <summary>A metric against a threshold of the shop's.</summary>
    Risk,

    /// <summary>What the whole shop comes to.</summary>
    Headline,
    Kpi,

    /// <summary>A play of the playbook, proposed.</summary>
    Recommendation,
}

/// <summary>How a card may be read.</summary>
public enum CardState
{
    Ok,

    /// <summary>A source is missing, or there is too little to say it; the answer gives the reason.</summary>
    NotAvailable,

    /// <summary>It rests on a small group, which the answer marks.</summary>
    Small,

    /// <summary>Beyond its threshold, or a decline that chance does not explain.</summary>
    Alert,
}

/// <summary>A figure a card rests on, and how its answer writes it.</summary>
public sealed record CardFigure(string View, string Metric, string D1, string D2, string D3, double? Value, string Shown);

/// <summary>A number of an answer that is no figure: a setting, a date, or what was worked out from the figures beside it.</summary>
/// <param name="Name">What it is, and of what it was made.</param>
public sealed record CardNumber(string Name, double Value, string Shown);

/// <summary>One sentence or few, made by code from the figures of a run, with everything it rests on.</summary>
/// <param name="Id">Stable: report and name, "002.risk_acquisition".</param>
/// <param name="Report">"000" to "004": the report whose question it answers.</param>
/// <param name="Title">The question, or what the card is about.</param>
/// <param name="Figures">In the order they are told.</param>
public sealed record Card(
    string Id, string Report, CardKind Kind, string Title, string Answer, CardState State, IReadOnlyList<CardFigure> Figures,
    IReadOnlyList<CardNumber> Numbers);
