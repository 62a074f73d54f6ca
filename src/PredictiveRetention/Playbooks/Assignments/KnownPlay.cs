namespace PredictiveRetention.Playbooks.Assignments;

/// <summary>A play as the store knows it, also once the playbook no longer has it.</summary>
/// <param name="No">Of its assignments; stays with it when it is renamed.</param>
/// <param name="Id">As it is called now, or was last.</param>
/// <param name="Salt">What the draw of who is left alone is made with; never another.</param>
public sealed record KnownPlay(int No, string Id, string Salt);
