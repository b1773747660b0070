// The style and the script of the pages, and the policy that allows these two and nothing else.
#pragma once

#include <string>

#include "picture/html.hpp"

namespace picture {

extern const Markup page_style;
extern const Markup page_script;

/// The content of the Content-Security-Policy of a page.
std::string page_policy();

} // namespace picture
