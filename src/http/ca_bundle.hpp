// Where a file of certificates is. One reading of the path, so that what was checked is what is used.
#pragma once

#include <string>
#include <string_view>

namespace http {

/// `path` with a leading "~/" as the home directory.
std::string ca_bundle_file(std::string_view path);

} // namespace http
