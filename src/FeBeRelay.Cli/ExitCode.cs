namespace FeBeRelay.Cli;

/// <summary>What the process tells a script. Public surface: numbers are added, never changed (docs/cli.md).</summary>
internal static class ExitCode
{
    public const int Succeeded = 0;

    /// <summary>Something failed that is none of the below.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is wrong; every error was written.</summary>
    public const int ConfigurationInvalid = 3;

    /// <summary>The peer's name does not resolve or its node port does not answer.</summary>
    public const int PeerUnreachable = 4;

    /// <summary>The peer answered, but main mode, quick mode or the service was refused.</summary>
    public const int NegotiationFailed = 5;

    /// <summary>A primitive gave another answer than the published one: nothing was started.</summary>
    public const int CryptographyFailed = 6;

    /// <summary>Stopped by Ctrl+C or SIGTERM before it was done.</summary>
    public const int Interrupted = 130;

    public const string Help = """
        Exit codes:
          0    done
          1    failed
          2    command line wrong
          3    configuration wrong
          4    peer unreachable: name not resolved, node port silent
          5    peer reached, but it refused main mode, quick mode or the service
          6    the machine's cryptography gives wrong answers
          130  interrupted
        """;
}
