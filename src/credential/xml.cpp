#include "credential/xml.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace credential {

namespace {

constexpr std::size_t deepest = 16;
constexpr std::size_t most_leaves = 200;

bool is_name(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.' || c == ':';
    });
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0U | code >> 6U);
        put(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        put(0xe0U | code >> 12U);
        put(0x80U | (code >> 6U & 0x3fU));
        put(0x80U | (code & 0x3fU));
    } else {
        put(0xf0U | code >> 18U);
        put(0x80U | (code >> 12U & 0x3fU));
        put(0x80U | (code >> 6U & 0x3fU));
        put(0x80U | (code & 0x3fU));
    }
}

/// The character of "#65" or "#x41".
bool append_number(std::string& out, std::string_view digits) {
    const bool hexadecimal = digits.starts_with("#x");
    digits.remove_prefix(hexadecimal ? 2 : 1);
    if (digits.empty() || digits.size() > 8) return false;
    std::uint32_t code = 0;
    for (const char c : digits) {
        const std::string_view all = "0123456789abcdef";
        const auto digit = all.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
        if (digit == std::string_view::npos || (!hexadecimal && digit > 9)) return false;
        code = code * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(digit);
        if (code > 0x10ffff) return false;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000)) return false;
    append_utf8(out, code);
    return true;
}

bool append_entity(std::string& out, std::string_view name) {
    if (name.starts_with('#')) return append_number(out, name);
    struct Entity {
        std::string_view name;
        char character;
    };
    static constexpr Entity entities[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [known, character] : entities) {
        if (name != known) continue;
        out += character;
        return true;
    }
    return false;
}

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool read() {
        while (!rest_.empty()) {
            const std::size_t sign = std::min(rest_.find('<'), rest_.size());
            if (!text(rest_.substr(0, sign))) return false;
            rest_.remove_prefix(sign);
            if (!rest_.empty() && !markup()) return false;
        }
        return open_.empty() && rooted_;
    }

    std::vector<XmlLeaf> take() && { return std::move(leaves_); }

  private:
    bool text(std::string_view piece) {
        if (open_.empty()) return base::trim(piece).empty();
        while (!piece.empty()) {
            const std::size_t sign = std::min(piece.find('&'), piece.size());
            text_.append(piece.substr(0, sign));
            piece.remove_prefix(sign);
            if (piece.empty()) break;
            const std::size_t end = piece.find(';');
            if (end == std::string_view::npos || !append_entity(text_, piece.substr(1, end - 1)))
                return false;
            piece.remove_prefix(end + 1);
        }
        return true;
    }

    bool skip_past(std::string_view end) {
        const std::size_t at = rest_.find(end);
        if (at == std::string_view::npos) return false;
        rest_.remove_prefix(at + end.size());
        return true;
    }

    bool markup() {
        if (rest_.starts_with("<!--")) return skip_past("-->");
        if (rest_.starts_with("<?")) return !rooted_ && skip_past("?>");
        const auto end = end_of_tag();
        if (!end) return false;
        std::string_view tag = rest_.substr(1, *end - 1);
        rest_.remove_prefix(*end + 1);
        if (tag.starts_with('/')) return close(base::trim(tag.substr(1)));
        const bool empty = tag.ends_with('/');
        if (empty) tag.remove_suffix(1);
        const std::string_view name = tag.substr(0, std::min(tag.find_first_of(" \t\r\n"), tag.size()));
        return open(name) && (!empty || close(name));
    }

    /// Of the '>' that ends the tag; one in an attribute's value does not.
    [[nodiscard]] std::optional<std::size_t> end_of_tag() const {
        char quote = '\0';
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            const char c = rest_[i];
            if (quote != '\0') {
                if (c == quote) quote = '\0';
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i;
            } else if (c == '<') {
                return std::nullopt;
            }
        }
        return std::nullopt;
    }

    bool open(std::string_view name) {
        if (!is_name(name) || open_.size() == deepest || (open_.empty() && rooted_)) return false;
        rooted_ = true;
        leaf_ = true;
        text_.clear();
        open_.push_back(name);
        return true;
    }

    bool close(std::string_view name) {
        if (open_.empty() || open_.back() != name) return false;
        if (leaf_) {
            if (leaves_.size() == most_leaves) return false;
            std::string path;
            for (const auto& part : open_)
                path.append(path.empty() ? "" : "/").append(part);
            leaves_.push_back({std::move(path), std::string(base::trim(text_))});
        }
        leaf_ = false;
        open_.pop_back();
        return true;
    }

    std::string_view rest_;
    std::vector<std::string_view> open_;
    std::vector<XmlLeaf> leaves_;
    std::string text_;    // of the innermost element
    bool leaf_ = false;   // it has had no element inside
    bool rooted_ = false; // the document's element was seen
};

} // namespace

std::optional<std::vector<XmlLeaf>> read_xml(std::string_view text) {
    if (base::invalid_utf8(text) != std::string_view::npos) return std::nullopt;
    Reader reader(text);
    if (!reader.read()) return std::nullopt;
    return std::move(reader).take();
}

std::optional<std::string_view> text_at(const std::vector<XmlLeaf>& leaves, std::string_view path) {
    std::optional<std::string_view> found;
    for (const auto& leaf : leaves) {
        const std::string_view whole = leaf.path;
        if (!whole.ends_with(path)) continue;
        if (whole.size() > path.size() && whole[whole.size() - path.size() - 1] != '/') continue;
        if (found) return std::nullopt;
        found = leaf.text;
    }
    return found;
}

} // namespace credential
