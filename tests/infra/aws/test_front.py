"""CloudFront serves the pages with headers that a page cannot set, and the API on the same origin."""

from typing import Any

import yaml

from infra.aws.intrinsics import Loader, Resolver
from infra.aws.template import PATH

TEMPLATE: dict[str, Any] = yaml.load(PATH.read_text(), Loader)
KNOWN = {"Api": "api7", "AWS::StackName": "gym", "AWS::Region": "eu-west-1", "AWS::URLSuffix": "amazonaws.com"}
ATTRIBUTES = {"SiteBucket.RegionalDomainName": "pages", "SiteAccess.Id": "access", "PageHeaders": "headers"}


def resolved(resource: str, **parameters: str) -> dict[str, Any]:
    """The resource's properties for the parameters."""
    known = {**KNOWN, **ATTRIBUTES, **parameters}
    value: dict[str, Any] = Resolver(TEMPLATE, known).value(TEMPLATE["Resources"][resource]["Properties"])
    return value


def test_pages_may_be_framed_by_themselves_alone_and_are_what_their_type_says() -> None:
    headers = resolved("PageHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert headers["ContentSecurityPolicy"]["ContentSecurityPolicy"] == "frame-ancestors 'self'"
    assert headers["ContentTypeOptions"]["Override"]
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 365 * 24 * 3600
    assert resolved("Site")["DistributionConfig"]["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == "headers"


def test_the_api_is_on_the_origin_of_the_pages_and_never_from_a_cache() -> None:
    site = resolved("Site")["DistributionConfig"]
    [api] = [origin for origin in site["Origins"] if origin["Id"] == "api"]
    assert api["DomainName"] == "api7.execute-api.eu-west-1.amazonaws.com"
    behaviours = {each["PathPattern"]: each for each in site["CacheBehaviors"]}
    assert behaviours.keys() == {"/v1/*", "/legacy/v1/*", "/mcp*"}
    for each in behaviours.values():
        assert each["TargetOriginId"] == "api"
        assert {"POST", "DELETE", "OPTIONS"} <= {*each["AllowedMethods"]}
        assert each["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert each["ViewerProtocolPolicy"] == "https-only"


def test_an_own_domain_has_its_certificate_and_takes_no_tls_before_1_2() -> None:
    given = {"DomainName": "gym.example.org", "CertificateArn": "arn:certificate", "WebAclArn": "arn:acl"}
    site = resolved("Site", **given)["DistributionConfig"]
    assert (site["Aliases"], site["WebACLId"]) == (["gym.example.org"], "arn:acl")
    assert site["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert site["ViewerCertificate"]["AcmCertificateArn"] == "arn:certificate"


def test_without_them_there_is_no_own_domain_and_no_web_acl() -> None:
    assert not {"Aliases", "ViewerCertificate", "WebACLId"} & resolved("Site")["DistributionConfig"].keys()


def test_a_key_of_ones_own_encrypts_what_is_kept_and_functions_may_use_it() -> None:
    encrypted = resolved("SnapshotBucket", KmsKeyArn="arn:key")["BucketEncryption"]
    [rule] = encrypted["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:key"}
    policy = resolved("ReadInstances", **{"KmsKeyArn": "arn:key", "SnapshotBucket.Arn": "arn:bucket"})
    assert policy["PolicyDocument"]["Statement"][-1]["Resource"] == "arn:key"
    for group in ("Logs", "AccessLogs"):
        assert resolved(group, KmsKeyArn="arn:key")["KmsKeyId"] == "arn:key"
        assert "KmsKeyId" not in resolved(group)
    [rule] = resolved("SnapshotBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_stepping_is_reserved_and_provisioned_where_asked_and_never_with_snapstart() -> None:
    policies = ("ReadInstances", "WriteInstances", "GetHistory", "WriteHistory")
    known = {"Release": "1", **{each: each for each in policies}}
    stepping = resolved("StepEnvFunction", **known, ReservedSteps="50", ProvisionedSteps="5")
    assert stepping["ReservedConcurrentExecutions"] == "50"
    assert stepping["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": "5"}
    assert (
        not {"ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig"}
        & resolved("StepEnvFunction", **known).keys()
    )
    rule = TEMPLATE["Rules"]["OneWayOfStartingQuickly"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "SnapStart"}, "PublishedVersions"]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Equals": [{"Ref": "ProvisionedSteps"}, 0]}


def test_every_function_that_reads_or_writes_objects_has_the_policy_with_the_right_to_use_the_key() -> None:
    for name, resource in TEMPLATE["Resources"].items():
        policies = (
            {policy["Ref"] for policy in resource["Properties"].get("Policies", ()) if "Ref" in policy}
            if (resource["Type"] == "AWS::Serverless::Function")
            else set()
        )
        if policies - {"ListInstances", "AskHealth"}:
            assert "ReadInstances" in policies, name
