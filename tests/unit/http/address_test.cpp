#include <doctest/doctest.h>

#include "http/address.hpp"
#include "http/http.hpp"

namespace {

enum class Verdict { open, private_only, never };

struct Row {
    const char* address;
    Verdict verdict;
    const char* clause;
};

using enum Verdict;

const Row rows[] = {
    {"127.0.0.1", private_only, "is a loopback address"},
    {"127.0.0.53", private_only, "is a loopback address"},
    {"127.255.255.255", private_only, "is a loopback address"},
    {"127.1", private_only, "is a loopback address"},
    {"127.0.0.1.", private_only, "is a loopback address"},
    {"0x7f.1.", private_only, "is a loopback address"},
    {"127.0.1", private_only, "is a loopback address"},
    {"0x7f.1", private_only, "is a loopback address"},
    {"0x7f000001", private_only, "is a loopback address"},
    {"0x7F.0x0.0x0.0x1", private_only, "is a loopback address"},
    {"2130706433", private_only, "is a loopback address"},
    {"017700000001", private_only, "is a loopback address"},
    {"0177.0.0.1", private_only, "is a loopback address"},
    {"0177.0.0.01", private_only, "is a loopback address"},
    {"::1", private_only, "is a loopback address"},
    {"0:0:0:0:0:0:0:1", private_only, "is a loopback address"},
    {"0000:0000:0000:0000:0000:0000:0000:0001", private_only, "is a loopback address"},
    {"::ffff:127.0.0.1", private_only, "is a loopback address"},
    {"::ffff:7f00:1", private_only, "is a loopback address"},
    {"::FFFF:7F00:0001", private_only, "is a loopback address"},
    {"0:0:0:0:0:ffff:127.0.0.1", private_only, "is a loopback address"},
    {"::ffff:0:127.0.0.1", private_only, "is a loopback address"},
    {"::127.0.0.1", private_only, "is a loopback address"},
    {"64:ff9b::127.0.0.1", private_only, "is a loopback address"},
    {"64:ff9b::7f00:1", private_only, "is a loopback address"},
    {"2002:7f00:1::", private_only, "is a loopback address"},
    {"10.0.0.1", private_only, "is a private address"},
    {"10.255.255.255", private_only, "is a private address"},
    {"012.1", private_only, "is a private address"},
    {"167772161", private_only, "is a private address"},
    {"172.16.0.1", private_only, "is a private address"},
    {"172.31.255.255", private_only, "is a private address"},
    {"192.168.1.1", private_only, "is a private address"},
    {"0xc0a80101", private_only, "is a private address"},
    {"3232235777", private_only, "is a private address"},
    {"::ffff:192.168.1.1", private_only, "is a private address"},
    {"64:ff9b::10.0.0.1", private_only, "is a private address"},
    {"64:ff9b:1::5", private_only, "is a private address"},
    {"2002:c0a8:101::1", private_only, "is a private address"},
    {"2002:0a00:0001:ffff::1", private_only, "is a private address"},
    {"fec0::1", private_only, "is a private address"},
    {"fc00::1", private_only, "is a unique local address"},
    {"fd12:3456:789a::1", private_only, "is a unique local address"},
    {"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", private_only, "is a unique local address"},
    {"100.64.0.1", private_only, "is a carrier-grade NAT address"},
    {"100.127.255.255", private_only, "is a carrier-grade NAT address"},
    {"::ffff:100.64.0.1", private_only, "is a carrier-grade NAT address"},
    {"169.254.169.254", never, "is a cloud metadata address"},
    {"0xa9fea9fe", never, "is a cloud metadata address"},
    {"2852039166", never, "is a cloud metadata address"},
    {"0251.0376.0251.0376", never, "is a cloud metadata address"},
    {"169.254.43518", never, "is a cloud metadata address"},
    {"::ffff:169.254.169.254", never, "is a cloud metadata address"},
    {"::ffff:a9fe:a9fe", never, "is a cloud metadata address"},
    {"64:ff9b::a9fe:a9fe", never, "is a cloud metadata address"},
    {"2002:a9fe:a9fe::", never, "is a cloud metadata address"},
    {"fd00:ec2::254", never, "is a cloud metadata address"},
    {"fd00:0ec2:0:0:0:0:0:0254", never, "is a cloud metadata address"},
    {"169.254.169.254.", never, "is a cloud metadata address"},
    {"0xA9.0xFE.0xA9.0xFE", never, "is a cloud metadata address"},
    {"::169.254.169.254", never, "is a cloud metadata address"},
    {"::ffff:0:169.254.169.254", never, "is a cloud metadata address"},
    {"64:ff9b:1::169.254.169.254", never, "is a cloud metadata address"},
    {"64:ff9b:1:2:3:4:a9fe:a9fe", never, "is a cloud metadata address"},
    {"2002:a9fe:a9fe:1::1", never, "is a cloud metadata address"},
    {"fd00:ec2::23", never, "is a cloud metadata address"},
    {"fd20:ce::254", never, "is a cloud metadata address"},
    {"100.100.100.200", never, "is a cloud metadata address"},
    {"::ffff:100.100.100.200", never, "is a cloud metadata address"},
    {"192.0.0.192", never, "is a cloud metadata address"},
    {"168.63.129.16", never, "is a cloud metadata address"},
    {"fe80::1%1", never, "is a link-local address"},
    {"169.254.170.2", never, "is a link-local address"},
    {"169.254.0.1", never, "is a link-local address"},
    {"fe80::1", never, "is a link-local address"},
    {"febf::1", never, "is a link-local address"},
    {"0.0.0.0", never, "is an unspecified address"},
    {"0", never, "is an unspecified address"},
    {"0x0", never, "is an unspecified address"},
    {"0.1.2.3", never, "is an unspecified address"},
    {"::", never, "is an unspecified address"},
    {"0:0:0:0:0:0:0:0", never, "is an unspecified address"},
    {"::ffff:0.0.0.0", never, "is an unspecified address"},
    {"224.0.0.1", never, "is a multicast address"},
    {"239.255.255.250", never, "is a multicast address"},
    {"64:ff9b:1::224.0.0.1", never, "is a multicast address"},
    {"ff02::1", never, "is a multicast address"},
    {"255.255.255.255", never, "is the broadcast address"},
    {"4294967295", never, "is the broadcast address"},
    {"::ffff:255.255.255.255", never, "is the broadcast address"},
    {"240.0.0.1", never, "is a reserved address"},
    {"2001::1", never, "is a reserved address"},
    {"2001:0:4136:e378:8000:63bf:5601:5601", never, "is a reserved address"},
    {"1.1.1.1", open, ""},
    {"8.8.8.8", open, ""},
    {"134744072", open, ""},
    {"9.255.255.255", open, ""},
    {"11.0.0.0", open, ""},
    {"100.63.255.255", open, ""},
    {"100.128.0.0", open, ""},
    {"126.255.255.255", open, ""},
    {"128.0.0.1", open, ""},
    {"169.253.255.255", open, ""},
    {"172.15.255.255", open, ""},
    {"172.32.0.0", open, ""},
    {"192.167.255.255", open, ""},
    {"223.255.255.255", open, ""},
    {"2606:4700:4700::1111", open, ""},
    {"::ffff:8.8.8.8", open, ""},
    {"64:ff9b::8.8.8.8", open, ""},
    {"2002:808:808::1", open, ""},
    {"2001:4860:4860::8888", open, ""},
    {"168.63.129.17", open, ""},
    {"", never, "is not a numeric address"},
    {"localhost", never, "is not a numeric address"},
    {"127.0.0.1..", never, "is not a numeric address"},
    {".", never, "is not a numeric address"},
    {"1.2.3.4.5", never, "is not a numeric address"},
    {"999.1.1.1", never, "is not a numeric address"},
    {"::g", never, "is not a numeric address"},
};

} // namespace

TEST_CASE("addresses are judged whatever their spelling") {
    for (const auto& row : rows) {
        CAPTURE(row.address);
        const auto in_public = http::forbidden(row.address, http::Reach::public_only);
        const auto in_private = http::forbidden(row.address, http::Reach::private_also);
        CHECK(in_public.value_or("") == row.clause);
        CHECK(in_private.value_or("") == (row.verdict == never ? row.clause : ""));
        if (const auto refused = http::refused_address(row.address, http::Reach::public_only))
            CHECK(refused->private_helps == (row.verdict == private_only));
    }
}

TEST_CASE("hosts that are this machine") {
    for (const char* host : {"localhost", "LocalHost", "localhost.", "a.localhost", "127.0.0.1", "127.9.9.9",
                             "0x7f.1", "::1", "::ffff:127.0.0.1"}) {
        CAPTURE(host);
        CHECK(http::is_loopback_host(host));
    }
    for (const char* host : {"", "notlocalhost", "localhost.example", "10.0.0.1", "::2", "0.0.0.0"}) {
        CAPTURE(host);
        CHECK_FALSE(http::is_loopback_host(host));
    }
}

TEST_CASE("the addresses of AWS's credentials are reached by who asks for them alone") {
    const char* const allowed[] = {"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254",
                                   "fd00:ec2::23",    "127.0.0.1",     "127.8.8.8",      "::1"};
    for (const char* address : allowed) {
        CAPTURE(address);
        CHECK_FALSE(http::forbidden(address, http::Reach::aws_metadata));
    }
    const char* const others[] = {
        "169.254.169.253", "169.254.170.3", "10.0.0.1", "8.8.8.8",      "0.0.0.0", "fe80::1",
        "fd00:ec2::255",   "fc00::1",       "::2",      "2001:4860::1", "name",    "::ffff:169.254.169.254"};
    for (const char* address : others) {
        CAPTURE(address);
        CHECK(http::forbidden(address, http::Reach::aws_metadata).has_value());
    }
    for (const char* address :
         {"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"}) {
        CAPTURE(address);
        CHECK(http::forbidden(address, http::Reach::private_also).has_value());
        CHECK(http::forbidden(address, http::Reach::public_only).has_value());
    }
    CHECK(http::forbidden("10.0.0.1", http::Reach::aws_metadata) ==
          "is none of the addresses at which AWS hands out credentials");
}
