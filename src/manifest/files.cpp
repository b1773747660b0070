#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace manifest {

namespace fs = std::filesystem;

namespace {

bool has_manifest_ending(const fs::path& path) {
    const std::string extension = base::lower(path.extension().string());
    return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

/// A stranger's folder must not make us read, and quote in a message, a file elsewhere.
void refuse_link_outwards(const fs::path& link, const std::string& folder) {
    std::error_code error;
    const fs::path target = fs::canonical(link, error);
    const fs::path top = fs::canonical(folder, error);
    const auto [end, ignored] = std::mismatch(top.begin(), top.end(), target.begin(), target.end());
    if (!error && end == top.end()) return;
    throw base::Error(base::Fault::usage,
                      base::format("'{}' is a link that leads out of '{}'", link.string(), folder))
        .hint("name the file itself");
}

} // namespace

std::vector<std::string> manifests_below(const std::string& folder) {
    std::vector<std::string> out;
    std::error_code error;
    fs::recursive_directory_iterator it(folder, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        std::error_code broken; // a link to nowhere
        if (it->is_directory(broken)) {
            if (it->path().filename().string().starts_with('.')) it.disable_recursion_pending();
            continue;
        }
        if (!has_manifest_ending(it->path()) || !it->is_regular_file(broken)) continue;
        if (it->is_symlink(broken)) refuse_link_outwards(it->path(), folder);
        out.push_back(it->path().string());
    }
    if (error) {
        throw base::Error(base::Fault::usage,
                          base::format("cannot read the folder '{}': {}", folder, error.message()));
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace manifest
