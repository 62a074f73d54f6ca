using System.Reflection;

namespace PredictiveRetention.Service.Problems;

/// <summary>
/// What an endpoint may be asked in its address. A name it does not know is refused, for it would else be left out without a word; where
/// an endpoint says nothing, its handler's own parameters are what it knows.
/// </summary>
/// <param name="TakesOthers">Whether names beside these are filters, which the endpoint itself checks.</param>
/// <param name="Repeatable">The one that may be given more than once.</param>
internal sealed record QueryContract(
    IReadOnlyList<(string Name, string Meaning, IReadOnlyList<string> Values)> Parameters, bool TakesOthers = false,
    string? Repeatable = null)
{
    /// <exception cref="BadParameterException">A name is unknown or given twice.</exception>
    public static void Check(IQueryCollection query, IReadOnlyCollection<string> known, bool takesOthers = false, string? repeatable = null)
    {
        foreach (var (name, values) in query)
        {
            var isKnown = known.Contains(name);
            if (!isKnown && !takesOthers)
                throw new BadParameterException(name,
                    known.Count == 0 ? "It is not known: nothing is asked here." : $"It is not known. Known: {string.Join(", ", known)}.");
            if (isKnown && values.Count > 1 && name != repeatable) throw new BadParameterException(name, "It is given more than once.");
        }
    }

    public static RouteGroupBuilder CheckQueries(RouteGroupBuilder api) => api.AddEndpointFilterFactory((factory, next) =>
    {
        var bound = factory.MethodInfo.GetParameters();
        return context =>
        {
            try
            {
                Check(context.HttpContext, bound);
            }
            catch (BadParameterException bad)
            {
                return ValueTask.FromResult<object?>(Problem.BadParameter(bad.Parameter, bad.Message));
            }
            return next(context);
        };
    });

    private static void Check(HttpContext http, ParameterInfo[] bound)
    {
        if (http.Request.Query.Count == 0) return;
        if (http.GetEndpoint()?.Metadata.GetMetadata<QueryContract>() is { } contract)
            Check(http.Request.Query, [.. contract.Parameters.Select(known => known.Name)], contract.TakesOthers, contract.Repeatable);
        else
            Check(http.Request.Query, [.. bound.Where(one => IsText(one.ParameterType) && !http.Request.RouteValues.ContainsKey(one.Name!))
                .Select(one => one.Name!)]);
    }

    private static bool IsText(Type type) => type == typeof(string) || Nullable.GetUnderlyingType(type) is { IsPrimitive: true };
}
