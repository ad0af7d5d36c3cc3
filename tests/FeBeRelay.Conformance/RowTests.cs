using System.Text.RegularExpressions;

namespace FeBeRelay.Conformance;

/// <summary>Tests of this repository that hold a row beside the cases: by class and method.</summary>
internal static partial class RowTests
{
    public static IReadOnlyDictionary<int, string[]> Names { get; } = new Dictionary<int, string[]>
    {
        [1] = ["LogonTests.Users_with_connection_bound_logons_and_clients_without_do_not_mix", "LogonScenario.Nobody_is_answered_under_anothers_name_and_a_logon_ends_with_its_connection"],
        [2] = ["LimitTests.A_field_of_so_many_kilobytes_passes", "LimitTests.A_hundred_and_twenty_fields_pass_both_ways", "LimitTests.Past_the_limits_it_is_431_or_414"],
        [3] = ["ExchangeTests.A_request_and_its_answer_pass_with_target_method_and_fields", "Http2Tests.A_web_socket_over_http_2_is_an_upgrade_at_the_back_end"],
        [4] = ["RequestTests.Every_verb_passes_with_and_without_a_body", "ResendTests.A_request_without_a_body_is_not_sent_twice", "WebDavScenario.Litmus_finds_no_difference_to_the_server_itself"],
        [5] = ["RequestTests.Targets_pass_byte_by_byte", "RequestTests.Targets_that_the_server_cannot_read_are_refused"],
        [6] = ["RequestTests.Unknown_fields_and_duplicates_pass_and_nothing_is_added", "LimitTests.An_empty_field_of_an_answer_stays"],
        [7] = ["RequestTests.Nothing_of_an_answer_is_rewritten"],
        [8] = ["RequestTests.Each_host_is_told_to_the_back_end"],
        [9] = ["ForwardingFieldTests.Another_is_not_nor_in_other_spelling", "ForwardingFieldTests.A_trusted_client_is_believed"],
        [10] = ["ForwardingFieldTests.A_route_may_add_them", "ForwardingFieldTests.Another_is_not_nor_in_other_spelling"],
        [11] = ["StreamingTests.An_upload_of_a_gigabyte_is_passed_on_piece_by_piece_beside_its_answer"],
        [12] = ["CutTests.An_answer_that_the_back_end_cuts_is_cut_for_the_client"],
        [13] = ["StreamingTests.Both_channels_of_RPC_over_HTTP_play_ping_pong"],
        [14] = ["LogonTests.Users_with_connection_bound_logons_and_clients_without_do_not_mix"],
        [15] = ["StreamingTests.Nothing_is_cut_for_being_quiet_for_an_hour"],
        [16] = ["StreamingTests.Nothing_is_cut_for_being_quiet_for_an_hour", "StreamingTests.A_cluster_may_ask_for_a_limit_of_silence"],
        [17] = ["StreamingTests.A_head_is_passed_on_before_its_body_begins", "StreamingTests.Events_in_chunks_pass_one_by_one_as_they_are"],
        [18] = ["StreamingTests.Events_in_chunks_pass_one_by_one_as_they_are"],
        [19] = ["StreamingTests.Trailers_of_an_answer_pass", "StreamingTests.Chunks_and_trailers_of_a_request_pass", "ChunkReaderTests.Any_chunks_in_any_pieces_come_out_the_same"],
        [20] =
        [
            "AnswerTests.An_expectation_is_met_by_the_back_end_alone", "AnswerTests.An_expectation_may_be_refused_before_the_body",
            "AnswerTests.A_client_that_does_not_wait_for_a_silent_server_is_served",
        ],
        [21] = ["AnswerTests.Interim_answers_pass_in_their_order", "AnswerTests.Any_status_passes_with_its_body"],
        [22] =
        [
            "AnswerTests.An_early_answer_passes_at_once_and_the_upload_goes_on_if_the_back_end_keeps_reading",
            "AnswerTests.An_early_answer_of_a_back_end_that_closes_ends_the_clients_connection",
        ],
        [23] = ["StreamingTests.A_body_larger_than_the_servers_default_passes", "WebServerScenario.Large_files_pass_both_ways_and_memory_stays_small"],
        [24] =
        [
            "CutTests.After_an_upgrade_bytes_and_half_closes_pass_both_ways", "CutTests.After_an_upgrade_a_reset_passes_either_way",
            "WebSocketScenario.Messages_come_back_as_they_went_and_the_close_is_answered",
        ],
        [25] =
        [
            "CutTests.A_client_that_has_ended_its_bytes_still_gets_its_answer", "CutTests.An_upload_that_the_client_cuts_is_cut_for_the_back_end",
            "CutTests.A_client_that_is_gone_ends_the_back_ends_work", "ResetScenario.A_reset_by_the_back_end_in_an_answer_is_a_reset_at_the_client",
        ],
        [26] = ["AnswerTests.Pipelined_requests_are_answered_in_order", "AnswerTests.An_old_client_gets_an_answer_without_chunks"],
        [27] = ["SmugglingTests.No_request_is_read_as_two", "AdmissionTests.Doubtful_fields_are_refused"],
        [28] = ["LogonScenario.Nobody_is_answered_under_anothers_name_and_a_logon_ends_with_its_connection"],
        [29] = ["ByteFaithfulScenario.Both_sides_hear_what_they_would_hear_directly"],
        [30] = ["ManyConnectionsScenario.A_thousand_held_connections_are_all_answered_in_the_end"],
        [31] = ["NeighbourTests.A_client_that_leaves_when_it_has_its_answer_cuts_nobody_elses_exchange", "RekeyScenario.Two_thousand_new_keys_under_load_fail_no_request_and_change_no_byte"],
        [32] = ["MailScenario.Mail_is_delivered_announced_to_an_idle_client_and_fetched"],
        [33] = ["RestartScenario.The_next_connection_after_a_crash_works", "CrashUnderLoadScenario.A_listener_that_comes_back_answers_the_first_question"],
        [34] = [],
    };

    /// <summary>Tests, as their sources have them, that a stock YARP in the place of the nodes fails.</summary>
    public static IReadOnlySet<string> FailedByYarp()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Path, "tests/FeBeRelay.Relay.Tests/Http/Stock/StockTests.cs"));
        string list = source[source.IndexOf("Fails = new()", StringComparison.Ordinal)..source.IndexOf("};", StringComparison.Ordinal)];
        return TestName().Matches(list).Select(m => m.Value).ToHashSet();
    }

    /// <summary>Whether a class of that name has a method of that name.</summary>
    public static bool Exists(string name)
    {
        string[] parts = name.Split('.');
        return Directory.EnumerateFiles(Path.Combine(Repository.Path, "tests"), $"{parts[0]}.cs", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains($" {parts[1]}(", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<="")\w+\.\w+")]
    private static partial Regex TestName();
}
