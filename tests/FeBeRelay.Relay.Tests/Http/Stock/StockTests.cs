using System.Collections.Concurrent;
using FeBeRelay.Relay.Tests.Http.Logon;
using FeBeRelay.Relay.Tests.Http.PassThrough;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Stock;

/// <summary>
/// The cases of the pass-through tests can fail, and are what the forwarder of this project is for: a stock YARP fails those that are named here, and passes
/// all others.
/// </summary>
public sealed class StockTests
{
    /// <summary>Why, and which: a case, or all rows of a test.</summary>
    private static readonly Dictionary<string, string[]> Fails = new()
    {
        ["answers one user under the connection-bound logon of another"] = ["LogonTests.Users_with_connection_bound_logons_and_clients_without_do_not_mix"],
        ["sends requests without a body twice"] = ["ResendTests.A_request_without_a_body_is_not_sent_twice", "ResendTests.A_GET_is_sent_once_more_and_on_a_new_connection"],
        ["holds bodies of requests back in blocks of 4,096 bytes"] =
        [
            "StreamingTests.An_upload_of_a_gigabyte_is_passed_on_piece_by_piece_beside_its_answer",
            "StreamingTests.Both_channels_of_RPC_over_HTTP_play_ping_pong",
            "AnswerTests.An_early_answer_passes_at_once_and_the_upload_goes_on_if_the_back_end_keeps_reading",
            "AnswerTests.An_early_answer_of_a_back_end_that_closes_ends_the_clients_connection",
            "CutTests.An_upload_that_the_client_cuts_is_cut_for_the_back_end",
        ],
        ["holds heads of answers back until the first byte of the body"] =
            ["StreamingTests.A_head_is_passed_on_before_its_body_begins", "StreamingTests.Events_in_chunks_pass_one_by_one_as_they_are"],
        ["drops trailers"] = ["StreamingTests.Trailers_of_an_answer_pass", "StreamingTests.Chunks_and_trailers_of_a_request_pass"],
        ["rewrites targets and methods"] =
        [
            "ExchangeTests.A_request_and_its_answer_pass_with_target_method_and_fields", "RequestTests.Targets_pass_byte_by_byte",
            "RequestTests.Every_verb_passes_with_and_without_a_body",
        ],
        ["changes fields, and takes no answer with more than 64 KiB of them"] =
        [
            "RequestTests.Unknown_fields_and_duplicates_pass_and_nothing_is_added", "LimitTests.A_field_of_so_many_kilobytes_passes(64)",
            "LimitTests.A_field_of_so_many_kilobytes_passes(120)",
        ],
        ["answers Expect itself, and drops interim answers"] =
        [
            "AnswerTests.An_expectation_is_met_by_the_back_end_alone", "AnswerTests.An_expectation_may_be_refused_before_the_body",
            "AnswerTests.Interim_answers_pass_in_their_order",
        ],
        ["takes a half-close for the client's going, and passes a cut on as an end"] =
        [
            "CutTests.A_client_that_has_ended_its_bytes_still_gets_its_answer", "CutTests.A_client_that_is_gone_ends_the_back_ends_work",
            "LimitTests.A_client_that_half_closes_right_behind_its_body_gets_its_answer",
            "CutTests.After_an_upgrade_bytes_and_half_closes_pass_both_ways", "CutTests.After_an_upgrade_the_back_end_may_end_first",
            "CutTests.After_an_upgrade_the_last_bytes_are_not_overtaken_by_the_end_behind_them", "CutTests.After_an_upgrade_a_reset_passes_either_way",
        ],
    };

    /// <summary>Cases with the nodes' own clock, which a stock YARP does not have.</summary>
    private static readonly string[] Clocked =
    [
        nameof(StreamingTests.Nothing_is_cut_for_being_quiet_for_an_hour), nameof(StreamingTests.A_cluster_may_ask_for_a_limit_of_silence),
        nameof(StreamingTests.A_request_that_met_the_limit_of_silence_is_not_sent_again),
    ];

    [Fact]
    public async Task A_stock_YARP_fails_exactly_the_cases_that_the_forwarder_is_for()
    {
        List<StockCase> cases = await StockCase.AllAsync(
            typeof(ExchangeTests), typeof(AnswerTests), typeof(CutTests), typeof(LimitTests), typeof(RequestTests), typeof(StreamingTests), typeof(ResendTests), typeof(LogonTests));
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(cases.Where(c => !Clocked.Contains(c.Method.Name)), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) =>
        {
            bool fails = Expected(one);
            // What never comes need not be waited for long; what comes may take its time.
            HopSettings.Patience = fails ? TimeSpan.FromMilliseconds(500) : HopSettings.Patience;
            Exception? failure = await one.RunAsync();
            if (fails != failure is not null)
            {
                wrong.Enqueue($"{one.Name}: {(failure is null ? "passes" : failure)}");
            }
        });
        Assert.True(wrong.IsEmpty, string.Join(Environment.NewLine, wrong));
        Assert.All(Fails.Values.SelectMany(f => f), name => Assert.Contains(cases, c => Is(c, name)));
    }

    private static bool Expected(StockCase one) => Fails.Values.Any(names => names.Any(name => Is(one, name)));

    private static bool Is(StockCase one, string name) => one.Name == name || one.Name.StartsWith(name + "(", StringComparison.Ordinal);
}
