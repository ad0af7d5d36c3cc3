using FeBeRelay.Relay.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>What the relay refuses by itself, of what Kestrel lets through.</summary>
public sealed class AdmissionTests
{
    [Theory]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("transfer-encoding", "CHUNKED")]
    [InlineData("Content-Length", "5")]
    [InlineData("X-Content-Length", "5")]
    [InlineData("X_Custom", "1")]
    [InlineData("!#$%&'*+-.^_`|~09azAZ", "1")]
    [InlineData("Subject", "tab\tand \u00fc")]
    public void Good_fields_are_admitted(string name, string value) => Assert.Null(Problem(Request((name, value))));

    [Theory]
    [InlineData("Transfer-Encoding", "gzip", "not chunked alone")]
    [InlineData("Transfer-Encoding", "cow, chunked", "not chunked alone")]
    [InlineData("Transfer-Encoding", "chunked, chunked", "not chunked alone")]
    [InlineData("Transfer-Encoding", "chunked;a", "not chunked alone")]
    [InlineData("Na me", "1", "not a token")]
    [InlineData("Name\u0001", "1", "not a token")]
    [InlineData("N\u00e4me", "1", "not a token")]
    [InlineData("Transfer_Encoding", "chunked", "some servers take for")]
    [InlineData("content_length", "5", "some servers take for")]
    [InlineData("TRANSFER_encoding", "chunked", "some servers take for")]
    [InlineData("Subject", "a\rb", "control characters")]
    [InlineData("Subject", "a\u0001b", "control characters")]
    [InlineData("Subject", "a\u007f", "control characters")]
    public void Doubtful_fields_are_refused(string name, string value, string problem) =>
        Assert.Contains(problem, Problem(Request((name, value))), StringComparison.Ordinal);

    [Fact]
    public void Two_framings_are_refused()
    {
        Assert.Contains("both", Problem(Request(("Transfer-Encoding", "chunked"), ("Content-Length", "5"))), StringComparison.Ordinal);
        Assert.Contains("both", Problem(Request(("Transfer-Encoding", "chunked"), ("X-Content-Length", "5"))), StringComparison.Ordinal);
        HttpRequest twice = Request();
        twice.Headers.TransferEncoding = new StringValues(["chunked", "chunked"]);
        Assert.Contains("not chunked alone", Problem(twice), StringComparison.Ordinal);
        HttpRequest old = Request(("Transfer-Encoding", "chunked"));
        old.Protocol = "HTTP/1.0";
        Assert.Contains("HTTP/1.0", Problem(old), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/a b")]
    [InlineData("GET", "/a\rb")]
    [InlineData("GET", "/a\tb")]
    [InlineData("GET", "/\u007f")]
    [InlineData("CONNECT", "mail.example:443")]
    public void Doubtful_targets_are_refused(string method, string target)
    {
        HttpRequest request = Request();
        request.Method = method;
        Assert.NotNull(Admission.Problem(request.HttpContext, target));
    }

    private static string? Problem(HttpRequest request) => Admission.Problem(request.HttpContext, "/");

    private static HttpRequest Request(params (string Name, string Value)[] fields)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        request.Method = "POST";
        request.Protocol = "HTTP/1.1";
        foreach ((string name, string value) in fields)
        {
            request.Headers.Append(name, value);
        }
        return request;
    }
}
