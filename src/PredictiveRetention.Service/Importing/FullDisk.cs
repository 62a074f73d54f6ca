namespace PredictiveRetention.Service.Importing;

/// <summary>The one error of a disk that a person can do something about.</summary>
public static class FullDisk
{
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int Windows = unchecked((int)0x80070070);

    public static bool Says(IOException fault) => fault.HResult is NoSpaceLeft or Windows;
}
