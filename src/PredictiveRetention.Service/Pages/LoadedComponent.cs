using Microsoft.AspNetCore.Components;

namespace PredictiveRetention.Service.Pages;

/// <summary>
/// Drawn once, when what it shows is there: any other component is drawn as soon as its loading waits for a store, and again when it is
/// done.
/// </summary>
public abstract class LoadedComponent : ComponentBase
{
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        await ReadAsync();
        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>Called with the parameters set, before anything is drawn.</summary>
    protected abstract Task ReadAsync();
}
