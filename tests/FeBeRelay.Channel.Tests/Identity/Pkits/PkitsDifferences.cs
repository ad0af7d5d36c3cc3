using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Channel.Tests.Identity.Pkits;

/// <summary>Where this program differs from PKITS on purpose, test by test, and why.</summary>
internal static class PkitsDifferences
{
    /// <summary>PKITS' own settings: any policy will do, none is required. These say neither valid nor invalid in their names, and are to be refused.</summary>
    public static readonly IReadOnlySet<string> InvalidByText = new HashSet<string>
    {
        "DifferentPoliciesTest12", "DifferentPoliciesTest4", "DifferentPoliciesTest5", "DifferentPoliciesTest7",
        "DifferentPoliciesTest8", "DifferentPoliciesTest9", "MissingCRLTest1",
    };

    /// <summary>Believed although PKITS says no: what these are about stands in revocation lists, and here none is configured.</summary>
    public static readonly IReadOnlySet<string> Revocation = new HashSet<string>
    {
        "InvalidBadCRLIssuerNameTest5", "InvalidBadCRLSignatureTest4", "InvalidBasicSelfIssuedCRLSigningKeyTest7",
        "InvalidBasicSelfIssuedNewWithOldTest5", "InvalidBasicSelfIssuedOldWithNewTest2", "InvalidIDPwithindirectCRLTest23",
        "InvalidIDPwithindirectCRLTest26", "InvalidLongSerialNumberTest18", "InvalidNegativeSerialNumberTest15",
        "InvalidOldCRLnextUpdateTest11", "InvalidRevokedCATest2", "InvalidRevokedEETest3", "InvalidSeparateCertificateandCRLKeysTest20",
        "InvalidSeparateCertificateandCRLKeysTest21", "InvalidUnknownCRLEntryExtensionTest8", "InvalidUnknownCRLExtensionTest10",
        "InvalidUnknownCRLExtensionTest9", "InvalidWrongCRLTest6", "InvalidcRLIssuerTest27", "InvalidcRLIssuerTest31",
        "InvalidcRLIssuerTest32", "InvalidcRLIssuerTest34", "InvalidcRLIssuerTest35", "InvaliddeltaCRLIndicatorNoBaseTest1",
        "InvaliddeltaCRLTest10", "InvaliddeltaCRLTest3", "InvaliddeltaCRLTest4", "InvaliddeltaCRLTest6", "InvaliddeltaCRLTest9",
        "InvaliddistributionPointTest2", "InvaliddistributionPointTest3", "InvaliddistributionPointTest6",
        "InvaliddistributionPointTest8", "InvaliddistributionPointTest9", "InvalidkeyUsageCriticalcRLSignFalseTest4",
        "InvalidkeyUsageNotCriticalcRLSignFalseTest5", "InvalidonlyContainsAttributeCertsTest14", "InvalidonlyContainsCACertsCRLTest12",
        "InvalidonlySomeReasonsTest15", "InvalidonlySomeReasonsTest16", "InvalidonlySomeReasonsTest17", "InvalidonlySomeReasonsTest20",
        "InvalidonlySomeReasonsTest21", "Invalidpre2000CRLnextUpdateTest12", "MissingCRLTest1",
    };

    /// <summary>With lists, refused although PKITS says yes: always because what the list would need is not done here, never because somebody else's list was believed.</summary>
    public static readonly IReadOnlySet<string> StricterWithLists = new HashSet<string>
    {
        // Signed by another key of the authority than the one that signed the certificate.
        "ValidBasicSelfIssuedCRLSigningKeyTest6", "ValidBasicSelfIssuedNewWithOldTest3", "ValidBasicSelfIssuedNewWithOldTest4",
        "ValidBasicSelfIssuedOldWithNewTest1", "ValidSelfIssuedDNnameConstraintsTest19", "ValidSelfIssuedpathLenConstraintTest15",
        "ValidSelfIssuedpathLenConstraintTest17", "ValidSeparateCertificateandCRLKeysTest19",

        // Indirect lists.
        "ValidIDPwithindirectCRLTest22", "ValidIDPwithindirectCRLTest24", "ValidIDPwithindirectCRLTest25", "ValidcRLIssuerTest28",
        "ValidcRLIssuerTest29", "ValidcRLIssuerTest30", "ValidcRLIssuerTest33",

        // Partitioned lists, by distribution point or reason.
        "ValiddistributionPointTest1", "ValiddistributionPointTest4", "ValiddistributionPointTest5", "ValiddistributionPointTest7",
        "ValidonlySomeReasonsTest18", "ValidonlySomeReasonsTest19",

        // Taken back on the complete list, and given back by a delta list only.
        "ValiddeltaCRLTest5",

        // Serial number 255 where -1 is on the list: the same byte. RFC 5280 has positive numbers only.
        "ValidNegativeSerialNumberTest14",
    };

    /// <summary>Believed although PKITS says no: only a delta list says so, which no configuration can name (it is refused when it is read).</summary>
    public static readonly IReadOnlySet<string> InDeltaListOnly = new HashSet<string> { "InvaliddeltaCRLTest4" };

    /// <summary>Refused although PKITS says yes.</summary>
    public static readonly IReadOnlyDictionary<IdentityRefusal, string[]> Stricter = new Dictionary<IdentityRefusal, string[]>
    {
        // Policies are not evaluated; what constrains them is refused instead of passed over.
        [IdentityRefusal.ConstrainsPolicies] =
        [
            "AllCertificatesAnyPolicyTest11", "AllCertificatesSamePoliciesTest10", "AllCertificatesSamePoliciesTest13",
            "AnyPolicyTest14", "UserNoticeQualifierTest18", "ValidPolicyMappingTest1", "ValidPolicyMappingTest11",
            "ValidPolicyMappingTest12", "ValidPolicyMappingTest13", "ValidPolicyMappingTest14", "ValidPolicyMappingTest3",
            "ValidPolicyMappingTest5", "ValidPolicyMappingTest6", "ValidPolicyMappingTest9", "ValidRequireExplicitPolicyTest1",
            "ValidRequireExplicitPolicyTest2", "ValidRequireExplicitPolicyTest4", "ValidSelfIssuedinhibitAnyPolicyTest7",
            "ValidSelfIssuedinhibitAnyPolicyTest9", "ValidSelfIssuedinhibitPolicyMappingTest7",
            "ValidSelfIssuedrequireExplicitPolicyTest6", "ValidinhibitAnyPolicyTest2", "ValidinhibitPolicyMappingTest2",
            "ValidinhibitPolicyMappingTest4", "inhibitAnyPolicyTest3",
        ],
        // A node is no certificate authority; these tests end in one.
        [IdentityRefusal.LeafIsAuthority] =
        [
            "OverlappingPoliciesTest6", "ValidonlyContainsCACertsCRLTest13", "ValidpathLenConstraintTest14",
            "ValidpathLenConstraintTest8",
        ],
        // No DSA.
        [IdentityRefusal.WeakKey] =
        [
            "ValidDSAParameterInheritanceTest5", "ValidDSASignaturesTest4",
        ],
        // Names chain byte for byte: no folding of case, white space or string types, in which two readers could differ.
        [IdentityRefusal.Malformed] =
        [
            "ValidNameChainingCapitalizationTest5", "ValidNameChainingWhitespaceTest3", "ValidNameChainingWhitespaceTest4",
            "ValidRolloverfromPrintableStringtoUTF8StringTest10", "ValidUTF8StringCaseInsensitiveMatchTest11",
        ],
    };
}
