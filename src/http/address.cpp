#include "http/address.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/text.hpp"

namespace http {

namespace {

using V4 = std::array<unsigned char, 4>;
using V6 = std::array<unsigned char, 16>;

enum class Rule { never, private_only };

template <typename Address>
struct Range {
    Address network;
    int bits;
    Rule rule;
    const char* clause;
};

// The first match counts. Sources: the IANA special-purpose address registries for IPv4 and IPv6. The
// metadata services of AWS, Google, Azure and Oracle share 169.254.169.254; AWS adds fd00:ec2::254 and, for
// pods, fd00:ec2::23; Google fd20:ce::254; Alibaba has 100.100.100.200, Oracle's older machines 192.0.0.192,
// Azure's agent 168.63.129.16.
constexpr Range<V4> v4_ranges[] = {
    {{169, 254, 169, 254}, 32, Rule::never, "is a cloud metadata address"},
    {{100, 100, 100, 200}, 32, Rule::never, "is a cloud metadata address"},
    {{192, 0, 0, 192}, 32, Rule::never, "is a cloud metadata address"},
    {{168, 63, 129, 16}, 32, Rule::never, "is a cloud metadata address"},
    {{0, 0, 0, 0}, 8, Rule::never, "is an unspecified address"},
    {{169, 254, 0, 0}, 16, Rule::never, "is a link-local address"},
    {{224, 0, 0, 0}, 4, Rule::never, "is a multicast address"},
    {{255, 255, 255, 255}, 32, Rule::never, "is the broadcast address"},
    {{240, 0, 0, 0}, 4, Rule::never, "is a reserved address"},
    {{127, 0, 0, 0}, 8, Rule::private_only, "is a loopback address"},
    {{10, 0, 0, 0}, 8, Rule::private_only, "is a private address"},
    {{172, 16, 0, 0}, 12, Rule::private_only, "is a private address"},
    {{192, 168, 0, 0}, 16, Rule::private_only, "is a private address"},
    {{100, 64, 0, 0}, 10, Rule::private_only, "is a carrier-grade NAT address"},
};

constexpr V6 local_nat64{0, 0x64, 0xff, 0x9b, 0, 1}; // RFC 8215

constexpr Range<V6> v6_ranges[] = {
    {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     Rule::never,
     "is a cloud metadata address"},
    {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23},
     128,
     Rule::never,
     "is a cloud metadata address"},
    {{0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     Rule::never,
     "is a cloud metadata address"},
    {{}, 128, Rule::never, "is an unspecified address"},
    {{0xfe, 0x80}, 10, Rule::never, "is a link-local address"},
    {{0xff}, 8, Rule::never, "is a multicast address"},
    {{0x20, 0x01, 0, 0}, 32, Rule::never, "is a reserved address"}, // Teredo: leads to an IPv4 address
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, Rule::private_only, "is a loopback address"},
    {{0xfc}, 7, Rule::private_only, "is a unique local address"},
    {{0xfe, 0xc0}, 10, Rule::private_only, "is a private address"}, // site-local, RFC 3879
    {local_nat64, 48, Rule::private_only, "is a private address"},
};

/// IPv6 forms that carry an IPv4 address, and where.
struct Wrapping {
    V6 prefix;
    int bits;
    std::size_t offset;
};

constexpr Wrapping wrappings[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12}, // IPv4-mapped
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},       // IPv4-translated, RFC 2765
    {{0, 0x64, 0xff, 0x9b}, 96, 12},                      // NAT64
    {{0x20, 0x02}, 16, 2},                                // 6to4
    {{}, 96, 12},                                         // IPv4-compatible
};

bool begins_with(std::span<const unsigned char> address, std::span<const unsigned char> prefix, int bits) {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(whole), address.begin()))
        return false;
    const int rest = bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<unsigned char>(0xffU << static_cast<unsigned>(8 - rest));
    return (address[whole] & mask) == (prefix[whole] & mask);
}

template <typename Address, std::size_t N>
const Range<Address>* first_match(const Range<Address> (&ranges)[N], const Address& address) {
    for (const auto& range : ranges)
        if (begins_with(address, range.network, range.bits)) return &range;
    return nullptr;
}

/// Sources: the ECS and EKS guides on credentials of tasks and pods, and the EC2 guide on instance metadata.
constexpr V4 aws_addresses_v4[] = {{169, 254, 169, 254}, {169, 254, 170, 2}, {169, 254, 170, 23}};
constexpr V6 aws_addresses_v6[] = {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
                                   {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23}};

bool hands_out_credentials(const V4& address) {
    return address[0] == 127 || std::find(std::begin(aws_addresses_v4), std::end(aws_addresses_v4),
                                          address) != std::end(aws_addresses_v4);
}
bool hands_out_credentials(const V6& address) {
    constexpr V6 loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return address == loopback || std::find(std::begin(aws_addresses_v6), std::end(aws_addresses_v6),
                                            address) != std::end(aws_addresses_v6);
}

template <typename Address>
std::optional<Refused> judge_for_aws(const Address& address) {
    if (hands_out_credentials(address)) return std::nullopt;
    return Refused{"is none of the addresses at which AWS hands out credentials", false};
}

template <typename Address>
std::optional<Refused> judge(const Range<Address>* range, Reach reach) {
    if (range == nullptr) return std::nullopt;
    const bool private_helps = range->rule == Rule::private_only;
    if (private_helps && reach == Reach::private_also) return std::nullopt;
    return Refused{range->clause, private_helps};
}

std::optional<Refused> judge_v4(const V4& address, Reach reach) {
    if (reach == Reach::aws_metadata) return judge_for_aws(address);
    return judge(first_match(v4_ranges, address), reach);
}

V4 inner_address(const V6& address, std::size_t offset) {
    V4 inner{};
    std::copy_n(address.begin() + static_cast<std::ptrdiff_t>(offset), inner.size(), inner.begin());
    return inner;
}

std::optional<Refused> judge_v6(const V6& address, Reach reach) {
    if (reach == Reach::aws_metadata) return judge_for_aws(address);
    if (const auto* range = first_match(v6_ranges, address)) {
        // Whether an IPv4 address stands at its end is up to the network; 0.0.0.0/8 there means that none
        // does.
        const V4 inner = inner_address(address, 12);
        const bool carries = range->network == local_nat64 && inner[0] != 0;
        const auto refused = carries ? judge_v4(inner, Reach::private_also) : std::nullopt;
        return refused ? refused : judge(range, reach);
    }
    for (const auto& wrapping : wrappings) {
        if (begins_with(address, wrapping.prefix, wrapping.bits))
            return judge_v4(inner_address(address, wrapping.offset), reach);
    }
    return std::nullopt;
}

} // namespace

std::string numeric_text(const sockaddr* address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    }
    return text;
}

std::optional<std::string> numeric_host(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1); // as names may end, and so browsers and proxies read it
    if (host.empty() || host.find('\0') != std::string_view::npos) return std::nullopt;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(std::string(host).c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
    std::string text = numeric_text(found->ai_addr);
    ::freeaddrinfo(found);
    return text;
}

std::optional<Refused> refused_address(std::string_view numeric_address, Reach reach) {
    // Why first: almost every call brings the usual form, and the resolver is slower.
    std::string text(numeric_address);
    for (int round = 0; round < 2; ++round) {
        V4 v4{};
        V6 v6{};
        if (::inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return judge_v4(v4, reach);
        if (::inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) return judge_v6(v6, reach);
        const auto usual = numeric_host(numeric_address);
        if (!usual) break;
        text = *usual;
    }
    return Refused{"is not a numeric address", false};
}

std::optional<std::string> forbidden(std::string_view numeric_address, Reach reach) {
    const auto refused = refused_address(numeric_address, reach);
    if (!refused) return std::nullopt;
    return refused->clause;
}

bool is_loopback_host(std::string_view host) {
    std::string name = base::lower(host);
    if (name.ends_with('.')) name.pop_back();
    if (name == "localhost" || name.ends_with(".localhost")) return true;
    const auto numeric = numeric_host(name);
    return numeric &&
           (numeric->starts_with("127.") || *numeric == "::1" || numeric->starts_with("::ffff:127."));
}

} // namespace http
