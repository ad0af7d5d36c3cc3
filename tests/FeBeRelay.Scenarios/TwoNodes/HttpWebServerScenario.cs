using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>The web server behind an http endpoint: files of two gibibytes, whose lengths do not fit 31 bits.</summary>
[Collection("two nodes")]
public sealed class HttpWebServerScenario() : WebServerScenario(isHttp: true, large: 2L << 30);
