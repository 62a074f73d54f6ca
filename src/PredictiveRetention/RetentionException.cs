namespace PredictiveRetention;

/// <summary>Why a request could not be carried out; the value is the process exit code.</summary>
public enum Failure
{
    Unexpected = 1,
    Usage = 2,
    InputRejected = 3,
    NotFound = 4,
    Busy = 5,
    QualityGate = 6,
    DependencyUnavailable = 7,
}

/// <summary>
/// A failure the person at the keyboard can act on. The message says what was found, where, and what to do next;
/// anything else that is thrown is a bug.
/// </summary>
public class RetentionException(Failure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public Failure Failure { get; } = failure;
}
