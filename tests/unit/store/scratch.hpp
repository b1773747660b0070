// What the tests of this room share: a directory of its own, whole error texts, and a second process.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"

namespace scratch {

class Directory {
  public:
    Directory() {
        char name[] = "/tmp/orloj-store-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

/// Message and hints of the Error `work` throws; "" when it throws none.
inline std::string complaint(const std::function<void()>& work, base::Fault fault = base::Fault::store) {
    try {
        work();
        return "";
    } catch (const base::Error& error) {
        std::string text = error.fault() == fault ? "" : std::string(base::fault_name(error.fault())) + ": ";
        text += error.message();
        for (const std::string& hint : error.hints())
            text += "\nhint: " + hint;
        return text;
    }
}

inline unsigned mode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
}

enum class As { same, nobody };

/// Starts a process that runs `work`; its exit code is 0 when `work` returned true.
inline pid_t start(const std::function<bool()>& work, As as = As::same) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (as == As::nobody && (::setgroups(0, nullptr) != 0 || ::setgid(65534) != 0 || ::setuid(65534) != 0))
        ::_exit(9);
    int code = 1;
    try {
        code = work() ? 0 : 1;
    } catch (const std::exception& error) {
        (void)std::fprintf(stderr, "another process: %s\n", error.what());
        code = 2;
    }
    ::_exit(code);
}

/// Its exit code; -1 when it was killed.
inline int wait_for(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

/// Runs `say` in another process and returns its words.
inline std::string said_by(As as, const std::function<std::string()>& say) {
    int answer[2];
    if (::pipe(answer) != 0) return "no pipe";
    const pid_t child = start(
        [&] {
            const std::string text = say();
            return ::write(answer[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        },
        as);
    ::close(answer[1]);
    std::string out;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(answer[0], buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<std::size_t>(got));
    ::close(answer[0]);
    const int code = wait_for(child);
    return code == 0 ? out : "exit " + std::to_string(code);
}

} // namespace scratch
