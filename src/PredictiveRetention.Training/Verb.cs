using System.CommandLine;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training;

/// <summary>
/// What every verb has in common: its store and models, results to stdout (as JSON for programs), everything else to stderr, and exit codes
/// that say what kind of failure it was.
/// </summary>
internal sealed class Verb
{
    private static readonly Option<string> s_store = new("--store") { Description = "sqlite:PATH or a PostgreSQL connection string", DefaultValueFactory = _ => StoreAddress.Default };
    private static readonly Option<string> s_models = new("--models") { Description = "folder of the model versions", DefaultValueFactory = _ => "models" };
    private static readonly Option<bool> s_json = new("--json") { Description = "print the result as JSON" };
    private static readonly Option<bool> s_quiet = new("--quiet", "-q") { Description = "print nothing but the result" };

    private readonly ParseResult _parsed;

    private Verb(ParseResult parsed, CancellationToken cancellation)
    {
        _parsed = parsed;
        Cancellation = cancellation;
        Terminal = new Terminal(parsed.GetValue(s_quiet));
    }

    public CancellationToken Cancellation { get; }
    public Terminal Terminal { get; }
    public bool Json => _parsed.GetValue(s_json);
    public ModelRegistry Models => new(_parsed.GetValue(s_models)!);
    public ClassifierRegistry Classifiers => new(_parsed.GetValue(s_models)!);
    public string StoreName => _parsed.GetValue(s_store)!;

    public T? Value<T>(Option<T> option) => _parsed.GetValue(option);

    public T? Value<T>(Argument<T> argument) => _parsed.GetValue(argument);

    /// <summary>A store to write into; an embedded one is made when it is not there.</summary>
    public RetentionStore OpenStore() => RetentionStore.Open(StoreName);

    /// <summary>A store that is there; null otherwise, and nothing is made.</summary>
    public RetentionStore? FindStore() => StoreAddress.Exists(StoreName) ? OpenStore() : null;

    /// <summary>A store to read from. A mistyped path is an error and leaves nothing behind.</summary>
    public RetentionStore RequireStore() =>
        FindStore() ?? throw new RetentionException(Failure.NotFound, $"There is no store {StoreName}. Import orders first: retain import --orders FILE");

    public void PrintJson<T>(T result) => Console.Out.WriteLine(JsonSerializer.Serialize(result, s_options));

    /// <param name="uses">Which of the common options the verb takes.</param>
    public static Command Command(string name, string description, VerbUses uses, IEnumerable<Symbol> symbols, Action<Verb> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Options.Add(option);
            else command.Arguments.Add((Argument)symbol);
        }
        if (uses.HasFlag(VerbUses.Store)) command.Options.Add(s_store);
        if (uses.HasFlag(VerbUses.Models)) command.Options.Add(s_models);
        command.Options.Add(s_json);
        command.Options.Add(s_quiet);
        command.SetAction((parsed, cancellation) => Task.FromResult(Guarded(new Verb(parsed, cancellation), run)));
        return command;
    }

    private static int Guarded(Verb verb, Action<Verb> run)
    {
        try
        {
            run(verb);
            return 0;
        }
        catch (RetentionException failure)
        {
            Tell(failure.Message);
            return (int)failure.Failure;
        }
        catch (OperationCanceledException)
        {
            Tell("cancelled; nothing half-done was kept.");
            return 130;
        }
        catch (LeaseLostException lost)
        {
            Tell(lost.Message);
            return (int)Failure.Busy;
        }
        catch (DbException fault) when (DatabaseRefusal.Of(fault) is { } refusal)
        {
            Tell(refusal.Message);
            return (int)refusal.Failure;
        }
        catch (Exception bug)
        {
            Tell("unexpected failure, please report it:" + Environment.NewLine + bug);
            return (int)Failure.Unexpected;
        }
    }

    /// <summary>Messages repeat what files hold: none of it may speak to the terminal.</summary>
    private static void Tell(string message) => Console.Error.WriteLine("retain: " + ForeignText.Message(message));

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };
}

[Flags]
internal enum VerbUses
{
    None = 0,
    Store = 1,
    Models = 2,
}
