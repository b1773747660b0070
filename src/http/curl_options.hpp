// Setting options of an easy handle so that none is lost: an option that libcurl refuses ends the exchange
// before anything was sent.
#pragma once

#include <string>

#include "http/curl_library.hpp"
#include "http/proxy.hpp"

namespace http {

class CurlOptions {
  public:
    CurlOptions(const CurlLibrary& curl, CURL* handle) : curl_(curl), handle_(handle) {}

    /// For everything that safety or correctness rests on. `value` has the type libcurl documents for the
    /// option; numbers are `long` or `curl_off_t`.
    template <typename T>
    void must(CURLoption option, T value) {
        note(option, curl_.easy_setopt(handle_, option, value));
    }
    /// For what an older library may lack without harm.
    template <typename T>
    bool may(CURLoption option, T value) {
        return curl_.easy_setopt(handle_, option, value) == CURLE_OK;
    }
    /// "" or why the handle must not be used: the first option that was refused.
    [[nodiscard]] const std::string& refused() const noexcept { return refused_; }

  private:
    void note(CURLoption option, CURLcode code);

    const CurlLibrary& curl_;
    CURL* handle_;
    std::string refused_;
};

/// Where trusted certificates come from: SSL_CERT_FILE and SSL_CERT_DIR when one of them is set, else the
/// system's hashed directory, else (both empty) what libcurl was built with.
/// Why the directory: reading Debian's bundle costs 20 ms for every connection, a look-up by hash 1 ms.
struct TrustStore {
    std::string file;
    std::string directory;
};

TrustStore trust_store();

/// What every exchange of one transport has in common.
struct Surroundings {
    std::string user_agent;
    TrustStore trust;
    ProxySettings proxies;
};

} // namespace http
