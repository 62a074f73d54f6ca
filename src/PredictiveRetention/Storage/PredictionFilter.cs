namespace PredictiveRetention.Storage;

/// <summary>What a list is sorted by, descending; CustomerKey ascending breaks ties and is the order of Customer.</summary>
public enum PredictionOrder { RevenueAtRisk, PChurn, Clv, ExpectedNetValue, Customer }

/// <summary>Conditions of a list; null does not restrict.</summary>
public sealed record PredictionFilter
{
    public int? RfmSegment { get; init; }
    public int? Lifecycle { get; init; }
    public int? ValueTier { get; init; }
    public int? FrequencyClass { get; init; }
    public int? ClvTier { get; init; }
    public int? BusinessSegment { get; init; }
    public int? EngagementSegment { get; init; }
    public int? Persona { get; init; }
    public int? RiskBand { get; init; }

    /// <summary>ISO 3166, two letters.</summary>
    public string? Country { get; init; }
    public string? PlayId { get; init; }

    /// <summary>True: only customers with a recommended action; false: only those with none.</summary>
    public bool? HasAction { get; init; }
    public bool? Lost { get; init; }

    /// <summary>Still buying, and slipping or of a risk band that is not Low.</summary>
    public bool? AtRisk { get; init; }
    public bool? Slipping { get; init; }
    public bool? StillBuying { get; init; }
    public bool? HighValue { get; init; }

    /// <summary>Left alone so that the effect of a play, or of all, can be measured.</summary>
    public bool? LeftAlone { get; init; }
    public double? MinPChurn { get; init; }
    public double? MaxPChurn { get; init; }
    public double? MinClv { get; init; }
    public double? MaxClv { get; init; }

    /// <summary>
    /// True: only customers whose risk band is High and was lower in the night before; nobody where no earlier night is kept.
    /// </summary>
    public bool MovedUp { get; init; }

    /// <summary>Of an action of the customer, see <see cref="ActionWork"/>: a name, or <see cref="ActionWork.Nobody"/>.</summary>
    public string? WorkOwner { get; init; }

    /// <summary>Of an action of the customer: a status, or <see cref="ActionStatus.Unfinished"/>.</summary>
    public string? WorkStatus { get; init; }

    public bool IsOfWork => WorkOwner is not null || WorkStatus is not null;

    /// <summary>Whether it is this work that the list asks for.</summary>
    public bool Asks(ActionWork work) =>
        (WorkOwner is null || WorkOwner == (work.Owner ?? ActionWork.Nobody))
        && (WorkStatus is null || WorkStatus == work.Status
            || WorkStatus == ActionStatus.Unfinished && work.Status is ActionStatus.Open or ActionStatus.InProgress);

    /// <summary>
    /// Whether a run answers the same as long as it is kept. Work goes on, imports change countries, and the night before may be dropped.
    /// </summary>
    public bool IsSteady => !IsOfWork && !MovedUp && Country is null;
}

/// <summary>Where a page ended: the value sorted by, and the customer.</summary>
public readonly record struct PagePosition(double Value, long CustomerKey);
