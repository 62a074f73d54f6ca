using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using PredictiveRetention.Service.Predictions;
using PredictiveRetention.Service.Problems;

namespace PredictiveRetention.Service.Pages.Actions;

/// <summary>
/// An action as a page showed it, so that a change is made from what was seen: version, play and customer in one value of a form.
/// </summary>
internal readonly record struct ActionPick(int Version, string Play, string CustomerId)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}|{Play}|{CustomerId}");

    public static ActionPick? Parse(string text) =>
        text.Split('|', 3) is [var version, var play, var customer]
            && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new ActionPick(number, play, customer)
            : null;
}

/// <summary>
/// The forms of the list and of a customer's page: each change is written down, and the page is shown again with what it came to.
/// </summary>
internal static class ActionForms
{
    /// <summary>What the address of a page says after a change.</summary>
    public static readonly string[] Outcome = ["saved", "left", "refused"];

    public static void MapActionForms(this IEndpointRouteBuilder app)
    {
        // Of those picked in the list: an empty field leaves it as it is.
        app.MapPost("/actions/picked", (HttpContext http, IAntiforgery antiforgery,
            ActionDesk desk) => ChangeAsync(http, antiforgery, desk, field => field.Length > 0 ? field : null)).ExcludeFromDescription();
        // Of one: an empty field removes what was there.
        app.MapPost("/actions/one", (HttpContext http, IAntiforgery antiforgery,
            ActionDesk desk) => ChangeAsync(http, antiforgery, desk, field => field)).ExcludeFromDescription();
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, IAntiforgery antiforgery, ActionDesk desk,
        Func<string, string?> meaning)
    {
        await antiforgery.ValidateRequestAsync(http);
        var form = http.Request.Form;
        var (saved, left) = (0, 0);
        try
        {
            foreach (var text in form["pick"])
            {
                var pick = ActionPick.Parse(text ?? "") ?? throw new BadParameterException("pick", "It is not a value of the form.");
                var change = new ActionChange(pick.Version, pick.Play, Field("owner"), Field("status"), Field("due"), Field("note"));
                var (outcome, _, _) = await desk.ChangeAsync(pick.CustomerId, change, "admin, dashboard", http.RequestAborted);
                if (outcome == ActionOutcome.Saved) saved++; else left++;
            }
        }
        catch (BadParameterException bad)
        {
            return ReturnTo(form["back"].ToString(), ("refused", bad.Parameter), saved > 0 ? ("saved", Number(saved)) : ("", ""));
        }
        return ReturnTo(form["back"].ToString(), ("saved", Number(saved)), left > 0 ? ("left", Number(left)) : ("", ""));

        string? Field(string name) => form.TryGetValue(name, out var value) ? meaning(value.ToString().Trim()) : null;
    }

    private static IResult ReturnTo(string asked, params (string Name, string Value)[] outcome)
    {
        var known = (asked.StartsWith("/risk", StringComparison.Ordinal) || asked.StartsWith("/customers/", StringComparison.Ordinal))
            && asked.All(c => c is > ' ' and < '\x7f' and not '\\');
        UriHelper.FromAbsolute("http://localhost" + (known ? asked : "/risk"), out _, out _, out var path, out var query, out var fragment);
        var address = QueryString.Create(QueryHelpers.ParseQuery(query.Value).Where(pair => !Outcome.Contains(pair.Key)));
        foreach (var (name, value) in outcome) if (name.Length > 0) address = address.Add(name, value);
        return Results.LocalRedirect(path.ToUriComponent() + address.ToUriComponent() + fragment.ToUriComponent());
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
