// What a placeholder of help ("PATH", "TASK") stands for, so that a row need not say it.
#include <array>

#include "cli/command.hpp"

namespace cli {

namespace {

struct Placeholder {
    std::string_view name;
    Means means;
};

constexpr auto placeholders = std::to_array<Placeholder>({
    {"PATH", Means::file},
    {"KEY=PATH", Means::keyed_file},
    {"FILE", Means::file},
    {"FOLDER", Means::file},
    {"RESOURCE", Means::resource},
    {"KIND", Means::kind},
    {"TARGET", Means::target},
    {"TASK", Means::task},
    {"AGENT", Means::agent},
    {"SYSTEM", Means::system},
    {"ENDPOINT", Means::endpoint},
    {"SECRET", Means::secret},
    {"NAMESPACE", Means::namespace_},
    {"TOPIC", Means::topic},
    {"NAME", Means::anything},
    {"MODEL", Means::anything},
    {"TEXT", Means::anything},
    {"TIME", Means::anything},
    {"URL", Means::anything},
    {"USD", Means::anything},
    {"N", Means::anything},
    {"SEQ", Means::anything},
    {"K=V", Means::anything},
    {"KEY=VALUE", Means::anything},
    {"KEY=NAME", Means::anything},
    {"PATH=VALUE", Means::anything},
    {"FORMAT", Means::anything},
    {"COLUMN", Means::anything},
    {"TYPE", Means::anything},
    {"PHASE", Means::anything},
    {"AGE", Means::anything},
    {"KEY", Means::anything},
    {"VALUE", Means::anything},
});

Means of(Means said, std::string_view placeholder) {
    if (said != Means::unsaid) return said;
    for (const Placeholder& row : placeholders) {
        if (row.name == placeholder) return row.means;
    }
    return Means::unsaid;
}

} // namespace

Means means_of(const Option& option) {
    return of(option.means, option.value);
}

Means means_of(const Positional& positional) {
    return of(positional.means, positional.name);
}

} // namespace cli
