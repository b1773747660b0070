#include "cli/prices.hpp"

#include <cerrno>

#include <unistd.h>

#include "base/os.hpp"
#include "base/text.hpp"
#include "cli/session.hpp"
#include "cli/settings.hpp"
#include "manifest/manifest.hpp"
#include "provider/provider.hpp"

namespace cli {

using schema::Tree;

namespace {

constexpr std::size_t largest_list = 1U << 20U; // bytes

bool is_there(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR && errno != EACCES);
}

/// Names of providers as calls have them.
void check_providers(const std::string& path, const Tree& document, resource::PriceList& list,
                     base::Diagnostics& wrong) {
    const Tree* entries = document.find("prices");
    for (std::size_t i = 0; i < list.prices.size(); ++i) {
        std::string& name = list.prices[i].provider;
        if (name.empty()) continue;
        if (const provider::Provider* row = provider::find_provider(name); row != nullptr) {
            name = row->name;
            continue;
        }
        std::vector<std::string> known;
        for (const provider::Provider& row : provider::providers())
            known.emplace_back(row.name);
        const auto meant = base::nearest(name, known);
        wrong.error({path, entries->items[i].in("provider").mark},
                    base::format("unknown provider '{}' in prices[{}]", name, i),
                    meant ? base::format("did you mean '{}'?", *meant) : "known: " + base::join(known, ", "));
    }
}

resource::PriceList decode_list(const std::string& path, const std::string& text, base::Diagnostics& wrong) {
    resource::PriceList out;
    std::size_t documents = 0;
    for (const auto& document : manifest::parse_yaml(path, text, wrong)) {
        if (document->kind == Tree::Kind::null) continue;
        if (++documents > 1) wrong.error({path, document->mark}, "a second document stands here");
        if (documents > 1) continue;
        out = schema::decode<resource::PriceList>(*document, "", {path, schema::Unknown::error, true}, wrong);
        if (!wrong.has_errors()) check_providers(path, *document, out, wrong);
    }
    wrong.quote(path, text);
    wrong.sort();
    return out;
}

} // namespace

std::string prices_path() {
    if (auto path = base::environment("ORLOJ_PRICES")) return *path;
    const std::string folder = config_folder();
    return folder.empty() ? folder : folder + "/prices.yaml";
}

std::string prices_in_use() {
    std::string path = prices_path();
    if (!path.empty() && (base::environment("ORLOJ_PRICES") || is_there(path))) return path;
    return {};
}

std::optional<resource::PriceList> read_prices(const Session& session) {
    const std::string path = prices_in_use();
    if (path.empty()) return std::nullopt;
    if (!is_there(path)) {
        throw base::Error(base::Fault::usage, base::format("the price list '{}' does not exist", path))
            .hint("ORLOJ_PRICES names it");
    }
    std::string text;
    try {
        text = base::read_file(path, largest_list);
    } catch (const base::Error& error) {
        throw base::Error(base::Fault::usage, base::format("cannot use the price list: {}", error.message()));
    }
    base::Diagnostics wrong;
    resource::PriceList out = decode_list(path, text, wrong);
    if (!wrong.has_errors()) return out;
    session.show(wrong);
    throw base::Error(base::Fault::usage,
                      base::format("{} in the price list '{}'", base::counted(wrong.errors(), "error"), path))
        .hint("what its fields are: orloj explain prices");
}

} // namespace cli
