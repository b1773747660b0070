#include "credential/aws_profile.hpp"

#include <algorithm>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace credential {

namespace {

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

bool is_name(std::string_view text) noexcept {
    static constexpr std::string_view marks = "-_/.%@:+";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

/// Up to a '#' or ';' that follows white space.
std::string_view without_comment(std::string_view line) noexcept {
    for (std::size_t i = 1; i < line.size(); ++i)
        if ((line[i] == '#' || line[i] == ';') && is_blank(line[i - 1])) return line.substr(0, i);
    return line;
}

/// "dev" of `profile dev`, `profile "dev"`; "" when the first word is another or the name has a character it
/// may not have.
std::string_view name_after(std::string_view word, std::string_view section) {
    if (!section.starts_with(word)) return {};
    section.remove_prefix(word.size());
    if (section.empty() || !is_blank(section.front())) return {};
    section = base::trim(section);
    const char quote = section.empty() ? '\0' : section.front();
    if ((quote == '"' || quote == '\'') && section.size() > 2 && section.back() == quote)
        return section.substr(1, section.size() - 2);
    return is_name(section) ? section : std::string_view();
}

class Reader {
  public:
    explicit Reader(ProfileFile file) : file_(file) {}

    /// Returns false when the line cannot be understood; problem() says why.
    bool take(std::string_view line) {
        ++line_;
        const std::string_view text = base::trim(line);
        if (text.empty() || text.front() == '#' || text.front() == ';') return true;
        const std::size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
        if (in_property_ && indent > indent_) return further_line(text);
        if (text.front() == '[') return section(text);
        if (!in_section_) return fail("a property stands before the first [section]");
        indent_ = indent;
        return property(base::trim(without_comment(line)));
    }

    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
    [[nodiscard]] int line() const noexcept { return line_; }
    Profiles take() && { return std::move(profiles_); }

  private:
    bool fail(const char* why) {
        problem_ = why;
        return false;
    }

    bool section(std::string_view text) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return fail("the name of a section does not end with ']'");
        const std::string_view after = base::trim(text.substr(end + 1));
        if (!after.empty() && after.front() != '#' && after.front() != ';')
            return fail("something follows the ']' of a section");
        in_section_ = true;
        in_property_ = false;
        section_ = nullptr;
        property_ = nullptr;
        open(base::trim(text.substr(1, end - 1)));
        return true;
    }

    void open(std::string_view name) {
        if (file_ == ProfileFile::credentials) {
            const bool prefixed = name.starts_with("profile") && name.size() > 7 && is_blank(name[7]);
            if (!prefixed && !name.empty()) section_ = &profiles_.profiles[std::string(name)];
        } else if (name == "default") {
            if (!prefixed_default_) section_ = &profiles_.profiles["default"];
        } else if (const auto profile = name_after("profile", name); !profile.empty()) {
            section_ = &profiles_.profiles[std::string(profile)];
            if (profile == "default" && !std::exchange(prefixed_default_, true)) section_->clear();
        } else if (const auto session = name_after("sso-session", name); !session.empty()) {
            section_ = &profiles_.sso_sessions[std::string(session)];
        } else if (const auto services = name_after("services", name); !services.empty()) {
            section_ = &profiles_.services[std::string(services)];
        }
    }

    bool property(std::string_view text) {
        const std::size_t sign = text.find('=');
        if (sign == std::string_view::npos) return fail("expected 'name = value'");
        const std::string_view key = base::trim(text.substr(0, sign));
        if (key.empty()) return fail("a property has no name");
        in_property_ = true;
        const std::string_view value = base::trim(text.substr(sign + 1));
        empty_ = value.empty();
        property_ = nullptr;
        if (section_ == nullptr || !is_name(key)) return true;
        property_ = &(*section_)[base::lower(key)];
        *property_ = {std::string(value), {}, file_, line_};
        return true;
    }

    bool further_line(std::string_view text) {
        if (!empty_) {
            if (property_ != nullptr) property_->value.append("\n").append(text);
            return true;
        }
        const std::size_t sign = text.find('=');
        if (sign == std::string_view::npos) return fail("expected 'name = value' in an indented line");
        const std::string_view key = base::trim(text.substr(0, sign));
        if (key.empty()) return fail("a property in an indented line has no name");
        if (property_ != nullptr)
            property_->nested[base::lower(key)] = std::string(base::trim(text.substr(sign + 1)));
        return true;
    }

    ProfileFile file_;
    Profiles profiles_;
    ProfileSection* section_ = nullptr;   // of what is read now; nullptr: it is left out
    ProfileProperty* property_ = nullptr; // likewise
    bool in_section_ = false;
    bool in_property_ = false;
    bool empty_ = false;            // the property has no value of its own: indented lines are nested
    bool prefixed_default_ = false; // [profile default] was seen
    std::size_t indent_ = 0;        // of the property
    int line_ = 0;
    std::string problem_;
};

void wipe_section(ProfileSection& section) noexcept {
    for (auto& [key, property] : section) {
        base::wipe(property.value);
        for (auto& [name, value] : property.nested)
            base::wipe(value);
    }
}

} // namespace

Profiles::~Profiles() {
    for (auto* sections : {&profiles, &sso_sessions, &services})
        for (auto& [name, section] : *sections)
            wipe_section(section);
}

ParsedProfiles parse_profiles(std::string_view text, ProfileFile file) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (const std::size_t odd = base::invalid_utf8(text); odd != std::string_view::npos) {
        const auto before = text.substr(0, odd);
        return {{},
                {"not valid UTF-8", 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'))}};
    }
    Reader reader(file);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (!reader.take(text.substr(0, end))) return {{}, {reader.problem(), reader.line()}};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {std::move(reader).take(), {}};
}

void merge_profiles(Profiles& config, Profiles credentials) {
    for (auto& [name, section] : credentials.profiles) {
        ProfileSection& into = config.profiles[name];
        for (auto& [key, property] : section)
            std::swap(into[key], property);
    }
}

std::string_view value_of(const ProfileSection& section, std::string_view key) {
    const auto found = section.find(key);
    return found == section.end() ? std::string_view() : std::string_view(found->second.value);
}

} // namespace credential
