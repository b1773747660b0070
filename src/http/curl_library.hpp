// libcurl as orloj uses it: one table of its functions, filled when the first exchange starts. Every call of
// libcurl goes through this table, so one build can load the library at run time and another link it.
#pragma once

#include <span>
#include <string>

#include <curl/curl.h>

// Checks of argument types that are macros around the real functions; they would stand in the table's way.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

namespace http {

// clang-format off
#define ORLOJ_CURL_FUNCTIONS(X)                                                                              \
    X(global_init) X(version_info)                                                                           \
    X(easy_init) X(easy_cleanup) X(easy_reset) X(easy_setopt) X(easy_getinfo) X(easy_strerror)               \
    X(easy_option_by_id)                                                                                     \
    X(multi_init) X(multi_cleanup) X(multi_setopt) X(multi_add_handle) X(multi_remove_handle)                \
    X(multi_perform) X(multi_poll) X(multi_timeout) X(multi_info_read) X(multi_strerror)                     \
    X(slist_append) X(slist_free_all)
// clang-format on

struct CurlLibrary {
#define ORLOJ_DECLARE(name)                                                                                  \
    decltype(&::curl_##name) name = nullptr; // NOLINT(bugprone-macro-parentheses): a name
    ORLOJ_CURL_FUNCTIONS(ORLOJ_DECLARE)
#undef ORLOJ_DECLARE
    std::string missing; ///< why libcurl cannot be used, naming the package to install; "" when it can

    [[nodiscard]] bool usable() const noexcept { return missing.empty(); }
};

/// Loads the first of these shared objects that exists (they are ignored in builds that link libcurl) and
/// initialises it. Never throws for a library that is absent, too old or incomplete: see `missing`.
CurlLibrary load_curl(std::span<const char* const> sonames);

/// The process's libcurl, loaded at the first call and never unloaded.
const CurlLibrary& curl_library();

/// What is wrong with a version number as curl_version_info gives it (0x075800 is 7.88.0); "" for a usable
/// one.
std::string unusable_version(unsigned version);

} // namespace http
