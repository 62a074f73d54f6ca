using PredictiveRetention.Playbooks.Assignments;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Assignments;

public sealed class ArmDrawTests
{
    private static readonly long[] s_keys = [.. Enumerable.Range(0, 200_000).Select(i => CustomerKey.Hash("C" + i))];

    [Theory]
    [InlineData("win-back", 0.1)]
    [InlineData("win-back-2", 0.1)]
    [InlineData("control", 0.05)]
    [InlineData("a", 0.5)]
    public void A_draw_holds_its_share(string salt, double share)
    {
        var held = (double)Held(salt, share).Count / s_keys.Length;
        Assert.Equal(share, held, 4 * Math.Sqrt(share * (1 - share) / s_keys.Length));
    }

    [Fact]
    public void Nobody_and_everybody_are_draws_too() =>
        Assert.Equal((0, s_keys.Length), (Held("x", 0).Count, Held("x", 1).Count));

    [Fact]
    public void A_larger_share_holds_whom_a_smaller_one_held() =>
        Assert.Empty(Held("x", 0.05).Except(Held("x", 0.1)));

    [Fact]
    public void Draws_of_different_salts_have_nothing_to_do_with_each_other()
    {
        var (one, other) = (Held("x", 0.2), Held("y", 0.2));
        Assert.Equal(0.04, (double)one.Intersect(other).Count() / s_keys.Length, 4 * Math.Sqrt(0.04 * 0.96 / s_keys.Length));
    }

    [Fact]
    public void Neighbouring_keys_are_drawn_apart()
    {
        var draw = new ArmDraw("x", 0.5);
        var held = Enumerable.Range(0, 100_000).Count(key => draw.Holds(key));
        Assert.InRange(held, 49_300, 50_700);
        var alike = Enumerable.Range(0, 100_000).Count(key => draw.Holds(key) == draw.Holds(key + 1));
        Assert.InRange(alike, 49_300, 50_700);
    }

    /// <summary>Whoever is left alone must be so tomorrow, and by every process: these are the customers of a draw, for good.</summary>
    [Fact]
    public void A_draw_is_never_made_again() =>
        Assert.Equal([9, 46, 56], Enumerable.Range(0, 60).Where(i => new ArmDraw("win-back", 0.05).Holds(CustomerKey.Hash("C" + i))));

    private static HashSet<long> Held(string salt, double share)
    {
        var draw = new ArmDraw(salt, share);
        return [.. s_keys.Where(key => draw.Holds(key))];
    }
}
