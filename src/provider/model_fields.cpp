#include "provider/model_fields.hpp"

#include "base/text.hpp"

namespace provider {

namespace {

const schema::Tree* at_path(const schema::Tree& row, std::string_view path) {
    const schema::Tree* found = &row;
    for (const std::string_view name : base::split(path, '.')) {
        found = found->is_map() ? found->find(name) : nullptr;
        if (found == nullptr) return nullptr;
    }
    return found;
}

bool says_yes(const schema::Tree& value) {
    if (value.is_map()) return value.text_of("supported") == "true";
    return value.kind == schema::Tree::Kind::scalar && !value.quoted && value.text == "true";
}

} // namespace

std::optional<std::int64_t> count_in(const schema::Tree& row, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        const schema::Tree* found = at_path(row, name);
        if (found == nullptr || found->kind != schema::Tree::Kind::scalar) continue;
        if (const auto number = base::to_integer(found->text); number && *number > 0) return *number;
    }
    return std::nullopt;
}

std::vector<std::string> words_in(const schema::Tree* value) {
    std::vector<std::string> out;
    if (value == nullptr) return out;
    for (const schema::Tree& item : value->items) {
        if (item.is_text()) out.push_back(item.text);
    }
    for (const schema::Entry& entry : value->entries) {
        if (says_yes(entry.value)) out.push_back(entry.key);
    }
    return out;
}

} // namespace provider
