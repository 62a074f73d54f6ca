using PredictiveRetention.Features;

namespace PredictiveRetention.Playbooks;

/// <summary>How much a play matters to the shop; decides only between plays of equal expected net value.</summary>
public enum PlayPriority : byte
{
    Critical,
    High,
    Medium,
    Low,
}

/// <summary>How a play reaches the customer. Internal: a person of the shop is told, the customer is not contacted.</summary>
public enum PlayChannel : byte
{
    Email,
    Sms,
    Phone,
    DirectMail,
    Onsite,
    Push,
    Internal,
}

/// <summary>What an e-mail play does with a customer whose consent nobody recorded.</summary>
public enum UnknownConsent : byte
{
    /// <summary>The default: no recorded consent is no consent.</summary>
    Exclude,

    /// <summary>For shops that mail their existing customers and let the mailing tool drop those who opted out.</summary>
    Allow,
}

/// <summary>One action the shop can take for a customer: whom it is for, what it costs, what it is expected to change.</summary>
public sealed record Play
{
    public const int DefaultCooldownDays = 30;
    public const double DefaultHoldoutShare = 0.10;

    /// <summary>The salt of the global control group, so no play's.</summary>
    public const string ControlSalt = "control";

    /// <summary>Kebab-case; a shop's own play replaces the shipped one of the same id.</summary>
    public required string Id { get; init; }

    /// <summary>Ids the play had before, the first one first: its history and its salt go on.</summary>
    public IReadOnlyList<string> Formerly { get; init; } = [];

    /// <summary>What its file names as salt; null where it names none.</summary>
    public string? OwnSalt { get; init; }

    /// <summary>What the draw of who is left alone is made with. Default: the first id the play ever had.</summary>
    public string Salt => OwnSalt ?? FirstId;

    public bool HasOwnSalt => OwnSalt is not null;

    internal string FirstId => Formerly.Count > 0 ? Formerly[0] : Id;

    public required string Name { get; init; }

    /// <summary>One sentence for the person who works the list.</summary>
    public required string Why { get; init; }

    public required PlayPriority Priority { get; init; }

    public required string Owner { get; init; }

    public required PlayChannel Channel { get; init; }

    public UnknownConsent UnknownConsent { get; init; } = UnknownConsent.Exclude;

    /// <summary>When it happens, in words.</summary>
    public required string Timeline { get; init; }

    /// <summary>
    /// When it is due for one customer: what <see cref="Timeline"/> says after when the play itself begins, else all of it.
    /// </summary>
    public string DueWhen => Timeline.Split(';', 2) is [_, { } due] && !string.IsNullOrWhiteSpace(due) ? due.Trim() : Timeline;

    /// <summary>The messages of a sequence; empty for a single one.</summary>
    public IReadOnlyList<PlayStep> Steps { get; init; } = [];

    public required Audience Audience { get; init; }

    /// <summary>Of its money: the cost of a contact, its budget, and amounts its audience asks for. Null where it has none.</summary>
    public Currency? Currency { get; init; }

    public required PlayCost Cost { get; init; }

    public required ExpectedUplift ExpectedUplift { get; init; }

    /// <summary>Days before a customer who was contacted with this play, or was left alone for it, may get it again.</summary>
    public int CooldownDays { get; init; } = DefaultCooldownDays;

    /// <summary>Share of the chosen customers left alone so that the effect can be measured, 0..1.</summary>
    public double HoldoutShare { get; init; } = DefaultHoldoutShare;

    /// <summary>What its contacts and incentives may cost in a period, in units of its currency, 0 or more; null is no limit.</summary>
    public double? Budget { get; init; }

    /// <summary>
    /// At most this many customers in hand at a time: proposed and not yet dealt with, or contacted in the period; null is no limit.
    /// </summary>
    public int? Capacity { get; init; }

    /// <summary>False switches a shipped play off: override it by id. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The file it was read from.</summary>
    public required string File { get; init; }

    internal PlayPlaces Places { get; init; } = PlayPlaces.Unknown;

    /// <summary>E-mail needs consent that was not refused; of the other channels the product imports no consent.</summary>
    public bool MayContact(in CustomerFacts facts) =>
        Channel != PlayChannel.Email || (facts.EmailConsent ?? UnknownConsent == UnknownConsent.Allow);
}

/// <param name="Day">Days after the play starts for a customer (for a nurture play: after the first order).</param>
/// <param name="Message">What is said.</param>
public readonly record struct PlayStep(int Day, string Message);

/// <param name="PerContact">Paid for every customer contacted, in units of the play's currency.</param>
/// <param name="ShareOfOrder">An incentive: this share of the spend, paid only when an order comes.</param>
/// <param name="PerContactShare">Paid for every customer contacted, as a share of the shop's median order: the same effort in every
/// currency.</param>
public readonly record struct PlayCost(double PerContact, double ShareOfOrder, double PerContactShare = 0)
{
    /// <summary>Of a contact, in currency units; NaN where it is a share and the shop's median order is not known.</summary>
    public double ContactIn(PlaybookEconomics economics) =>
        PerContact + (PerContactShare > 0 ? PerContactShare * (economics.MedianOrder ?? double.NaN) : 0);
}

/// <summary>What a play does to the odds of an order within the churn horizon.</summary>
/// <param name="Value">
/// Additional probability of somebody as likely to order as not, above -0.5 and below 0.5: the shift of the log-odds is logit(1/2 + Value),
/// the same for everybody.
/// </param>
/// <param name="Source">Where it comes from: an assumption until it is measured, then the measurement.</param>
public readonly record struct ExpectedUplift(double Value, string Source)
{
    /// <summary>The factor on the odds: exp of the shift of the log-odds.</summary>
    private double OddsRatio => (0.5 + Value) / (0.5 - Value);

    /// <summary>The probability of an order with the play, of somebody whose probability without it is given; 0..1.</summary>
    public double With(double pOrder)
    {
        var odds = OddsRatio * pOrder;
        return pOrder is > 0 and < 1 ? odds / (odds + 1 - pOrder) : pOrder;
    }
}
