using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using PredictiveRetention.Exports;
using PredictiveRetention.Storage;

namespace PredictiveRetention.Training;

/// <summary>
/// What every verb has in common: its store and models, results to stdout (as JSON for programs), everything else to stderr, and exit codes
/// that say what kind of failure it was.
/// </summary>
internal sealed class Verb
{
    // Without a default of the parser's: its help would print it, and with it a password.
    private static readonly Option<string?> s_store =
        new("--store")
        {
            Description = $"sqlite:PATH, postgresql://USER@HOST/DATABASE or a PostgreSQL connection string ({ServiceSetting.StoreFrom})"
        };
    private static readonly Option<string?> s_models =
        new("--models") { Description = $"folder of the model versions ({ServiceSetting.ModelsFrom})" };
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

    /// <summary>The one clock of the command line.</summary>
#pragma warning disable RS0030
    public TimeProvider Clock { get; } = TimeProvider.System;
#pragma warning restore RS0030

    public bool Json => _parsed.GetValue(s_json);
    public ModelRegistry Models => new(ModelsFolder);
    public ClassifierRegistry Classifiers => new(ModelsFolder);
    public string StoreName => _parsed.GetValue(s_store) ?? ServiceSetting.Store;

    /// <summary>Where a run's waiting for its database is told.</summary>
    public StandingFaults Faults => new(Clock)
    {
        OnBegin = standing =>
            Terminal.Say(
                $"retain: {standing.Work}: {DatabaseRefusal.Explain(standing.Fault)?.Message ?? standing.Fault.Message} "
                    + "It is tried again."),
        OnEnd = standing => Terminal.Say($"retain: {standing.Work}: it goes on."),
    };

    private string ModelsFolder => _parsed.GetValue(s_models) ?? ServiceSetting.Models;

    public T? Value<T>(Option<T> option) => _parsed.GetValue(option);

    public T? Value<T>(Argument<T> argument) => _parsed.GetValue(argument);

    /// <summary>A store to write into, brought up to date; an embedded one is made when it is not there.</summary>
    public RetentionStore OpenStore() => RetentionStore.Open(StoreName);

    /// <summary>The same for verbs that go on from what an import left: one that is not there is an error and is not made.</summary>
    public RetentionStore OpenFilledStore() => RetentionStore.FindSchema(StoreName) is null ? throw NoStore() : OpenStore();

    /// <summary>A store that is there, as it stands; null otherwise, and nothing is made.</summary>
    public RetentionStore? FindStore() => RetentionStore.Find(StoreName);

    /// <summary>A store to read from, as it stands. A mistyped path is an error and leaves nothing behind.</summary>
    public RetentionStore RequireStore() => FindStore() ?? throw NoStore();

    public RetentionException NoStore() => new(
        Failure.NotFound, $"There is no store {StoreAddress.WithoutSecrets(StoreName)}. Import orders first: retain import --orders FILE");

    public void PrintJson<T>(T result) => Console.Out.WriteLine(JsonSerializer.Serialize(result, s_options));

    /// <summary>A table as CSV: in UTF-8 where a file or a program takes it, and guarded where a terminal does.</summary>
    /// <returns>The number of rows.</returns>
    public static long PrintCsv(ExportTable table)
    {
        if (!Console.IsOutputRedirected) return Csv.Write(table, Console.Out);
        using var stdout = Console.OpenStandardOutput();
        return Csv.Write(table, stdout);
    }

    public static Command Command(string name, string description, VerbUses uses, IEnumerable<Symbol> symbols, Action<Verb> run) =>
        Command(name, description, uses, symbols, verb =>
        {
            run(verb);
            return Task.CompletedTask;
        });

    /// <summary>A verb that asks the store what pages ask it too.</summary>
    /// <param name="uses">Which of the common options the verb takes.</param>
    public static Command Command(string name, string description, VerbUses uses, IEnumerable<Symbol> symbols, Func<Verb, Task> run)
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
        command.SetAction((parsed, cancellation) => GuardedAsync(new Verb(parsed, cancellation), run));
        return command;
    }

    private static async Task<int> GuardedAsync(Verb verb, Func<Verb, Task> run)
    {
        try
        {
            await run(verb);
            return 0;
        }
        catch (RetentionException failure)
        {
            PrintError(failure.Message);
            return (int)failure.Failure;
        }
        catch (OperationCanceledException)
        {
            PrintError("cancelled; nothing half-done was kept.");
            return 130;
        }
        catch (LeaseLostException lost)
        {
            PrintError(lost.Message);
            return (int)Failure.Busy;
        }
        catch (Exception fault) when (DatabaseRefusal.Explain(fault) is { } refusal)
        {
            PrintError(refusal.Message);
            return (int)refusal.Failure;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            PrintError(fault.Message);
            return (int)Failure.DependencyUnavailable;
        }
        catch (Exception bug)
        {
            PrintError("unexpected failure, please report it:" + Environment.NewLine + bug);
            return (int)Failure.Unexpected;
        }
    }

    /// <summary>Messages repeat what files and addresses hold: none of it may speak to the terminal, or tell a password.</summary>
    private static void PrintError(string message) =>
        Console.Error.WriteLine("retain: " + ForeignText.Message(StoreAddress.Masked(message)));

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
