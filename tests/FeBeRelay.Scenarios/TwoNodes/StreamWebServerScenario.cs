using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>The web server behind an endpoint that parses nothing.</summary>
[Collection("two nodes")]
public sealed class StreamWebServerScenario() : WebServerScenario(isHttp: false, large: 256L << 20);
