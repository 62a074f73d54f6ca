using System.Reflection;

namespace PredictiveRetention;

/// <summary>The version of the product as people see it; Directory.Build.props is its only source.</summary>
public static class ProductVersion
{
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
