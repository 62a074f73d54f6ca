using Xunit;

namespace PredictiveRetention.Tests.Support;

/// <summary>Addresses of stores that cannot be read, each with a password of which every piece begins with 'hunter'.</summary>
public static class BrokenAddresses
{
    /// <summary>The address, and what is said of it.</summary>
    public static TheoryData<string, string> All => new()
    {
        { "postgres://me:hunter2-secret@localhost:5432/case47?no_such_key=1", "'no_such_key'" },
        { "postgres://me:hunter2@db/shop?sslmode=hunter2", "sslmode" },
        { "postgres://me:hunter2@db/shop?connect_timeout=hunter2", "connect_timeout" },
        { "postgres://me:hunter2@db/shop?hunter2", "name=value" },
        { "postgres://me:hunter2@db/shop?=hunter2", "name=value" },
        { "postgres://me:hunter2@db/shop?hunter!=1", "name=value" },
        { "postgres://me:hunter2@db:hunter2/shop", "port" },
        { "postgres://me:hunter2@db:99999/shop", "port" },
        { "postgres://me:hunter/2@db/shop", "%2F" },
        { "postgres://me:12/hunter2@db/shop", "%2F" },
        { "postgres://me:hunter?2=hunter@db/shop", "%2F" },
        { "mysql://me:hunter2@db/shop", "sqlite:PATH" },
        { "jdbc:postgresql://db/shop?user=me&password=hunter2", "sqlite:PATH" },
        { "redis://:hunter2", "sqlite:PATH" },
        { "me:hunter2@db/shop", "sqlite:PATH" },
        { "hunter2", "sqlite:PATH" },
        { "Host:db;Password:hunter2", "sqlite:PATH" },
        { "Host=db;Database=shop;Username=me;Password=a;hunter2=b", "in quotes" },
        { "Host=db;Database=shop;Username=me;Password=a;hunter2", "in quotes" },
        { "Host=db;Username=me;Passwort=hunter2", "is no setting" },
        { "Host=db;Port=hunter2", "port" },
        { "Host=db;Password=hunter2;SSL Mode=hunter2", "is no setting" },
        { "Password=hunter2;Username=me", "no host" },
        { "Host=db;Password=hunter2;Minimum Pool Size=9;Maximum Pool Size=3", "go together" },
    };
}
