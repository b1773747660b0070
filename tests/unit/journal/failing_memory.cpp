#include "failing_memory.hpp"

#include <cstdlib>
#include <new>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace {

// Not in a class: allocations begin before any object.
bool armed = false;
bool lasts = false;
std::int64_t count = 0;
std::int64_t at = 0;

bool refused() noexcept {
    if (!armed) return false;
    ++count;
    return count == at || (lasts && count > at);
}

sqlite3_mem_methods usual;

void* sqlite_malloc(int bytes) {
    return refused() ? nullptr : usual.xMalloc(bytes);
}

void* sqlite_realloc(void* memory, int bytes) {
    return refused() ? nullptr : usual.xRealloc(memory, bytes);
}

/// SQLite takes other memory only before it is used at all.
const int installed = [] {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
    sqlite3_mem_methods ours = usual;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}();

} // namespace

void* operator new(std::size_t bytes) {
    void* memory = refused() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return refused() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace test {

FailingMemory::FailingMemory(std::int64_t n, Fails fails) {
    REQUIRE(installed == SQLITE_OK);
    at = n;
    lasts = fails == Fails::from_then_on;
    count = 0;
    armed = true;
}

FailingMemory::~FailingMemory() {
    armed = false;
}

void FailingMemory::heal() {
    armed = false;
}

std::int64_t FailingMemory::allocations() const {
    return count;
}

} // namespace test
