#include <doctest/doctest.h>

#include "http/aws_host.hpp"

TEST_CASE("a region is checked before it is part of a host name") {
    for (const char* good :
         {"us-east-1", "ap-southeast-2", "us-gov-west-1", "eusc-de-east-1", "il-central-1"})
        CHECK(http::is_aws_region(good));
    for (const char* bad :
         {"", "us", "us-east", "us-1", "us-east-", "-east-1", "us--1", "us-ea.st-1", "US-EAST-1",
          "us-east-1.evil", "us-east-1/", "u-east-1", "abcdefghi-east-1", "us-east-1\n", "1-a-1"}) {
        CAPTURE(bad);
        CHECK_FALSE(http::is_aws_region(bad));
    }
}

TEST_CASE("a region's hosts stand in the domain of its partition") {
    CHECK(http::aws_url("sts", "eu-west-1") == "https://sts.eu-west-1.amazonaws.com");
    CHECK(http::aws_url("sts", "us-gov-west-1") == "https://sts.us-gov-west-1.amazonaws.com");
    CHECK(http::aws_url("sts", "cn-north-1") == "https://sts.cn-north-1.amazonaws.com.cn");
    CHECK(http::aws_url("sts", "eusc-de-east-1") == "https://sts.eusc-de-east-1.amazonaws.eu");
    CHECK(http::aws_url("sts", "us-isob-east-1") == "https://sts.us-isob-east-1.sc2s.sgov.gov");
    CHECK(http::is_aws_domain("amazonaws.com.cn"));
    CHECK_FALSE(http::is_aws_domain("s3.amazonaws.com"));
    CHECK_FALSE(http::is_aws_domain("amazonaws.com.evil"));
}
