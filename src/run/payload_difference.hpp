// Two JSON documents compared field by field. Invariant: a text in which a secret was replaced when it was
// stored equals every text it may have been made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace run {

struct FieldDifference {
    std::string field;     ///< "usage.input", "pins[2].hash"
    std::string old_value; ///< "" where there is none
    std::string new_value;
};

/// Both have to be JSON objects; the fields in the order of the first, then those only the second has.
std::vector<FieldDifference> differences(std::string_view old_json, std::string_view new_json);

/// Whether `made` is `stored` where "[secret]" in `stored` may stand for anything.
bool same_but_for_secrets(std::string_view stored, std::string_view made);

} // namespace run
