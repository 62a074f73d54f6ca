using System.Globalization;
using PredictiveRetention.Models;
using PredictiveRetention.Tests.Ingestion;

namespace PredictiveRetention.Tests.Models;

/// <summary>The CDNOW sample as the literature uses it: calibration to 1997-09-30, weeks, same-day purchases merged.</summary>
internal sealed record Cdnow(string[] Ids, int[] X, double[] Tx, double[] T, double[] MeanRepeatSpend, int[] HoldoutOrders,
    double[] HoldoutSpend)
{
    private static readonly DateOnly s_end = new(1997, 9, 30);
    private static readonly Lazy<Cdnow> s_sample = new(Read);

    public static Cdnow Sample => s_sample.Value;

    public BtydSample Grouped => BtydSample.Group(X, Tx, T);

    private static Cdnow Read()
    {
        var orders = File.ReadLines(SampleData.File("cdnow/orders.csv")).Skip(1).Select(line => line.Split(','))
            .Select(cells => (Id: cells[0], Day: DateOnly.Parse(cells[2].AsSpan(0, 10), CultureInfo.InvariantCulture),
                Amount: double.Parse(cells[3], CultureInfo.InvariantCulture)))
            .GroupBy(order => order.Id).OrderBy(customer => customer.Key, StringComparer.Ordinal)
            .Select(customer => (Id: customer.Key,
                Days: customer.GroupBy(order => order.Day)
                    .OrderBy(day => day.Key)
                    .Select(day => (Day: day.Key, Amount: day.Sum(order => order.Amount)))
                    .ToList()))
            .ToList();
        var x = new List<int>();
        List<double> tx = [], t = [], mean = [], spend = [];
        List<int> later = [];
        foreach (var (_, days) in orders)
        {
            var before = days.Where(day => day.Day <= s_end).ToList();
            x.Add(before.Count - 1);
            tx.Add((before[^1].Day.DayNumber - before[0].Day.DayNumber) / 7.0);
            t.Add((s_end.DayNumber - before[0].Day.DayNumber) / 7.0);
            mean.Add(before.Count > 1 ? before.Skip(1).Average(day => day.Amount) : 0);
            later.Add(days.Count - before.Count);
            spend.Add(days.Skip(before.Count).Sum(day => day.Amount));
        }
        return new Cdnow([.. orders.Select(customer => customer.Id)], [.. x], [.. tx], [.. t], [.. mean], [.. later], [.. spend]);
    }
}
