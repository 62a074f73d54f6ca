using PredictiveRetention.Storage;

namespace PredictiveRetention.Tests.Support;

/// <summary>Stores on one engine and a folder of models, gone after the test.</summary>
public abstract class StoreFixture(EngineUnderTest engine) : IDisposable
{
    private readonly DirectoryInfo _models = Directory.CreateTempSubdirectory("retention-models-");

    protected EngineUnderTest Engine => engine;

    protected ModelRegistry Models => new(_models.FullName);

    public virtual void Dispose()
    {
        engine.Dispose();
        _models.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
