using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using PredictiveRetention.Playbooks;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Service.Predictions;

/// <summary>A listing of customers with their actions: what <see cref="PredictionQuery"/> understands, and owner and status of the action.</summary>
internal static class ActionQuery
{
    /// <summary>What else an address of such a list may hold: the run that is shown, and what a change of an action came to.</summary>
    private static readonly string[] s_others = ["owner", "status", "run", "as_of", "changed"];

    /// <exception cref="BadParameterException">A parameter is unknown or has no usable value.</exception>
    public static PredictionQuery Read(IQueryCollection query, Playbook playbook)
    {
        // A form sends its empty fields too.
        var rest = new QueryCollection(query.Where(pair => !s_others.Contains(pair.Key) && !StringValues.IsNullOrEmpty(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value));
        var read = PredictionQuery.Read(rest, playbook);
        var (owner, status) = (query["owner"].ToString(), query["status"].ToString());
        if (status.Length > 0 && !ActionStatus.All.Contains(status)) throw new BadParameterException("status", $"'{Short(status)}' is not one of {string.Join(", ", ActionStatus.All)}.");
        if (owner.Length == 0 && status.Length == 0) return read;
        return read with
        {
            Filter = read.Filter with { WorkOwner = owner.Length > 0 ? owner : null, WorkStatus = status.Length > 0 ? status : null },
            Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{read.Fingerprint}|{owner}|{status}")))[..12],
        };
    }

    public static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
