// A file that is written under a name of its own and gets its real one when it is complete. Invariant:
// whoever sees the real name sees a whole file.
#pragma once

#include <string>

namespace cli {

class NewFile {
  public:
    /// Makes an empty file (mode 0600) beside `path`. Throws Error{io}.
    explicit NewFile(const std::string& path);
    /// Leaves nothing behind but what become() named.
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Gives it its name. False when that is taken and may not be.
    [[nodiscard]] bool become(const std::string& path, bool overwrite) const;

  private:
    std::string path_;
};

} // namespace cli
