// A file of certificates that stands in for the system's. Looked at before anything is sent: OpenSSL would
// say only that it cannot set its locations, and only after the connection stands.
#include "http/ca_bundle.hpp"

#include "base/error.hpp"
#include "base/os.hpp"
#include "base/text.hpp"
#include "http/http.hpp"

namespace http {

namespace {

constexpr std::size_t largest = std::size_t{16} << 20U; // the system's own is 0.2 MiB

/// The labels OpenSSL reads certificates under (PEM_STRING_X509, _X509_OLD, _X509_TRUSTED).
bool holds_certificate(std::string_view text) noexcept {
    for (const std::string_view label : {"-----BEGIN CERTIFICATE-----", "-----BEGIN X509 CERTIFICATE-----",
                                         "-----BEGIN TRUSTED CERTIFICATE-----"}) {
        if (text.find(label) != std::string_view::npos) return true;
    }
    return false;
}

} // namespace

std::string ca_bundle_file(std::string_view path) {
    if (!path.starts_with("~/")) return std::string(path);
    return base::environment("HOME").value_or("") + std::string(path.substr(1));
}

std::string ca_bundle_problem(const std::string& path) {
    const std::string file = ca_bundle_file(path);
    try {
        if (holds_certificate(base::read_file(file, largest))) return {};
    } catch (const base::Error& error) {
        return base::visible(error.message());
    }
    return base::format("'{}' holds no certificate (PEM)", base::visible(file));
}

} // namespace http
