#include "base/error.hpp"

#include <utility>

namespace base {

int exit_code(Fault fault) noexcept {
    switch (fault) {
    case Fault::usage:
    case Fault::manifest:
    case Fault::reference:
    case Fault::secret:
        return 2;
    case Fault::not_found:
    case Fault::store:
    case Fault::io:
    case Fault::failed:
        return 1;
    case Fault::provider:
        return 3;
    case Fault::policy:
        return 4;
    case Fault::approval:
        return 5;
    case Fault::interrupted:
        return 130;
    case Fault::closed:
        return 141;
    case Fault::bug:
        return 70;
    }
    return 70;
}

const char* fault_name(Fault fault) noexcept {
    switch (fault) {
    case Fault::usage:
        return "usage";
    case Fault::manifest:
        return "manifest";
    case Fault::reference:
        return "reference";
    case Fault::secret:
        return "secret";
    case Fault::not_found:
        return "not_found";
    case Fault::store:
        return "store";
    case Fault::io:
        return "io";
    case Fault::failed:
        return "failed";
    case Fault::provider:
        return "provider";
    case Fault::policy:
        return "policy";
    case Fault::approval:
        return "approval";
    case Fault::interrupted:
        return "interrupted";
    case Fault::closed:
        return "closed";
    case Fault::bug:
        return "bug";
    }
    return "bug";
}

Fault fault_named(std::string_view name) noexcept {
    for (int i = 0; i <= static_cast<int>(Fault::bug); ++i) {
        const auto fault = static_cast<Fault>(i);
        if (name == fault_name(fault)) return fault;
    }
    return Fault::failed;
}

std::string render(const Location& where) {
    if (where.file.empty() || where.mark.line == 0) return where.file;
    return where.file + ":" + std::to_string(where.mark.line) + ":" + std::to_string(where.mark.column);
}

Error::Error(Fault fault, std::string message) : fault_(fault), message_(std::move(message)) {}

Error&& Error::hint(std::string text) && {
    hints_.push_back(std::move(text));
    return std::move(*this);
}

Error&& Error::at(Location where) && {
    where_ = std::move(where);
    return std::move(*this);
}

Error& Error::in(const std::string& context) & {
    message_ = context + ": " + message_;
    return *this;
}

} // namespace base
