#include "resource/eval_run.hpp"

namespace resource {

using namespace schema;

const Type& describe(const AgentOverride*) {
    static const Type type = object_type<AgentOverride>(
        "AgentOverride", "What an agent gets for this pass only.",
        {
            field<&AgentOverride::prompt>("prompt", "The system prompt instead of the agent's own."),
            field<&AgentOverride::model_ref>("model_ref", "The ModelEndpoint instead of the agent's own.",
                                             trimmed, alias("modelRef")),
        });
    return type;
}

const Type& describe(const EvalRunSpec*) {
    static const Type type = object_type<EvalRunSpec>(
        "EvalRunSpec", "One pass of a system over a dataset.",
        {
            field<&EvalRunSpec::dataset_ref>("dataset_ref", "The EvalDataset with the inputs.", trimmed,
                                             required_with("name the EvalDataset: dataset_ref: my-dataset")),
            field<&EvalRunSpec::system>("system", "The AgentSystem that answers them.", trimmed,
                                        required_with("name the AgentSystem to evaluate: system: my-system")),
            field<&EvalRunSpec::model_endpoint_override>(
                "model_endpoint_override", "A ModelEndpoint for every agent instead of its own.", trimmed),
            field<&EvalRunSpec::agent_overrides>("agent_overrides",
                                                 "Prompts and endpoints for this pass only, by agent."),
            field<&EvalRunSpec::scoring>(
                "scoring", "How answers are scored; exact_match when absent, and a sample's own wins."),
            field<&EvalRunSpec::concurrency>("concurrency", "Samples that run at one time; below 1 means 5.",
                                             default_below(1)),
            field<&EvalRunSpec::timeout>("timeout", "How long one sample may take; absent: no limit."),
            field<&EvalRunSpec::labels>("labels", "Texts to tell this pass from others."),
            field<&EvalRunSpec::suspended>("suspended",
                                           "Set by orloj: whether the pass waits to be started."),
        });
    return type;
}

} // namespace resource
