using PredictiveRetention.Playbooks;
using PredictiveRetention.Playbooks.Assignments;
using Xunit;

namespace PredictiveRetention.Tests.Playbooks.Assignments;

public sealed class ActionSettingsTests
{
    [Fact]
    public void What_is_out_of_range_is_refused_by_name()
    {
        Refused("period", new ActionSettings { PeriodDays = 0 });
        Refused("budget", new ActionSettings { Budget = -1 });
        Refused("budget", new ActionSettings { Budget = double.PositiveInfinity });
        var less = new Dictionary<PlayChannel, int> { [PlayChannel.Email] = -1 };
        Refused("capacity of email", new ActionSettings { ChannelCapacities = less });
        Refused("most contacts", new ActionSettings { MostContacts = 0 });
        Refused("control share", new ActionSettings { ControlShare = 1.1 });
        Refused("control share", new ActionSettings { ControlShare = double.NaN });

        static void Refused(string name, ActionSettings settings) =>
            Assert.StartsWith($"The {name} of actions is ", Assert.Throws<RetentionException>(settings.Checked).Message);
    }

    [Fact]
    public void Nothing_and_all_are_in_range() => new ActionSettings
    {
        Budget = 0,
        ControlShare = 1,
        ChannelCapacities = new Dictionary<PlayChannel, int> { [PlayChannel.Phone] = 0 },
    }.Checked();

    [Fact]
    public void Any_limit_makes_one_customers_action_depend_on_others()
    {
        var free = SomePlay.Play(SomePlay.Yaml());
        Assert.False(new ActionSettings().AreLimited([free]));
        Assert.True(new ActionSettings { Budget = 0 }.AreLimited([free]));
        Assert.True(new ActionSettings().AreLimited([free with { Capacity = 1 }]));
        Assert.True(new ActionSettings().AreLimited([free with { Budget = 1 }]));
        Assert.True(new ActionSettings
        {
            ChannelCapacities = new Dictionary<PlayChannel, int> { [PlayChannel.Email] = 1 }
        }.AreLimited([free]));
    }

    [Theory]
    [InlineData("email", "'email' is not a channel and how many")]
    [InlineData("email=", "'email=' is not a channel")]
    [InlineData("pigeon=4", "'pigeon=4' is not a channel")]
    [InlineData("email=-1", "'email=-1' is not a channel")]
    [InlineData("email=1=2", "'email=1=2' is not a channel")]
    public void A_capacity_that_cannot_be_read_is_quoted(string given, string message) =>
        Assert.StartsWith(message, Assert.Throws<RetentionException>(() => PlayNames.Capacities([given])).Message);

    [Fact]
    public void Capacities_are_read_by_channel()
    {
        var read = PlayNames.Capacities(["email=1000", "direct_mail = 0"]);
        Assert.Equal((2, 1000, 0), (read.Count, read[PlayChannel.Email], read[PlayChannel.DirectMail]));
        Assert.Contains("given twice", Assert.Throws<RetentionException>(() => PlayNames.Capacities(["email=1", "email=2"])).Message);
    }
}
