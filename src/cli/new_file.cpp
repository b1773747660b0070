#include "cli/new_file.hpp"

#include <cerrno>
#include <cstdio> // rename
#include <filesystem>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/os.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

base::Error cannot_write(const std::string& path, const std::string& why) {
    return {base::Fault::io, base::format("cannot write '{}': {}", path, why)};
}

} // namespace

NewFile::NewFile(const std::string& path) : path_(path + "." + base::random_hex(8) + ".tmp") {
    const base::Fd made(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!made) throw cannot_write(path, base::last_error());
}

NewFile::~NewFile() {
    for (const char* ending : {"", "-journal", "-wal", "-shm", "-lock"})
        ::unlink((path_ + ending).c_str());
}

bool NewFile::become(const std::string& path, bool overwrite) const {
    const base::Fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0) throw cannot_write(path, base::last_error());
    const int done = overwrite ? ::rename(path_.c_str(), path.c_str()) : ::link(path_.c_str(), path.c_str());
    if (done != 0 && errno == EEXIST) return false;
    if (done != 0) throw cannot_write(path, base::last_error());
    const std::string parent = std::filesystem::path(path).parent_path().string();
    const base::Fd folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_CLOEXEC));
    if (folder) (void)::fsync(folder.get());
    return true;
}

} // namespace cli
