using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// One shop's data, in SQLite or PostgreSQL. Opening it brings the schema up to date; every question and write is asked of one of its nouns,
/// which know their own tables, in SQL shared by both engines. Thread-safe: each call takes a connection of its own.
/// </summary>
public sealed class RetentionStore : IDisposable
{
    private RetentionStore(Engine engine)
    {
        Engine = engine;
        Schema = new StoreSchema(engine);
        Imports = new ImportHistory(engine);
        Summaries = new ImportSummaries(engine);
        Customers = new CustomerReader(engine);
        Histories = new HistoryReader(engine);
        RunRows = new RunRows(engine);
        Runs = new RunLedger(engine, RunRows);
        Decisions = new RunDecisions(engine, Runs, RunRows);
        Nights = new NightReader(engine);
        Shards = new ShardLedger(engine);
        Predictions = new PredictionReader(engine, Runs, Nights);
        Figures = new FigureStore(engine);
        Cards = new CardStore(engine);
        Work = new ActionLedger(engine);
        Outbox = new Outbox(engine);
        Verifier = new RunVerifier(engine);
        Views = new SqlViewReader(engine);
        PlainRows = new PlainRows(engine);
    }

    static RetentionStore()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        RunRow.Map();
    }

    /// <summary>'SQLite' or 'PostgreSQL'.</summary>
    public string EngineName => Engine.Name;

    /// <summary>The scripts its tables were made with.</summary>
    public StoreSchema Schema { get; }

    /// <summary>Imports that were and are made.</summary>
    public ImportHistory Imports { get; }

    /// <summary>What imports left behind about orders and sources.</summary>
    public ImportSummaries Summaries { get; }

    /// <summary>Who is there, and what they did last.</summary>
    public CustomerReader Customers { get; }

    /// <summary>Histories of customers, for features and labels.</summary>
    public HistoryReader Histories { get; }

    /// <summary>The ledger of runs: who works on one and how far it is.</summary>
    public RunLedger Runs { get; }

    /// <summary>What people decide about runs.</summary>
    public RunDecisions Decisions { get; }

    /// <summary>The removal of what old runs wrote.</summary>
    public RunRows RunRows { get; }

    /// <summary>The nights readers see and saw.</summary>
    public NightReader Nights { get; }

    /// <summary>The parts of a run, and who could not be scored.</summary>
    public ShardLedger Shards { get; }

    /// <summary>What runs say of each customer.</summary>
    public PredictionReader Predictions { get; }

    /// <summary>What runs counted.</summary>
    public FigureStore Figures { get; }

    /// <summary>What runs say of their figures.</summary>
    public CardStore Cards { get; }

    /// <summary>What people make of recommended actions.</summary>
    public ActionLedger Work { get; }

    /// <summary>What others are to be told.</summary>
    public Outbox Outbox { get; }

    /// <summary>Judges the invariants of runs.</summary>
    public RunVerifier Verifier { get; }

    /// <summary>The views for BI tools.</summary>
    public SqlViewReader Views { get; }

    internal PlainRows PlainRows { get; }

    /// <summary>For benchmarks, which compare with the least that can be done on the same connections.</summary>
    internal Engine Engine { get; }

    /// <param name="address">'sqlite:PATH' or a PostgreSQL connection string.</param>
    /// <exception cref="RetentionException">The store cannot be reached, or its schema cannot be brought up to date.</exception>
    public static RetentionStore Open(string address)
    {
        var engine = StoreAddress.Engine(address);
        try
        {
            engine.Open().Dispose();
            StoreSchema.Migrate(engine);
            ImportSummaries.MakeMissing(engine);
            NameTables.Refresh(engine);
            return new RetentionStore(engine);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    public Shop? Shop()
    {
        using var connection = Engine.Open();
        return connection.QuerySingleOrDefault<(string Currency, string TimeZone, bool ZeroValue, bool MergeDays)?>(
            "SELECT currency, time_zone, zero_value_purchases, merge_days FROM shop") is { } row
            ? new Shop(Currency.Of(row.Currency), BusinessCalendar.Of(row.TimeZone)) { Purchases = new PurchaseRule(row.ZeroValue, row.MergeDays) }
            : null;
    }

    /// <summary>The shop, or a failure that says what to do first.</summary>
    public Shop RequireShop() =>
        Shop() ?? throw new RetentionException(Failure.NotFound, "The store is empty. Import orders first: retain import --preset generic --orders FILE");

    /// <summary>True when the database answers.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        await using var connection = await Engine.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT 1", cancellationToken: cancellation)) == 1;
    }

    /// <summary>True where the failure lies in the connection or the server's state and the same call may succeed a moment later.</summary>
    public bool IsPassing(Exception fault) =>
        fault is AggregateException several ? several.Flatten().InnerExceptions.All(Engine.IsPassing) : Engine.IsPassing(fault);

    public void Dispose() => Engine.Dispose();
}

/// <summary>What holds for the whole store: one reporting currency and the time zone business days are counted in.</summary>
public sealed record Shop(Currency Currency, BusinessCalendar Calendar)
{
    public PurchaseRule Purchases { get; init; }

    /// <summary>The instant a cutoff's day begins, UTC milliseconds: what is before the cutoff is earlier. Without a cutoff everything is.</summary>
    internal long StartMs(Cutoff? before) => before is { } cutoff ? Calendar.StartOf(cutoff.Day) : long.MaxValue;
}
