#include "provider/claude_models.hpp"

#include <algorithm>

namespace provider {

bool names_one_of(std::string_view model, std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return model.find(part) != std::string_view::npos; });
}

bool refuses_sampling(std::string_view model) {
    return names_one_of(model, {"opus-4-7", "opus-4-8", "opus-5", "sonnet-5", "fable-5", "mythos-5"});
}

bool lacks_output_format(std::string_view model) {
    return names_one_of(model, {"claude-2", "claude-3", "claude-instant", "-4-0", "-4-2025"});
}

bool refuses_force(std::string_view model) {
    return names_one_of(model, {"fable-5", "mythos-5"});
}

} // namespace provider
