// A folder of files, gone at the end of its test.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/hash.hpp"

namespace tests {

class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("orloj-manifest-" + base::random_hex(12))) {
        std::filesystem::create_directory(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    /// Writes a file, with the folders above it; returns its path.
    std::string write(std::string_view name, std::string_view text) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::FILE* out = std::fopen(file.c_str(), "wb"); // not synced: a test writes many
        std::fwrite(text.data(), 1, text.size(), out);
        std::fclose(out);
        return file.string();
    }
    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

} // namespace tests
