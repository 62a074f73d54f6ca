namespace PredictiveRetention.Service.Problems;

/// <summary>Every refusal as RFC 9457 problem details with a stable type.</summary>
internal static class Problem
{
    public const string TypePrefix = "urn:predictive-retention:problem:";

    public static IResult Unauthorized() =>
        Result(401, "unauthorized", "The admin key is needed",
            "Send 'Authorization: Bearer KEY'. The service says when it starts which file has the key.");

    public static IResult UnknownCustomer(string id) =>
        Result(404, "unknown-customer", "Unknown customer", $"The current run has no customer '{id}'.");

    public static IResult UnknownRun(string id) => Result(404, "unknown-run", "Unknown run", $"There is no run '{id}'.");

    public static IResult UnknownModel(string version) =>
        Result(404, "unknown-model", "Unknown model", $"There is no model version '{version}'.");

    public static IResult NothingPublished() =>
        Result(404, "nothing-published", "No night has been published yet",
            "Import orders, train and score: retain import, retain train, retain score; or wait for the night run.");

    public static IResult NothingOfDay(string asOf) =>
        Result(404, "nothing-of-day", "No run speaks about this day",
            $"There is no published night and no replay with the as-of {asOf}. Make a replay: retain metrics --as-of {asOf}");

    public static IResult UnknownFigure(string detail) => Result(404, "unknown-figure", "Unknown figure", detail);

    public static IResult NoModel() =>
        Result(404, "no-model", "No model has been trained yet", "Run retain train. Until then customers are scored by the recency rule.");

    public static IResult NoFigure(string detail) => Result(404, "no-figure", "The run has no figure for this", detail);

    public static IResult ListingExpired() =>
        Result(410, "listing-expired", "This listing has expired",
            "The run it was read from has been dropped. Start again without a cursor.");

    public static IResult BadParameter(string name, string detail) =>
        Result(400, BadParameterType, BadParameterTitle(name), detail, new() { ["parameter"] = name });

    public const string BadParameterType = "bad-parameter";

    public static string BadParameterTitle(string name) => $"The parameter '{ForeignText.Shown(name)}' cannot be used";

    public static IResult Invalid(Dictionary<string, string[]> errors) =>
        Results.ValidationProblem(errors, title: "The history cannot be scored", type: Type("invalid-history"));

    public static IResult Conflict(string type, string title, string detail) => Result(409, type, title, detail);

    public static IResult UnusableModel(string detail) => Conflict("unusable-model", "The model cannot be used", detail);

    public static IResult Unavailable(string detail) => Result(503, "unavailable", "A part the service needs is not available", detail);

    /// <summary>What was asked stands in the answer, and may be as long as an address.</summary>
    public const int DetailMax = 2000;

    private static IResult Result(int status, string type, string title, string detail, Dictionary<string, object?>? extensions = null) =>
        Results.Problem(ForeignText.Message(detail, DetailMax), statusCode: status, title: title, type: Type(type), extensions: extensions);

    private static string Type(string name) => TypePrefix + name;
}
