#include "provider/bedrock_turns.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/request.hpp"

namespace provider {

namespace {

/// What says the least where something has to stand.
constexpr std::string_view nothing = ".";
constexpr std::string_view no_output = "(no output)";

bool blank(std::string_view text) noexcept {
    return base::trim(text).empty();
}

class TurnMaker {
  public:
    TurnMaker(const BedrockFamily& family, const WireNames& names, const std::string& origin)
        : family_(family), names_(names), origin_(origin), ids_(rule(family)) {}

    BedrockTurns make(const Conversation& conversation) {
        for (const Message& message : conversation.messages)
            add(message);
        if (turns().empty() || turns().front().role != "user")
            turns().insert(turns().begin(), BedrockTurn{"user", {says(nothing)}});
        if (!family_.system) move_system();
        if (family_.lone_results) part_results();
        trim_end();
        return std::move(out_);
    }

  private:
    static IdRule rule(const BedrockFamily& family) {
        return family.short_ids ? IdRule{9, true, 9} : IdRule{64, true};
    }

    static BedrockBlock says(std::string_view text) { return {{}, std::string(text), false}; }

    std::vector<BedrockTurn>& turns() { return out_.turns; }

    void add(const Message& message) {
        if (message.role == Role::system) {
            const std::string text = text_of(message);
            if (blank(text)) return;
            if (!out_.system.empty()) out_.system += "\n\n";
            out_.system += text;
            return;
        }
        const std::string_view role = message.role == Role::assistant ? "assistant" : "user";
        for (const Part& part : message.parts)
            add(role, part);
    }

    void add(std::string_view role, const Part& part) {
        switch (part.kind) {
        case Part::Kind::text:
            if (!blank(part.text)) push(role, says(part.text));
            return;
        case Part::Kind::thinking: // signed by one model, refused by all others
            if (part.origin == origin_ && !part.blob.text.empty()) push(role, {part.blob.text, {}, false});
            return;
        case Part::Kind::tool_call:
            remember(part.name);
            push(role, {tool_use(part), {}, false});
            return;
        case Part::Kind::tool_result:
            remember(part.name);
            push(role, {tool_result(part), {}, true});
            return;
        }
    }

    void remember(const std::string& name) {
        if (std::find(out_.called.begin(), out_.called.end(), name) == out_.called.end())
            out_.called.push_back(name);
    }

    /// Results come before everything else of their turn.
    void push(std::string_view role, BedrockBlock block) {
        if (turns().empty() || turns().back().role != role) turns().push_back({role, {}});
        std::vector<BedrockBlock>& blocks = turns().back().blocks;
        blocks.insert(block.result ? end_of_results(blocks) : blocks.end(), std::move(block));
    }

    static std::vector<BedrockBlock>::iterator end_of_results(std::vector<BedrockBlock>& blocks) {
        return std::find_if(blocks.begin(), blocks.end(), [](const BedrockBlock& b) { return !b.result; });
    }

    std::string tool_use(const Part& call) {
        base::JsonWriter out;
        out.begin_object().key("toolUse").begin_object().member("toolUseId", ids_.call(call.id));
        out.member("name", names_.wire(call.name)).key("input").raw(object_arguments(call));
        out.end_object().end_object();
        return std::move(out).take();
    }

    std::string tool_result(const Part& result) {
        base::JsonWriter out;
        out.begin_object().key("toolResult").begin_object();
        out.member("toolUseId", ids_.result(result.id)).key("content").begin_array().begin_object();
        const schema::Parsed parsed = schema::parse_json(result.text);
        if (family_.json_results && parsed && parsed.tree.is_map())
            out.key("json").raw(schema::to_json(parsed.tree));
        else
            out.member("text", blank(result.text) ? no_output : std::string_view(result.text));
        out.end_object().end_array();
        if (family_.result_status) out.member("status", result.is_error ? "error" : "success");
        out.end_object().end_object();
        return std::move(out).take();
    }

    /// The first thing the user says, for models that know no other place.
    void move_system() {
        if (out_.system.empty()) return;
        std::vector<BedrockBlock>& first = turns().front().blocks;
        first.insert(end_of_results(first), says(std::exchange(out_.system, {})));
    }

    /// Moves what stands beside results into a user turn of its own.
    void part_results() {
        std::vector<BedrockTurn> parted;
        for (BedrockTurn& turn : turns()) {
            const auto rest = end_of_results(turn.blocks);
            if (rest == turn.blocks.begin() || rest == turn.blocks.end()) {
                parted.push_back(std::move(turn));
                continue;
            }
            std::vector<BedrockBlock> others(std::make_move_iterator(rest),
                                             std::make_move_iterator(turn.blocks.end()));
            turn.blocks.erase(rest, turn.blocks.end());
            parted.push_back(std::move(turn));
            parted.push_back({"assistant", {says(nothing)}});
            parted.push_back({"user", std::move(others)});
        }
        turns() = std::move(parted);
    }

    /// A final assistant text must not end in white space.
    void trim_end() {
        BedrockTurn& last = turns().back();
        std::string& text = last.blocks.back().text;
        while (last.role == "assistant" && !text.empty() &&
               blank(std::string_view(text).substr(text.size() - 1)))
            text.pop_back();
    }

    const BedrockFamily& family_;
    const WireNames& names_;
    const std::string& origin_;
    WireIds ids_;
    BedrockTurns out_;
};

} // namespace

BedrockTurns bedrock_turns(const Conversation& conversation, const BedrockFamily& family,
                           const WireNames& names, const std::string& origin) {
    return TurnMaker(family, names, origin).make(conversation);
}

} // namespace provider
