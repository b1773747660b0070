// What was said, without any vendor's spelling. The journal stores messages in this form; each codec
// translates it to its wire format and back.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schema/type.hpp"

namespace provider {

enum class Role { system, user, assistant, tool };
const schema::Type& describe(const Role*);

/// One piece of a message. Which fields count depends on `kind`.
struct Part {
    enum class Kind {
        text,     ///< text
        thinking, ///< opaque reasoning of one vendor (blob), readable part in text; replayed only to `origin`
        tool_call,   ///< id, name, arguments
        tool_result, ///< id, name, text, is_error
    };
    Kind kind = Kind::text;
    std::string text;
    std::string id;         ///< of the call, as the provider gave it
    std::string name;       ///< of the tool, as orloj knows it
    schema::Json arguments; ///< an object; the model's own text in `text` when that was not valid JSON
    bool is_error = false;
    std::string origin; ///< thinking, tool_call with a blob: "provider/model" that made it
    schema::Json blob;  ///< what has to be sent back to `origin`, unchanged
};
const schema::Type& describe(const Part*);
const schema::Type& describe(const Part::Kind*);

struct Message {
    Role role = Role::user;
    std::vector<Part> parts;
};
const schema::Type& describe(const Message*);

inline Message text_message(Role role, std::string text) {
    Part part;
    part.text = std::move(text);
    return {role, {std::move(part)}};
}

/// The visible text of a message: its text parts, one after another.
std::string text_of(const Message& message);

struct ToolDefinition {
    std::string name;
    std::string description;
    schema::Json parameters; ///< JSON Schema of an object; empty: no arguments
};

/// Everything a model is asked with.
struct Conversation {
    std::vector<Message> messages; ///< system first
    std::vector<ToolDefinition> tools;
    /// "", "auto", "none", "required", or the name of one tool
    std::string tool_choice;
    /// JSON Schema the answer has to follow; empty: the answer is text. What a provider cannot be told in its
    /// own way the model is told in words, so who asks checks the answer.
    schema::Json output_schema;
};

/// The texts of the system messages in front as one, and how many messages those are.
std::pair<std::string, std::size_t> leading_system(const Conversation& conversation);

} // namespace provider
