#include "resource/pattern.hpp"

#include <re2/re2.h>

namespace resource {

struct Pattern::Compiled {
    re2::RE2 expression;
};

namespace {

re2::RE2::Options quiet() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    return options;
}

} // namespace

std::string Pattern::problem(const std::string& text) {
    const re2::RE2 expression(text, quiet());
    return expression.ok() ? std::string() : expression.error();
}

Pattern::Pattern(const std::string& text) : compiled_(new Compiled{re2::RE2(text, quiet())}) {}

Pattern::~Pattern() = default;

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->expression);
}

} // namespace resource
