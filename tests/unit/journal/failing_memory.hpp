// Memory that gives out when it is told to: `new` of the whole executable, and SQLite's own.
#pragma once

#include <cstdint>

namespace test {

class FailingMemory {
  public:
    enum class Fails { once, from_then_on };
    /// The `n`-th allocation from now, counted from 1, fails.
    FailingMemory(std::int64_t n, Fails fails);
    FailingMemory(const FailingMemory&) = delete;
    FailingMemory& operator=(const FailingMemory&) = delete;
    ~FailingMemory();

    /// From now on there is enough again.
    void heal();
    /// Since it was made.
    [[nodiscard]] std::int64_t allocations() const;
};

} // namespace test
