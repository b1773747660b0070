// What can stand where somebody pressed the tabulator. The three shells' scripts ask `orloj __complete` and
// know nothing else of orloj. Invariant: asking never creates or changes anything, never asks the network or
// for a key, and never fails: what cannot be found out is not offered.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "resource/resource.hpp"

namespace cli {

struct Candidate {
    std::string word;
    std::string doc; ///< "" for names
};

struct Candidates {
    enum class Follow {
        words,   ///< a space comes after what is chosen
        no_space ///< it may go on
    };
    std::vector<Candidate> all;
    Follow follow = Follow::words;
    bool files = false;      ///< files may stand here, too
    std::string file_prefix; ///< what stands before the file in the same word: "--file=", "key="
};

/// The names that are stored; both are asked at most once.
struct Stored {
    /// of a kind, in a namespace ("": the person's own), with a prefix
    std::function<std::vector<std::string>(const resource::Kind&, const std::string&, std::string_view)>
        names;
    std::function<std::vector<std::string>()> namespaces;
};

/// `words` are those after the program's name; the last one is being typed, maybe empty.
Candidates candidates(const std::vector<std::string>& words, const Stored& stored);

/// A word as it was typed, without the quotes and backslashes of a shell; nothing in it is evaluated.
std::string unquoted(std::string_view typed);

/// `orloj __complete SHELL WORD...`. Prints "words", "nospace" or "files PREFIX" in the first line and in
/// each further one a word, for zsh and fish with a tabulator and its description. Returns 0.
int complete(const std::vector<std::string>& words);

} // namespace cli
