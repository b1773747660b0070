#include "http/aws_host.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace http {

namespace {

struct Partition {
    std::string_view region; ///< what its regions begin with; "": all others
    std::string_view domain;
};
constexpr auto partitions = std::to_array<Partition>({
    {"cn-", "amazonaws.com.cn"},
    {"eusc-", "amazonaws.eu"},
    {"us-iso-", "c2s.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov"},
    {"us-isof-", "csp.hci.ic.gov"},
    {"eu-isoe-", "cloud.adc-e.uk"},
    {"", "amazonaws.com"},
});

bool is_letter(char c) noexcept {
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

} // namespace

bool is_aws_region(std::string_view text) noexcept {
    constexpr std::size_t longest = 40;
    const std::size_t first = text.find('-');
    const std::size_t last = text.rfind('-');
    if (text.size() > longest || first == last || first < 2 || first > 8 || last + 1 == text.size())
        return false;
    if (text.find("--") != std::string_view::npos) return false;
    const std::string_view head = text.substr(0, first);
    const std::string_view number = text.substr(last + 1);
    return std::all_of(head.begin(), head.end(), is_letter) &&
           std::all_of(number.begin(), number.end(), is_digit) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

std::string_view aws_domain(std::string_view region) noexcept {
    const auto* row = std::find_if(partitions.begin(), partitions.end(),
                                   [&](const Partition& p) { return region.starts_with(p.region); });
    return row->domain;
}

bool is_aws_domain(std::string_view text) noexcept {
    return std::any_of(partitions.begin(), partitions.end(),
                       [&](const Partition& p) { return text == p.domain; });
}

std::string aws_url(std::string_view service, std::string_view region) {
    return base::format("https://{}.{}.{}", service, region, aws_domain(region));
}

} // namespace http
