// Files, folders and standard input become resources or complaints. Every file is read to its end and every
// complaint is collected before anything is decided: a person sees all that is wrong, and nothing is half
// done.
//
// Limits: a file 256 MiB, a document 8 MiB, 64 levels, 1,000,000 nodes a document, 100,000 nodes from
// aliases; any number of documents.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "resource/resource.hpp"
#include "schema/type.hpp"

namespace manifest {

struct Options {
    schema::Unknown unknown = schema::Unknown::error;
    std::string namespace_;        ///< when not empty, wins over every document's own
    std::string default_namespace; ///< when not empty, of documents that name none
};

struct Item {
    resource::Resource resource;
    bool in_folder = false; ///< found by walking a folder, not named by the person
};

struct Manifest {
    std::vector<Item> items; ///< in the order of the files and of the documents in them
    std::size_t files = 0;
    base::Diagnostics diagnostics; ///< sorted by place, with the lines they are about
};

/// Reads all `paths` (files, folders, "-" for standard input). Throws Error{usage} for a path that cannot be
/// read and for a folder without manifests.
Manifest read(const std::vector<std::string>& paths, const Options& options);

/// The documents of one text. `file` is used for places, and its ending (".json") for the choice of syntax
/// when the text is not JSON as a whole.
std::vector<std::shared_ptr<const schema::Tree>> parse(const std::string& file, std::string_view text,
                                                       base::Diagnostics& diagnostics);

constexpr std::size_t largest_document = 8U << 20U; ///< bytes, also of its text with all aliases written out

/// YAML text to trees (yaml.cpp, the only file that includes yaml-cpp).
std::vector<std::shared_ptr<const schema::Tree>> parse_yaml(const std::string& file, std::string_view text,
                                                            base::Diagnostics& diagnostics);

/// A tree as one YAML document in block style that reads back as the same tree; texts that this or another
/// YAML reader would take for something else are quoted.
std::string render_yaml(const schema::Tree& tree);

/// The manifests below a folder, sorted by path: .yaml, .yml, .json; hidden folders, and what is neither a
/// file nor a link to one, are skipped. Throws Error{usage} for a link that leads out of the folder.
std::vector<std::string> manifests_below(const std::string& folder);

} // namespace manifest
