// As much XML as the answers of AWS's query services need: elements with text. Comments, declarations and
// attributes are passed over; document types, CDATA and entities of their own are refused. Invariant: a
// document that is cut, or not closed as it was opened, gives nothing at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credential {

/// An element without elements inside.
struct XmlLeaf {
    std::string path; ///< "ErrorResponse/Error/Code"
    std::string text; ///< entities decoded, without white space around it
};

/// All of them in order; nullopt when the text is not such a document.
std::optional<std::vector<XmlLeaf>> read_xml(std::string_view text);

/// The text of the one leaf whose path ends with `path`, at an element's name; nullopt when there is none or
/// more than one.
std::optional<std::string_view> text_at(const std::vector<XmlLeaf>& leaves, std::string_view path);

} // namespace credential
