namespace PredictiveRetention.Training;

/// <summary>Lines of a verb's answer, in no culture: a script reads them too.</summary>
internal static class StandardOutput
{
    public static void Line(ref InvariantText text) => Console.Out.WriteLine(text.ToStringAndClear());

    public static void Line(string text) => Console.Out.WriteLine(text);
}
