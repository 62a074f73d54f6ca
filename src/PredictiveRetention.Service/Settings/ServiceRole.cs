namespace PredictiveRetention.Service.Settings;

/// <summary>What a process of the service does. Several processes on one PostgreSQL share its nights.</summary>
public enum ServiceRole
{
    /// <summary>Answers and works.</summary>
    All,

    /// <summary>Answers: dashboard, endpoints, Hangfire's dashboard. Works on no night.</summary>
    Web,

    /// <summary>Works on nights and delivers what the outbox holds; answers nothing but the health checks.</summary>
    Worker,
}
