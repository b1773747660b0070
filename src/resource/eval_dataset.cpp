#include "resource/eval_dataset.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "resource/described_as.hpp"
#include "resource/pattern.hpp"

namespace resource {

using namespace schema;

namespace {

// Messages about scoring follow the path of the whole struct, so they are not those of a choice.
void scoring_rule(Scoring& scoring, const Check& check) {
    static const std::vector<std::string_view> known{"exact_match", "llm_judge", "manual", "custom"};
    if (scoring.strategy.empty()) return; // a run may leave it open; a sample may not, says its own rule
    const std::string path = check.path("");
    if (std::find(known.begin(), known.end(), scoring.strategy) == known.end()) {
        const std::vector<std::string> words(known.begin(), known.end());
        check.error_as_is("strategy", base::format("{}: invalid strategy \"{}\": expected one of {}", path,
                                                   scoring.strategy, base::join(words, ", ")));
    }
    if (scoring.strategy == "llm_judge" && scoring.model_ref.empty()) {
        check.error_as_is("model_ref", path + ": model_ref is required for llm_judge strategy");
    }
    if (scoring.strategy == "custom" && scoring.tool_ref.empty()) {
        check.error_as_is("tool_ref", path + ": tool_ref is required for custom strategy");
    }
}

void sample_rule(Sample& sample, const Check& check) {
    if (sample.input.empty()) check.error("input", "must not be empty");
    if (sample.scoring && sample.scoring->strategy.empty()) {
        check.error_as_is("scoring", check.path("scoring") + ": strategy is required");
    }
}

void dataset_rule(EvalDatasetSpec& dataset, const Check& check) {
    if (dataset.samples.empty()) check.error("samples", "must contain at least one sample");
}

void expected_rule(Condition& expected, const Check& check) {
    if (expected.output_matches.empty()) return;
    if (const std::string problem = Pattern::problem(expected.output_matches); !problem.empty()) {
        check.error_as_is("output_matches",
                          base::format("{}: invalid regex: {}", check.path("output_matches"), problem));
    }
}

/// The operators of an edge's condition, without what only an edge can be.
const Type& expected_type() {
    static const Type type = [] {
        Type out = type_of<Condition>();
        out.name = "Expected";
        out.doc = "What a good answer is like; every field that is set must hold.";
        std::erase_if(out.fields, [](const Field& field) { return field.name == "default"; });
        out.check = [](void* p, const Check& check) { expected_rule(detail::as<Condition>(p), check); };
        return out;
    }();
    return type;
}

const Type& optional_expected() {
    static const Type type = optional_of<Condition>(&expected_type);
    return type;
}

} // namespace

const Type& describe(const Scoring*) {
    static const Type type = object_type<Scoring, scoring_rule>(
        "Scoring", "How an answer becomes a score.",
        {
            field<&Scoring::strategy>("strategy",
                                      "exact_match checks expected, llm_judge asks a model, manual asks a "
                                      "person, custom calls a tool.",
                                      lower_case),
            field<&Scoring::model_ref>("model_ref", "The ModelEndpoint that judges for llm_judge.", trimmed,
                                       alias("modelRef")),
            field<&Scoring::rubric>("rubric", "What the judge looks at."),
            field<&Scoring::tool_ref>("tool_ref", "The Tool that scores for custom.", trimmed,
                                      alias("toolRef")),
        });
    return type;
}

const Type& describe(const Sample*) {
    static const Type type = object_type<Sample, sample_rule>(
        "Sample", "One input and what a good answer to it is like.",
        {
            field<&Sample::name>("name", "Unique in the dataset, ignoring case.", trimmed, required),
            field<&Sample::input>("input", "The input of the run, as texts."),
            field<&Sample::expected>("expected", "What a good answer is like.",
                                     described_as(&optional_expected)),
            field<&Sample::scoring>("scoring", "How this answer is scored, instead of the run's way."),
        });
    return type;
}

const Type& describe(const EvalDatasetSpec*) {
    static const Type type = object_type<EvalDatasetSpec, dataset_rule>(
        "EvalDatasetSpec", "Inputs whose good answers are known.",
        {
            field<&EvalDatasetSpec::description>("description", "What is tested, for the reader only."),
            field<&EvalDatasetSpec::samples>("samples", "The inputs and what good answers are like."),
        });
    return type;
}

} // namespace resource
