using System.Text;

namespace PredictiveRetention.Training;

/// <summary>
/// Results on a terminal: names and words of a shop's files stand in them, and none of it may speak to the terminal. What goes into a file
/// or another program is written as it is.
/// </summary>
internal sealed class ShownText(TextWriter terminal) : TextWriter
{
    public override Encoding Encoding => terminal.Encoding;

    /// <summary>Half of a character comes before its other half.</summary>
    public override void Write(char value)
    {
        if (char.IsSurrogate(value)) terminal.Write(value);
        else Write(value.ToString());
    }

    public override void Write(string? value) => terminal.Write(value is null ? null : ForeignText.Message(value));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Flush() => terminal.Flush();
}
