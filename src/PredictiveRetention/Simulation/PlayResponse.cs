using PredictiveRetention.Playbooks;

namespace PredictiveRetention.Simulation;

/// <summary>
/// What a play truly does in the simulated shop, which is not what its author assumes: the change of the probability of an order within 90
/// days of a customer who gets it. Customers who would hardly or surely buy cannot be moved; those who mind contact are driven away by it.
/// </summary>
/// <param name="Effect">On a customer as likely to order as not, of average price sensitivity and engagement.</param>
/// <param name="Lapsed">Part of the effect on those who have left.</param>
/// <param name="Price">How much more it does where prices are minded: -1 to 1.</param>
/// <param name="Engagement">How much more it does where e-mails are opened: -1 to 1.</param>
internal sealed record PlayResponse(double Effect, double Lapsed = 0, double Price = 0, double Engagement = 0)
{
    private static readonly Dictionary<string, PlayResponse> s_byPlay = new()
    {
        ["post-purchase-nurture"] = new(0.06, Lapsed: 0.1, Engagement: 0.6),
        ["win-back-dormant-high-value"] = new(0.05, Lapsed: 0.6, Price: 0.6),
        ["at-risk-early-warning"] = new(0.03, Lapsed: 0.1),
        ["one-timer-reactivation"] = new(0.05, Lapsed: 0.3, Price: 0.5, Engagement: 0.3),
        ["subscriber-cross-sell"] = new(0.04, Engagement: 0.5),
        ["loyalist-repeat-incentive"] = new(0.005, Price: 0.5), // they buy anyway
        ["loyalty-programme"] = new(0.02),
        ["high-value-retention"] = new(0.03, Engagement: 0.4),
        ["regular-to-power-user"] = new(0.04, Price: -0.3),
        ["mid-value-spend-threshold"] = new(0.02, Price: 0.5),
    };

    /// <summary>Of a play written after this table: what its author assumes, the same for everybody who can be moved.</summary>
    public static PlayResponse To(Play play) => s_byPlay.GetValueOrDefault(play.Id) ?? new PlayResponse(play.ExpectedUplift.Value);

    public static bool Knows(string playId) => s_byPlay.ContainsKey(playId);

    public double Uplift(Play play, SimulatedCustomer customer, in CustomerTruth truth)
    {
        var room = truth.Alive ? 4 * truth.POrder90 * (1 - truth.POrder90) : Lapsed;
        var contact = play.Channel is not (PlayChannel.Onsite or PlayChannel.Internal);
        var uplift = contact && customer.AnnoyedByContact
            ? -0.5 * Effect * (truth.Alive ? room : 0)
            : Effect * room * (1 + Price * (2 * customer.PriceSensitivity - 1)) * (1 + Engagement * (2 * customer.Engagement - 1));
        return Math.Clamp(uplift, -truth.POrder90, 1 - truth.POrder90);
    }
}
