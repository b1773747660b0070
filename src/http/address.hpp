// Numeric addresses and who may reach them. The check is made on the address a connection would really use,
// so neither a spelling nor a name server leads around it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/http.hpp"

struct sockaddr;

namespace http {

/// Why an address is not reached, and whether Reach::private_also would change that.
struct Refused {
    const char* clause; ///< "is a loopback address"
    bool private_helps;
};

/// As forbidden(), for code that has to advise. Text that is no numeric address is refused too.
std::optional<Refused> refused_address(std::string_view numeric_address, Reach reach);

/// The address in its usual form ("127.0.0.1", "::1") when `host` is a numeric address in any spelling the
/// system's resolver takes (0x7f.1, 017700000001, 2130706433), also with a dot at its end; nullopt for a
/// name. Asks no name server.
std::optional<std::string> numeric_host(std::string_view host);

/// The numeric form of an IPv4 or IPv6 socket address; "" for any other family.
std::string numeric_text(const sockaddr* address);

/// Whether a host is this machine by its spelling: localhost, *.localhost, 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host);

} // namespace http
