#include "base/secret.hpp"

#include <cstring>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace base {

namespace {

std::size_t pages(std::size_t size) noexcept {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
}

} // namespace

SecretText::SecretText(std::string_view text) {
    if (text.empty()) return;
    // Pages of its own, so that locking and leaving out of core files concern nothing else.
    void* memory =
        mmap(nullptr, pages(text.size()), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<char*>(memory);
    size_ = text.size();
    (void)mlock(data_, size_); // a low RLIMIT_MEMLOCK is no reason to refuse work
#ifdef MADV_DONTDUMP
    (void)madvise(data_, pages(size_), MADV_DONTDUMP);
#endif
    std::memcpy(data_, text.data(), size_);
}

SecretText::~SecretText() {
    if (data_ == nullptr) return;
    wipe(data_, size_);
    (void)munmap(data_, pages(size_));
}

void wipe(void* data, std::size_t size) noexcept {
    if (size == 0) return;
    std::memset(data, 0, size);
    asm volatile("" : : "r"(data) : "memory"); // the stores count as read
}

} // namespace base
