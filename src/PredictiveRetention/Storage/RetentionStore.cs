using Dapper;

namespace PredictiveRetention.Storage;

/// <summary>
/// One shop's data, in SQLite or PostgreSQL. Opening it brings the schema up to date; every question and write is asked of one of its
/// nouns, which know their own tables, in SQL shared by both engines. Thread-safe: each call takes a connection of its own. What a request
/// asks is asynchronous, what a batch asks (an import, a training, a night) is not.
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
        Decisions = new RunDecisions(engine, RunRows);
        Nights = new NightReader(engine);
        Shards = new ShardLedger(engine);
        Scores = new ScoreHistory(engine);
        Predictions = new PredictionReader(engine, Runs, Nights, Scores);
        Figures = new FigureStore(engine);
        Cards = new CardStore(engine);
        Choices = new ShopChoices(engine);
        Work = new ActionLedger(engine);
        Plays = new PlayRegister(engine);
        Assignments = new AssignmentLedger(engine);
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

    /// <summary>What published nights said of customers, longer than their predictions are kept.</summary>
    public ScoreHistory Scores { get; }

    /// <summary>What runs counted.</summary>
    public FigureStore Figures { get; }

    /// <summary>What runs say of their figures.</summary>
    public CardStore Cards { get; }

    /// <summary>What was decided about the shop and its sources.</summary>
    public ShopChoices Choices { get; }

    /// <summary>What people make of recommended actions.</summary>
    public ActionLedger Work { get; }

    /// <summary>The plays that ever assigned anything.</summary>
    public PlayRegister Plays { get; }

    /// <summary>What nights assigned to customers, and what became of it.</summary>
    public AssignmentLedger Assignments { get; }

    /// <summary>What others are to be told.</summary>
    public Outbox Outbox { get; }

    /// <summary>Judges the invariants of runs.</summary>
    public RunVerifier Verifier { get; }

    /// <summary>The views for BI tools.</summary>
    public SqlViewReader Views { get; }

    internal PlainRows PlainRows { get; }

    /// <summary>For benchmarks, which compare with the least that can be done on the same connections.</summary>
    internal Engine Engine { get; }

    public bool IsOnPostgres => Engine is PostgresEngine;

    /// <param name="address">'sqlite:PATH' or an address of PostgreSQL, as <see cref="StoreAddress"/> reads it.</param>
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

    /// <summary>
    /// The store of an address as it stands, for whoever reads: nothing is made, and no schema is brought up to date. Null where there is
    /// none.
    /// </summary>
    /// <exception cref="RetentionException">The store cannot be reached, or another version of this program made its schema.</exception>
    public static RetentionStore? Find(string address) => Find(address, StoreSchema.RequireCurrent);

    /// <summary>Its schema alone, whichever version made it. Null where there is no store.</summary>
    public static SchemaStatus? FindSchema(string address)
    {
        SchemaStatus? status = null;
        using var found = Find(address, engine => status = new StoreSchema(engine).Status());
        return status;
    }

    /// <summary>Removes the file of a store that was made for an import which then stored nothing.</summary>
    public static void RemoveIfEmpty(string address)
    {
        using (var store = Find(address))
            if (store is null || store.Shop() is not null) return;
        StoreAddress.Remove(address);
    }

    /// <summary>Null before the first import.</summary>
    public Shop? Shop()
    {
        using var connection = Engine.Open();
        return connection.QuerySingleOrDefault<ShopRow>(ShopRow.Select)?.Shop;
    }

    /// <inheritdoc cref="Shop"/>
    public async Task<Shop?> ShopAsync(CancellationToken cancellation = default)
    {
        await using var connection = await Engine.OpenAsync(cancellation);
        var asked = new CommandDefinition(ShopRow.Select, cancellationToken: cancellation);
        return (await connection.QuerySingleOrDefaultAsync<ShopRow>(asked))?.Shop;
    }

    /// <summary>The shop, or a failure that says what to do first.</summary>
    public Shop RequireShop() => Shop() ?? throw NoShop();

    /// <inheritdoc cref="RequireShop"/>
    public async Task<Shop> RequireShopAsync(CancellationToken cancellation = default) => await ShopAsync(cancellation) ?? throw NoShop();

    /// <summary>
    /// True when the database answers, and every node of it: where customers are spread over several, one of their rows is asked for. The
    /// first question after a restart of the server meets a dead connection, so it is asked once more.
    /// </summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            return await AskedAsync();
        }
        catch (Exception fault) when (IsPassing(fault))
        {
            Reconnect();
            return await AskedAsync();
        }

        async Task<bool> AskedAsync()
        {
            await using var connection = await Engine.OpenAsync(cancellation);
            const string One = "SELECT count(*) FROM (SELECT customer_key FROM customer LIMIT 1) one";
            return await connection.ExecuteScalarAsync<long>(new CommandDefinition(One, cancellationToken: cancellation)) <= 1;
        }
    }

    /// <summary>True where the failure lies in the connection or the server's state and the same call may succeed later.</summary>
    public bool IsPassing(Exception fault) => DatabaseRefusal.MayPass(fault);

    /// <summary>
    /// Calls from now on open connections of their own: one that was kept while the server restarted is dead, and one that was opened while
    /// it took no writes stays so.
    /// </summary>
    public void Reconnect() => Engine.ForgetConnections();

    public void Dispose() => Engine.Dispose();

    private static RetentionStore? Find(string address, Action<Engine> look)
    {
        if (!StoreAddress.MayBeThere(address)) return null;
        var engine = StoreAddress.Engine(address);
        try
        {
            if (StoreSchema.IsThere(engine))
            {
                look(engine);
                return new RetentionStore(engine);
            }
        }
        catch
        {
            engine.Dispose();
            throw;
        }
        engine.Dispose();
        return null;
    }

    private static RetentionException NoShop() =>
        new(Failure.NotFound, "The store is empty. Import orders first: retain import --preset generic --orders FILE");

    private sealed record ShopRow
    {
        public const string Select = "SELECT currency, time_zone, zero_value_purchases, merge_days FROM shop";

        public string Currency { get; init; } = "";
        public string TimeZone { get; init; } = "";
        public bool ZeroValuePurchases { get; init; }
        public bool MergeDays { get; init; }

        public Shop Shop => new(PredictiveRetention.Currency.Parse(Currency), BusinessCalendar.InZone(TimeZone))
        {
            Purchases = new PurchaseRule(ZeroValuePurchases, MergeDays),
        };
    }
}
