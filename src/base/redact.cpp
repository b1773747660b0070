#include "base/redact.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t shortest = 8; // bytes; a shorter value is a word, and replacing words destroys answers
constexpr std::string_view replacement = secret_mark;

// What a text may do to make looking slow: escapes of escapes are followed so deep, no deeper.
constexpr std::size_t most_backslashes = 64;
constexpr int most_percents = 8;

/// How far a value was found in a text.
struct Match {
    std::size_t end = 0;     ///< where in the text it ends, or how far the text goes
    std::size_t matched = 0; ///< bytes of the value
    bool open = false;       ///< the text ended, or was cut, before the value did
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Holds a value against a text from one place on, one character of the text after another, each as it may
/// be written: plain, escaped by any number of backslashes (JSON in JSON), \uXXXX, %XX (and %25XX).
class Reading {
  public:
    Reading(std::string_view text, std::size_t at, std::string_view value)
        : text_(text), value_(value), at_(at) {}

    Match run() {
        while (done_ < value_.size()) {
            if (at_ >= text_.size()) return {at_, done_, true};
            const Step step = text_[at_] == '\\' ? after_backslashes() : plain();
            if (step == Step::none) return cut_here() ? Match{at_, done_, true} : Match{};
            if (step == Step::text_ended) return {text_.size(), done_, true};
        }
        return {at_, done_, false};
    }

  private:
    enum class Step { taken, none, text_ended };

    /// Whether a text was cut here and says so.
    [[nodiscard]] bool cut_here() const {
        const std::string_view rest = text_.substr(at_);
        return rest.starts_with("...") || rest.starts_with("\xE2\x80\xA6");
    }

    Step take(std::size_t to, std::size_t bytes) {
        at_ = to;
        done_ += bytes;
        return Step::taken;
    }

    Step plain() {
        const char wanted = value_[done_];
        if (text_[at_] == wanted) return take(at_ + 1, 1);
        if (text_[at_] == '+' && wanted == ' ') return take(at_ + 1, 1);
        if (text_[at_] != '%') return Step::none;
        std::size_t at = at_ + 1;
        for (int i = 0; i < most_percents && text_.substr(at, 2) == "25" && wanted != '%'; ++i)
            at += 2;
        if (at + 1 >= text_.size()) return Step::text_ended;
        const int high = hex_digit(text_[at]);
        const int low = hex_digit(text_[at + 1]);
        const bool same = high >= 0 && low >= 0 && high * 16 + low == static_cast<unsigned char>(wanted);
        return same ? take(at + 2, 1) : Step::none;
    }

    [[nodiscard]] std::size_t end_of_backslashes(std::size_t at) const {
        const std::size_t from = at;
        while (at < text_.size() && at - from < most_backslashes && text_[at] == '\\')
            ++at;
        return at;
    }

    Step after_backslashes() {
        const std::size_t next = end_of_backslashes(at_);
        const std::size_t wanted = std::min(value_.find_first_not_of('\\', done_), value_.size()) - done_;
        if (next < text_.size() && text_[next] == 'u') {
            if (const Step step = code_unit(next + 1); step != Step::none) return step;
        }
        if (wanted > 0) {
            if (next - at_ < wanted) return Step::none;
            const bool escape = next - at_ > wanted && text_.substr(next, 1) == "u" && digits(next + 1);
            return take(escape ? next - 1 : next, wanted);
        }
        if (next == text_.size()) return Step::text_ended;
        constexpr std::string_view letters = "nrtbf";
        constexpr std::string_view meant = "\n\r\t\b\f";
        const std::size_t letter = letters.find(text_[next]);
        const char c = letter == std::string_view::npos ? text_[next] : meant[letter];
        return c == value_[done_] && !is_word(c) ? take(next + 1, 1) : Step::none;
    }

    /// The four digits at `at`, nullopt when they are none; those the text has, when it ends before.
    [[nodiscard]] std::optional<unsigned> digits(std::size_t at) const {
        unsigned out = 0;
        for (const char c : text_.substr(std::min(at, text_.size()), 4)) {
            if (hex_digit(c) < 0) return std::nullopt;
            out = out * 16 + static_cast<unsigned>(hex_digit(c));
        }
        return out;
    }

    /// A code point as JSON writes it, or, as others do, each byte of it.
    Step code_unit(std::size_t at) {
        const auto unit = digits(at);
        if (!unit) return Step::none;
        if (at + 4 > text_.size()) return Step::text_ended;
        if (*unit < 0x100 && *unit == static_cast<unsigned char>(value_[done_])) return take(at + 4, 1);
        const std::string_view point = utf8_at(done_);
        if (*unit < 0xD800 || *unit > 0xDBFF) {
            return point == encoded(*unit) ? take(at + 4, point.size()) : Step::none;
        }
        std::size_t second = end_of_backslashes(at + 4);
        if (second == text_.size()) return Step::text_ended;
        const auto low = text_[second] == 'u' ? digits(++second) : std::nullopt;
        if (!low) return Step::none;
        if (second + 4 > text_.size()) return Step::text_ended;
        const unsigned whole = 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00);
        return point == encoded(whole) ? take(second + 4, point.size()) : Step::none;
    }

    [[nodiscard]] std::string_view utf8_at(std::size_t at) const {
        const auto first = static_cast<unsigned char>(value_[at]);
        return value_.substr(at, first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4);
    }

    static std::string encoded(unsigned point) {
        const auto tail = [point](unsigned shift) {
            return static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
        };
        if (point < 0x80) return {static_cast<char>(point)};
        if (point < 0x800) return {static_cast<char>(0xC0U | (point >> 6U)), tail(0)};
        if (point < 0x10000) return {static_cast<char>(0xE0U | (point >> 12U)), tail(6), tail(0)};
        return {static_cast<char>(0xF0U | ((point >> 18U) & 7U)), tail(12), tail(6), tail(0)};
    }

    std::string_view text_, value_;
    std::size_t at_, done_ = 0;
};

/// The first place from `at` on where a value that begins with `first` may begin, or the text's end.
std::size_t candidate(std::string_view text, std::size_t at, char first) {
    while (at < text.size() && text[at] != first && text[at] != '\\' && text[at] != '%')
        ++at;
    return at;
}

/// Whether so much of a value, at the end of a text that was cut there, says too much of it. The first
/// characters of keys are those of all keys of their kind.
bool tells(std::size_t bytes, std::string_view value) {
    constexpr std::size_t enough = 16;
    return bytes >= enough || bytes >= std::max(shortest, value.size() / 2);
}

/// The base64 characters that depend on nothing but `secret` when it starts `offset` bytes into a group of
/// three.
std::string base64_core(std::string_view secret, std::size_t offset) {
    std::string padded(offset, '\0');
    padded += secret;
    std::string text = base64(padded);
    const std::size_t head = offset == 0 ? 0 : offset + 1;
    const std::size_t tail = padded.size() % 3 == 0 ? 0 : (padded.size() % 3 == 1 ? 3 : 2);
    if (text.size() < head + tail) return {};
    return text.substr(head, text.size() - head - tail);
}

/// The same in the alphabet of URLs and tokens.
std::string url_alphabet(std::string text) {
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

} // namespace

void Redactor::add(std::string_view secret) {
    secret = trim(secret); // a file's line end is no part of what is said back
    if (secret.size() < shortest || !added_.insert(sha256(secret)).second) return;
    values_.emplace_back(secret);
    std::vector<std::string> forms;
    for (std::size_t offset = 0; offset < 3; ++offset) {
        forms.push_back(base64_core(secret, offset));
        forms.push_back(url_alphabet(forms.back()));
    }
    for (std::string& form : forms) {
        const bool known = std::any_of(needles_.begin(), needles_.end(),
                                       [&](const SecretText& needle) { return needle.reveal() == form; });
        if (!form.empty() && !known) needles_.emplace_back(form);
        wipe(form);
    }
}

std::string Redactor::operator()(std::string_view text) const {
    // Found in the text as it was, so that a value cannot hide behind another one it overlaps.
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (const SecretText& secret : values_) {
        const std::string_view value = secret.reveal();
        for (std::size_t at = candidate(text, 0, value[0]); at < text.size();
             at = candidate(text, at + 1, value[0])) {
            const Match match = Reading(text, at, value).run();
            if (match.open ? tells(match.matched, value) : match.matched > 0)
                found.emplace_back(at, match.end);
        }
    }
    for (const SecretText& needle : needles_) {
        const std::string_view value = needle.reveal();
        for (std::size_t at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1))
            found.emplace_back(at, at + value.size());
    }
    std::sort(found.begin(), found.end());
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < found.size();) {
        const std::size_t from = found[i].first;
        std::size_t to = found[i].second;
        for (++i; i < found.size() && found[i].first < to; ++i)
            to = std::max(to, found[i].second);
        out += text.substr(done, from - done);
        out += replacement;
        done = to;
    }
    out += text.substr(done);
    return out;
}

std::size_t Redactor::begun(std::string_view text) const {
    std::size_t longest = 0;
    for (const SecretText& secret : values_) {
        const std::string_view value = secret.reveal();
        for (std::size_t at = candidate(text, 0, value[0]); at + longest < text.size();
             at = candidate(text, at + 1, value[0])) {
            const Match match = Reading(text, at, value).run();
            if (match.open && match.end == text.size()) longest = std::max(longest, text.size() - at);
        }
    }
    for (const SecretText& needle : needles_) {
        const std::string_view value = needle.reveal();
        for (std::size_t n = std::min(text.size(), value.size() - 1); n > longest; --n) {
            if (text.ends_with(value.substr(0, n))) longest = n;
        }
    }
    return longest;
}

} // namespace base
