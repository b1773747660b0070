#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "manifest/manifest.hpp"

namespace manifest {

std::vector<std::string> manifests_below(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<std::string> out;
    std::error_code error;
    fs::recursive_directory_iterator it(folder, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (it->is_directory(error)) {
            if (name.starts_with('.')) it.disable_recursion_pending();
            continue;
        }
        const std::string extension = base::lower(it->path().extension().string());
        if (extension == ".yaml" || extension == ".yml" || extension == ".json") out.push_back(it->path().string());
    }
    if (error) {
        throw base::Error(base::Fault::usage, base::format("cannot read the folder '{}': {}", folder, error.message()));
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace manifest
