// When a failed call is made again, and after what pause. Numbers as the providers' own SDKs have them: 0.5 s
// doubling to 8 s, up to a quarter less by jitter. AWS throttles a whole account and says no time, so calls
// that it throttled spread over all of a longer pause (full jitter), as in the standard mode of its SDKs.
#include <algorithm>
#include <cmath>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "run/retry.hpp"

namespace run {

namespace {

constexpr std::int64_t first_ms = 500;
constexpr std::int64_t longest_ms = 8'000;
constexpr std::int64_t aws_first_ms = 1'000;
constexpr std::int64_t aws_longest_ms = 20'000;
constexpr std::int64_t longest_wish_ms = 60'000; // of a server's retry-after
constexpr base::Duration longest_pause = base::seconds(24LL * 3600);

/// The same number in [0, 1) for the same seed and try, spread over different ones.
double spread(std::string_view seed, std::int64_t n) {
    const std::string text = base::lower(seed) + "|" + std::to_string(n);
    return static_cast<double>(base::fnv1a_64(text) % 1'000'000) / 1e6;
}

std::int64_t doubled(std::int64_t ms, std::int64_t times, std::int64_t cap) {
    const std::int64_t exponent = std::clamp<std::int64_t>(times, 0, 20);
    if (ms > (cap >> exponent)) return cap;
    return std::min(ms << exponent, cap);
}

} // namespace

base::Duration message_delay(const resource::MessageRetry& rule, base::Duration backoff, std::int64_t tries,
                             std::string_view key) {
    if (backoff.us <= 0) return {};
    const std::int64_t most = rule.max_backoff.us > 0 ? rule.max_backoff.us : longest_pause.us;
    const std::int64_t n = std::max<std::int64_t>(tries, 1);
    const std::int64_t exponent = std::min<std::int64_t>(n - 1, 20);
    if (exponent > 0 && backoff.us > (most >> exponent)) return {most};
    const std::int64_t whole = std::min(backoff.us << exponent, most);
    const double u = spread(key, n);
    base::Duration out;
    switch (rule.jitter) {
    case resource::Jitter::none:
        out = {whole};
        break;
    case resource::Jitter::full:
        out = {static_cast<std::int64_t>(static_cast<double>(whole) * u)};
        break;
    case resource::Jitter::equal: {
        const std::int64_t half = whole / 2;
        out = {half + static_cast<std::int64_t>(static_cast<double>(half) * u)};
        break;
    }
    }
    return out.us > 0 ? out : base::milliseconds(1);
}

std::optional<base::Duration> retry_delay(const Plan& plan, std::size_t endpoint,
                                          const trace::ModelError& error, std::int64_t tries,
                                          std::optional<base::Duration> left, std::string_view seed) {
    const resource::MessageRetry& rule = plan.spec.message_retry;
    const std::int64_t most = std::max(plan.endpoints[endpoint].max_retries + 1, rule.max_attempts);
    if (!error.retryable || tries >= most) return std::nullopt;
    const std::string text = base::lower(error.detail);
    for (const std::string& word : rule.non_retryable) {
        if (!word.empty() && text.find(word) != std::string::npos) return std::nullopt;
    }
    // A server that is not there is seldom there half a second later; one quick look covers a restart. A
    // number the person set holds.
    const bool asked = rule.max_attempts > 0 || plan.endpoints[endpoint].spec.options.contains("max_retries");
    if (!asked && error.status == 0 && error.provider_code == "refused" && tries >= 2) return std::nullopt;
    // A rule without a pause of its own keeps the one between attempts.
    const auto backoff = rule.backoff ? rule.backoff
                         : plan.spec.retry.backoff.us > 0
                             ? std::optional<base::Duration>(plan.spec.retry.backoff)
                             : std::nullopt;
    std::int64_t ms = 0;
    if (error.retry_after_ms) {
        if (*error.retry_after_ms > longest_wish_ms) return std::nullopt;
        ms = *error.retry_after_ms;
    } else if (backoff) {
        const base::Duration delay = message_delay(rule, *backoff, tries, seed);
        if (left && delay >= *left) return std::nullopt;
        return delay;
    } else if (error.kind == "rate_limit" && !plan.endpoints[endpoint].provider->aws_service.empty()) {
        ms = static_cast<std::int64_t>(static_cast<double>(doubled(aws_first_ms, tries - 1, aws_longest_ms)) *
                                       spread(seed, tries));
    } else {
        const std::int64_t full = doubled(first_ms, tries - 1, longest_ms);
        ms = full - static_cast<std::int64_t>(static_cast<double>(full) * 0.25 * spread(seed, tries));
    }
    if (left && base::milliseconds(ms) >= *left) return std::nullopt;
    return base::milliseconds(std::max<std::int64_t>(ms, 1));
}

base::Fault fault_of_refusal(std::string_view kind) {
    // The only refusal that the person's own manifest causes before anything is sent.
    return kind == "configuration" ? base::Fault::manifest : base::Fault::provider;
}

base::Duration task_delay(const resource::Retry& retry, std::int64_t attempt) {
    if (retry.backoff.us <= 0) return {};
    const std::int64_t exponent = std::clamp<std::int64_t>(attempt - 1, 0, 10);
    if (retry.backoff.us > (longest_pause.us >> exponent)) return longest_pause;
    return {retry.backoff.us << exponent};
}

} // namespace run
