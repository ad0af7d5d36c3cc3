namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>A check met something else than it had to; the message says what.</summary>
internal sealed class LabCheckFailedException(string message) : Exception(message);
