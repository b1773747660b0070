// One value held against one schema, keyword by keyword. Invariant: whatever the schema and the value are,
// the work ends after a fixed number of steps, and nothing found by a check that was cut short is reported.
#pragma once

#include <algorithm>
#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "resource/pattern.hpp"
#include "resource/schema_keyword.hpp"

namespace resource {

/// Whether the value is what `true` or `false` (`word`) stands for.
bool is_word(const schema::Tree& value, std::string_view word) noexcept;

class Fitting {
  public:
    Fitting(const schema::Tree& root, std::size_t most)
        : root_(root), most_(std::max<std::size_t>(1, most)) {}

    void fit(const schema::Tree& schema, const schema::Tree& value);
    std::vector<std::string> take() &&;

    // A function for each keyword, or one for several of a sort.
    void type(const Rule&, const schema::Tree& value);
    void one_of_values(const Rule&, const schema::Tree& value);
    void constant(const Rule&, const schema::Tree& value);
    void reference(const Rule&, const schema::Tree& value);
    void all_of(const Rule&, const schema::Tree& value);
    void any_of(const Rule&, const schema::Tree& value);
    void one_of(const Rule&, const schema::Tree& value);
    void none_of(const Rule&, const schema::Tree& value);
    void properties(const Rule&, const schema::Tree& value);
    void required(const Rule&, const schema::Tree& value);
    void additional(const Rule&, const schema::Tree& value);
    void prefix(const Rule&, const schema::Tree& value);
    void items(const Rule&, const schema::Tree& value);
    void unique(const Rule&, const schema::Tree& value);
    void pattern(const Rule&, const schema::Tree& value);
    void multiple(const Rule&, const schema::Tree& value);
    void minimum(const Rule&, const schema::Tree& value);
    void maximum(const Rule&, const schema::Tree& value);
    void exclusive_minimum(const Rule&, const schema::Tree& value);
    void exclusive_maximum(const Rule&, const schema::Tree& value);
    void at_least(const Rule&, const schema::Tree& value);
    void at_most(const Rule&, const schema::Tree& value);

  private:
    static constexpr std::size_t most_steps = 10'000'000; ///< of well under 100 ns
    static constexpr std::size_t bytes_a_step = 16;

    /// A misfit is one for certain; what else fits may depend on a keyword that is not looked at.
    enum class Outcome { misfit, fit, unsure };

    struct Step {
        const std::string* key; ///< nullptr for an item
        std::size_t index;
    };

    [[nodiscard]] bool stopped() const { return exhausted_ || (quiet_ ? failed_ : found_.size() >= most_); }
    void spend(std::size_t steps) {
        steps_ += steps;
        if (steps_ > most_steps) exhausted_ = true;
    }
    template <typename Words>
    void complain(Words words) {
        failed_ = true;
        if (!quiet_) found_.push_back(path() + ": " + words());
    }
    [[nodiscard]] std::string path() const;
    void descend(Step step, const schema::Tree& schema, const schema::Tree& part);
    Outcome outcome(const schema::Tree& schema, const schema::Tree& value);
    void fits_none(const Rule&, const schema::Tree& value, std::string_view keyword);
    const schema::Tree* meant(const schema::Tree& schemas, const schema::Tree& value);
    bool equal(const schema::Tree& a, const schema::Tree& b);
    const schema::Tree* target(const schema::Tree& reference);
    std::strong_ordering compared(const Rule&, const schema::Tree& value);

    const schema::Tree& root_;
    std::size_t most_;
    std::vector<std::string> found_;
    std::vector<Step> path_;
    bool quiet_ = false;     ///< only whether it fits is of interest
    bool failed_ = false;    ///< something did not fit
    bool unsure_ = false;    ///< a keyword was met that is not looked at
    bool exhausted_ = false; ///< too many steps: nothing found is to be trusted
    std::size_t steps_ = 0;
    int depth_ = 0;
    std::unordered_map<const schema::Tree*, const schema::Tree*> targets_;
    std::map<std::string_view, Pattern> patterns_;
    std::size_t patterns_size_ = 0;
};

} // namespace resource
