// Any bytes as a duration, a time, a schedule and an amount: read or not, and what was read is read again as
// the same from what we write of it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/usd.hpp"
#include "resource/cron.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_duration(std::string_view text) {
    const auto duration = base::parse_duration(text);
    if (!duration) return;
    require(base::parse_duration(base::render(*duration)) == duration);
    if (duration->us < 0) require(text.find('-') != std::string_view::npos);
}

void check_time(std::string_view text) {
    if (const auto time = base::parse_rfc3339(text))
        require(base::parse_rfc3339(base::rfc3339(*time)) == time);
    if (const auto date = base::parse_http_date(text)) {
        require(date->us % 1'000'000 == 0);
        require(base::parse_rfc3339(base::rfc3339(*date)) == date);
    }
}

void check_amount(std::string_view text) {
    const auto amount = base::parse_usd(text);
    if (!amount) return;
    require(amount->picos >= 0);
    require(base::parse_usd(base::decimal(*amount)) == amount);
    require(base::shown(*amount).front() == '$');
    require((*amount + *amount).picos >= amount->picos);
    require(base::price_of(1, *amount).picos <= amount->picos);
}

void check_schedule(std::string_view text) {
    const resource::ParsedCron parsed = resource::parse_cron(text);
    if (!parsed.error.empty()) return;
    const resource::Cron& cron = parsed.cron;
    require(cron.minutes.any() && cron.hours.any() && cron.days.any() && cron.months.any() &&
            cron.weekdays.any());
    require(!cron.days[0] && !cron.months[0]);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size); // NOLINT: bytes are bytes
    check_duration(text);
    check_time(text);
    check_amount(text);
    check_schedule(text);
    (void)resource::time_zone_problem(std::string(text.substr(0, 80)));
    if (const auto number = base::to_integer(text)) require(base::to_number(text).has_value() || number == 0);
    return 0;
}
